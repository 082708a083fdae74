"""Chat completions and images through the SDK openai, for every service that speaks its protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api_utils import Limits, retried
from core.errors import NoImageReturned, NoProvider, ProviderAnswerUnclear, ReferencesNotTaken
from core.messages import gettext_noop
from providers.answers import Drawn, Reply, counted, data_url, decoded, dig, named, parsed, told
from providers.base import HeardAnswer, HearingRequest, ImageRequest, TextAnswer, TextRequest, VisionRequest
from providers.failure import Call
from providers.hearing import heard_in_chat, heard_in_transcript
from providers.learning import Fields, fitted

if TYPE_CHECKING:
    from openai import OpenAI

Part = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class ChatService:
    """A service with ``/chat/completions`` under ``base_url``."""

    provider: str
    key: str = field(repr=False)
    base_url: str
    limits: Limits

    def text(self, model: str, request: TextRequest) -> TextAnswer:
        return self._answer("text", model, request.system, request.user)

    def vision(self, model: str, request: VisionRequest) -> TextAnswer:
        pictures: list[Part] = [{"type": "image_url", "image_url": {"url": data_url(one)}} for one in request.pictures]
        return self._answer("vision", model, request.system, [*pictures, {"type": "text", "text": request.user}])

    def hear_in_chat(self, model: str, request: HearingRequest) -> HeardAnswer:
        """As Qwen-ASR hears: a chat whose only message is the sound, whose answer is the text."""
        call = self._call("hearing", model, self.limits.listen_timeout)
        sound = {"type": "input_audio", "input_audio": {"data": data_url(request.sound, "audio/wav")}}
        messages: list[Part] = [{"role": "user", "content": [sound]}]
        started = time.monotonic()
        body = retried(lambda: _answered(call, self.base_url, messages), self.limits.attempts)
        return heard_in_chat(call, body, time.monotonic() - started)

    def transcribe(self, model: str, request: HearingRequest) -> HeardAnswer:
        """By ``/audio/transcriptions``, with the times of words as far as the model gives them."""
        call = self._call("hearing", model, self.limits.listen_timeout)
        wanted: Fields = {"timestamp_granularities": "word", "response_format": "verbose_json"}

        def fitting() -> Any:
            return fitted(
                (self.base_url, model), wanted, lambda taken: _transcribed(call, self.base_url, request, taken)
            )

        started = time.monotonic()
        body = retried(fitting, self.limits.attempts)
        return heard_in_transcript(call, body, time.monotonic() - started)

    def draw(self, model: str, request: ImageRequest, wanted: Fields, insisted: Fields) -> Drawn:
        """One picture from ``/images/generations``, with reference pictures from ``/images/edits``: with ``wanted`` as
        far as the model takes it.
        """
        call = self._call("image", model, self.limits.image_timeout)

        def fitting() -> Drawn:
            return fitted(
                (self.base_url, model),
                wanted,
                lambda taken: _draw(call, self.base_url, request, {**insisted, **taken}),
            )

        return retried(fitting, self.limits.attempts)

    def _answer(self, step: str, model: str, system: str, user: str | list[Part]) -> TextAnswer:
        call = self._call(step, model, self.limits.text_timeout)
        messages: list[Part] = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        started = time.monotonic()
        reply = retried(lambda: _complete(call, self.base_url, messages), self.limits.attempts)
        taken = time.monotonic() - started
        return TextAnswer(
            text=reply.text, provider=self.provider, model=reply.model, seconds=taken, tokens=reply.tokens
        )

    def _call(self, step: str, model: str, seconds: float) -> Call:
        from core import bounded_http

        if not model:
            raise NoProvider(step=step)
        largest = None if step == "image" else bounded_http.LARGEST_TEXT
        return Call(provider=self.provider, model=model, key=self.key, seconds=seconds, largest=largest)


def _answered(call: Call, base_url: str, messages: list[Part]) -> Any:
    """The JSON of an answer that has a message."""

    def send(client: OpenAI) -> str:
        create: Any = client.chat.completions.with_raw_response.create
        return str(create(model=call.model, messages=messages).http_response.text)

    answer = _sent(call, base_url, send)
    body = parsed(call, answer)
    if dig(body, "choices.0.message", dict) is None:
        raise call.no_result(body, answer)
    return body


def _transcribed(call: Call, base_url: str, request: HearingRequest, fields: Fields) -> Any:
    def send(client: OpenAI) -> str:
        create: Any = client.audio.transcriptions.with_raw_response.create
        sound = ("sound.wav", request.sound, "audio/wav")
        times = {"timestamp_granularities": ["word", "segment"]} if "timestamp_granularities" in fields else {}
        return str(create(model=call.model, file=sound, **{**fields, **times}).http_response.text)

    answer = _sent(call, base_url, send)
    body = parsed(call, answer)
    if dig(body, "text", str) is None:
        raise call.no_result(body, answer)
    return body


def _complete(call: Call, base_url: str, messages: list[Part]) -> Reply:
    body = _answered(call, base_url, messages)
    message = dig(body, "choices.0.message", dict) or {}
    return Reply(
        text=told(call, message, dig(body, "choices.0.finish_reason", str) or ""),
        model=named(call, body, "model"),
        tokens=counted(body, "usage.total_tokens"),
    )


def _draw(call: Call, base_url: str, request: ImageRequest, fields: Fields) -> Drawn:
    def send(client: OpenAI) -> str:
        create: Any = client.images.with_raw_response.generate
        return str(create(model=call.model, prompt=request.prompt, n=1, extra_body=fields).http_response.text)

    def edit(client: OpenAI) -> str:
        create: Any = client.images.with_raw_response.edit
        files = [
            (f"picture{number}.{one.mime.removeprefix('image/')}", one.data, one.mime)
            for number, one in enumerate(request.references, 1)
        ]
        sent = create(model=call.model, prompt=request.prompt, image=files, n=1, extra_body=fields)
        return str(sent.http_response.text)

    try:
        answer = _sent(call, base_url, edit if request.references else send)
    except ProviderAnswerUnclear as problem:  # not every service that draws has this address
        if request.references and problem.facts.get("status") in (404, 405):
            names = ", ".join(dict.fromkeys(one.reference.name for one in request.references))
            raise call.error(ReferencesNotTaken, names=names) from None
        raise
    body = parsed(call, answer)
    if (pictures := dig(body, "data", list)) is None:
        raise call.no_result(body, answer)
    encoded, url = dig(pictures, "0.b64_json", str) or "", dig(pictures, "0.url", str) or ""
    if not encoded and not url:
        raise call.error(NoImageReturned, reason=gettext_noop("empty"))
    encoded = url if url.startswith("data:") else encoded
    return Drawn(
        data=decoded(call, encoded) if encoded else b"",
        url=url,
        model=named(call, body, "model"),
        tokens=counted(body, "usage.total_tokens"),
    )


def _sent(call: Call, base_url: str, send: Callable[[OpenAI], str]) -> str:
    """The text of the answer to one request. The SDK's own retries are off, its environment variables overruled."""
    import openai

    from providers import wire

    with wire.client(base_url, call.seconds, call.largest) as http:
        client = openai.OpenAI(
            api_key=call.key,
            base_url=base_url,
            organization="",
            project="",
            default_headers={"Authorization": f"Bearer {call.key}"},
            max_retries=0,
            http_client=http,
        )
        try:
            return send(client)
        except openai.APIStatusError as no:
            raise call.refused(no.status_code, no.response.headers, no.response.text) from None
        except openai.APIConnectionError as problem:
            cause = problem.__cause__
            raise wire.lost(call, cause if isinstance(cause, Exception) else problem) from None
