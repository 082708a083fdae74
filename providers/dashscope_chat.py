"""Qwen and Qwen-VL through the vendor's SDK, its typed client of 2.x, on the bounded HTTP client.

The older calls of the same SDK upload local files that a text names; this client looks at pictures only, and ours are
data URLs. Its answers are read as JSON, as the other services' are: its types refuse a good text beside odd numbers.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import httpx
import httpx2
from dashscope import Client
from dashscope.v2.errors import DashScopeError

from core.errors import ConfigError, ProviderError
from core.messages import gettext_noop
from providers import wire
from providers.answers import Reply, counted, dig, named, parsed, told
from providers.failure import Call
from providers.learning import Fields, fitted

_NOT_SET = re.compile(r"invalid (\w+)=")


class _Bounded(httpx.BaseTransport):
    """The SDK's HTTP library over ours: the same proxies, certificates and limits; ``answer`` is what came."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self.answer: httpx2.Response | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = request.headers.multi_items()
        self.answer = self._http.request(request.method, str(request.url), content=request.read(), headers=headers)
        return httpx.Response(
            self.answer.status_code, headers=self.answer.headers.multi_items(), content=self.answer.content
        )


def replied(call: Call, native_url: str, system: str, user: list[dict[str, object]]) -> Reply:
    """One answer to a conversation of a system text and the user's parts.

    Raises:
        ProviderError, ConfigError.
    """
    pictures = any(part["type"] == "image_url" for part in user)
    # Newer Qwen models think by default, which takes minutes; these steps want an answer. Some can do nothing else.
    wanted: Fields = {"enable_thinking": False, **({} if pictures else {"text_endpoint": True})}
    return fitted((native_url, call.model), wanted, lambda taken: _reply(call, native_url, system, user, taken))


def _reply(call: Call, native_url: str, system: str, user: list[dict[str, object]], taken: Fields) -> Reply:
    messages: list[Any] = [{"role": "system", "content": [{"type": "text", "text": system}]}]
    messages.append({"role": "user", "content": user})
    if "text_endpoint" in taken:
        messages = [{"role": one["role"], "content": one["content"][0]["text"]} for one in messages]
    text = _sent(call, native_url, messages, taken)
    body = parsed(call, text)
    message, ending = dig(body, "output.choices.0.message", dict), dig(body, "output.choices.0.finish_reason", str)
    if message is None:
        raise call.no_result(body, text)
    model, tokens = named(call, body, "model"), counted(body, "usage.total_tokens")
    return Reply(text=told(call, message, ending or ""), model=model, tokens=tokens)


def _sent(call: Call, native_url: str, messages: list[Any], taken: Fields) -> str:
    """The text of the answer to one request. The SDK's own retries are off, its variables and files overruled."""
    try:
        with wire.client(native_url, call.seconds, call.largest) as http:
            bounded = _Bounded(http)
            client = _client(call, native_url, bounded)
            chat: Any = client.chat.completions if "text_endpoint" in taken else client.multimodal.chat
            try:
                chat.create(model=call.model, messages=messages, enable_thinking=taken.get("enable_thinking"))
            except DashScopeError as no:
                raise _refused(call, no) from None
            except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
                if bounded.answer is None:
                    raise
            answer = bounded.answer
    except httpx2.HTTPError as problem:
        raise wire.lost(call, problem) from None
    if answer is None or answer.status_code != 200:
        status, headers, text = (answer.status_code, answer.headers, answer.text) if answer else (0, {}, "")
        raise call.refused(status, headers, text)
    return answer.text


def _client(call: Call, native_url: str, bounded: _Bounded) -> Client:
    """The SDK's client; every setting is named, as it takes what is not named from the environment and from files."""
    plain = httpx.Client(
        base_url=native_url,
        headers={"Authorization": f"Bearer {call.key}"},
        transport=bounded,
        timeout=None,  # noqa: S113 (the bounded client ends every wait)
        trust_env=False,
    )
    try:
        return Client(
            api_key=call.key,
            base_url=native_url,
            workspace="",
            region="cn-beijing",
            protocol="native",
            timeout=call.seconds,
            max_retries=0,
            config_path=os.devnull,
            http_client=plain,
        )
    except ValueError as problem:  # a variable of the SDK's that is no number: it reads them all the same
        found = _NOT_SET.search(str(problem))
        setting = found[1] if found else "DASHSCOPE_*"
        value = os.environ.get(setting, "?")
        raise ConfigError(setting=setting, value=value, accepted=gettext_noop("a number")) from None


def _refused(call: Call, no: DashScopeError) -> ProviderError:
    """The SDK's typed error as one of ours; it has the answer's status, its headers, and its body."""
    text = no.message if no.body is None else json.dumps(no.body, ensure_ascii=False)
    return call.refused(no.status_code or 0, no.headers, text)
