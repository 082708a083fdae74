"""Gemini, DashScope and an OpenAI-compatible service on 127.0.0.1, in their wire formats, for the real SDKs.

    with FakeServices() as fake:
        fake.script("gemini.text", "first answer", Raw(503), "answer after the retry")
        settings = fresh_settings(**fake.settings("gemini"))    # or fake.environment("gemini") for a process
        ...
        assert fake.count("gemini.text") == 3 and fake.received("gemini.text")[0].texts == ["system", "user"]

Routes: gemini.text gemini.vision gemini.image gemini.hearing, dashscope.*, openai.*, ``picture`` (an address that an
image answer named) and ``unknown`` (anything else: no test should leave one). A route's replies are given in their
order and the last one stays; without a script a text route and a hearing one say "A cat." and an image route draws a
picture. A Fault instead of a reply misbehaves on the wire.
"""

from __future__ import annotations

import base64
import email.parser
import email.policy
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.hostile.faults import Fault, Proper
from tests.pictures import picture
from tests.providers.wire_formats import (
    chat_answer,
    dashscope_answer,
    encoded,
    gemini_answer,
    heard_by_gemini,
    qwen_asr_answer,
    whisper_answer,
    z_image_answer,
)

KEYS = {"gemini": "gemini-key-123456", "dashscope": "sk-dashscope-123456", "openai": "sk-openai-123456"}


@dataclass(frozen=True)
class Raw:
    """An answer as it stands; a dict or list goes out as JSON."""

    status: int = 200
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drip:
    """An answer that never ends: one byte at each ``pause``, of the head or of the body."""

    pause: float = 0.02
    in_head: bool = False


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request: ``key`` from its header, ``body`` decoded from JSON, {} where there is none."""

    route: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    key: str
    model: str

    @property
    def texts(self) -> list[str]:
        """Every text in the request, the system's first."""
        found: list[str] = []
        _collect(self.body.get("systemInstruction"), found)
        _collect([self.body.get(name) for name in ("contents", "messages", "input")], found)
        return found if "prompt" not in self.body else [self.body["prompt"]]

    @property
    def pictures(self) -> list[bytes]:
        """Every picture inside the request."""
        found = re.findall(r'"data": "([\w+/=-]+)"|data:image/[a-z]+;base64,([\w+/=-]+)', json.dumps(self.body))
        return [base64.b64decode((inline or url).replace("-", "+").replace("_", "/")) for inline, url in found]

    @property
    def sounds(self) -> list[bytes]:
        """Every sound inside the request."""
        found = re.findall(r'"data": "([\w+/=-]+)"|data:audio/[a-z]+;base64,([\w+/=-]+)', json.dumps(self.body))
        return [base64.b64decode((inline or url).replace("-", "+").replace("_", "/")) for inline, url in found]


@dataclass(frozen=True)
class Misbehaving:
    """A fault in the place of an answer."""

    fault: Fault
    proper: Raw


Reply = str | bytes | Raw | Drip | Fault
Scripted = Reply | Callable[[Received], Reply]


def _collect(node: Any, found: list[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _collect(item, found)
    elif isinstance(node, dict):
        for name in ("text", "content"):
            if isinstance(node.get(name), str):
                found.append(node[name])
        for name in ("parts", "content", "messages"):
            _collect(node.get(name), found)


class FakeServices:
    """The server; see the module's docstring."""

    def __init__(self) -> None:
        self._scripts: dict[str, list[Scripted]] = {}
        self._received: list[Received] = []
        self._pictures: dict[str, bytes] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.gemini_url, self.dashscope_url, self.openai_url = f"{self.url}/gemini", self.url, f"{self.url}/v1"

    def __enter__(self) -> FakeServices:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def script(self, route: str, *replies: Scripted) -> None:
        """What ``route`` answers from now on."""
        with self._lock:
            self._scripts[route] = list(replies)

    def reset(self) -> None:
        """Forget scripts, requests and pictures."""
        with self._lock:
            self._scripts, self._received, self._pictures = {}, [], {}

    def received(self, route: str = "") -> list[Received]:
        """The requests so far, of one route or of one service (``"gemini"``) or all."""
        with self._lock:
            return [
                call for call in self._received if not route or call.route.split(".")[0] == route or call.route == route
            ]

    def count(self, route: str = "") -> int:
        return len(self.received(route))

    def settings(self, *names: str) -> dict[str, str]:
        """Settings that point the named services here; the models of the OpenAI-compatible one are named too."""
        known = {
            "gemini": {"gemini_api_key": KEYS["gemini"], "gemini_api_url": self.gemini_url},
            "dashscope": {"dashscope_api_key": KEYS["dashscope"], "dashscope_base_url": self.dashscope_url},
            "openai": {
                "openai_api_key": KEYS["openai"],
                "openai_base_url": self.openai_url,
                **{f"openai_{kind}_model": f"local-{kind}" for kind in ("text", "vision", "image", "audio")},
            },
        }
        return {name: value for service in names for name, value in known[service].items()}

    def environment(self, *names: str) -> dict[str, str]:
        """The same as environment variables."""
        return {name.upper(): value for name, value in self.settings(*names).items()}

    def answer(self, call: Received) -> Raw | Drip | Misbehaving:
        """Count a request and give its reply in the vendor's form, or what comes in its place."""
        with self._lock:
            self._received.append(call)
            replies = self._scripts.get(call.route) or [self.default(call)]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        reply = reply(call) if callable(reply) else reply
        if isinstance(reply, Fault):
            proper = self.default(call)
            return Misbehaving(reply, proper if isinstance(proper, Raw) else self._in_form(call, proper))
        return reply if isinstance(reply, Raw | Drip) else self._in_form(call, reply)

    def default(self, call: Received) -> str | bytes | Raw:
        """What a route says without a script."""
        if call.route == "picture":
            found = self._pictures.get(call.path)
            return Raw(200, found, {"Content-Type": "image/png"}) if found else Raw(403, "<Code>AccessDenied</Code>")
        if call.route == "unknown":
            return Raw(404, {"detail": "Not Found"})
        if call.route.endswith(".image"):
            tall = any(size in json.dumps(call.body) for size in ("9:16", "720*1280", "720x1280", "1024x1536"))
            return picture(720, 1280) if tall else picture(1280, 720)
        return "A cat."

    def _in_form(self, call: Received, reply: str | bytes) -> Raw:
        if call.route == "gemini.hearing":
            return Raw(200, gemini_answer(call.model, heard_by_gemini(str(reply))))
        if call.route == "dashscope.hearing":
            return Raw(200, qwen_asr_answer(call.model, str(reply)))
        if call.route == "openai.hearing":
            return Raw(200, whisper_answer(str(reply)))
        if call.route.startswith("gemini"):
            return Raw(200, gemini_answer(call.model, reply))
        if call.route == "dashscope.image":
            return Raw(200, z_image_answer(self._laid_out(reply) if isinstance(reply, bytes) else "", reply))
        if call.route.startswith("dashscope"):
            return Raw(200, dashscope_answer(str(reply), parts="multimodal" in call.path))
        if call.route == "openai.image" and isinstance(reply, bytes):
            return Raw(200, self._openai_picture(call, reply))
        return Raw(200, chat_answer(call.model, str(reply)))

    def _openai_picture(self, call: Received, reply: bytes) -> dict[str, Any]:
        in_base64 = call.body.get("response_format") == "b64_json"
        data = {"b64_json": encoded(reply)} if in_base64 else {"url": self._laid_out(reply)}
        return {"created": 1, "data": [data], "usage": {"total_tokens": 11}}

    def _laid_out(self, data: bytes) -> str:
        path = f"/pictures/{len(self._pictures)}.png"
        self._pictures[path] = data
        return self.url + path


class _Handler(BaseHTTPRequestHandler):
    fake: FakeServices
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._handle(self.rfile.read(length))

    def do_GET(self) -> None:
        self._handle(b"")

    def _handle(self, raw: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            is_form = headers.get("content-type", "").startswith("multipart/form-data")
            body = _form(headers["content-type"], raw) if is_form else json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        key = headers.get("x-goog-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        model = body.get("model") or self.path.partition("/models/")[2].partition(":")[0]
        route = _route(self.path, body)
        call = Received(route=route, path=self.path, headers=headers, body=body, key=key, model=model)
        self._send(self.fake.answer(call))

    def _send(self, reply: Raw | Drip | Misbehaving) -> None:
        if isinstance(reply, Drip):
            return self._drip(reply)
        if isinstance(reply, Misbehaving):
            return self._misbehave(reply)
        is_json = isinstance(reply.body, dict | list)
        data = json.dumps(reply.body).encode() if is_json else reply.body
        data = data.encode() if isinstance(data, str) else data
        self.send_response(reply.status)
        kind = "application/json" if is_json else "text/html"
        for name, value in {"Content-Type": kind, **reply.headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        return None

    def _misbehave(self, reply: Misbehaving) -> None:
        kind = reply.proper.headers.get("Content-Type", "application/json")
        body = reply.proper.body
        data = json.dumps(body).encode() if isinstance(body, dict | list) else body
        self.close_connection = True
        reply.fault.send(self.connection, Proper(reply.proper.status, kind, data))

    def _drip(self, drip: Drip) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        self.wfile.write(head + (b"X-Slow: " if drip.in_head else b"Content-Length: 100000\r\n\r\n"))
        self.close_connection = True
        try:
            for _ in range(2000):
                self.wfile.write(b" ")
                time.sleep(drip.pause)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def _form(kind: str, raw: bytes) -> dict[str, Any]:
    """A multipart form; its files, in their order, as data URLs in lists."""
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + raw
    )
    fields: dict[str, Any] = {}
    for part in parsed.iter_parts():
        name, data = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if part.get_filename():
            fields.setdefault(name, []).append(f"data:{part.get_content_type()};base64,{encoded(data)}")
        else:
            fields[name] = data.decode()
    return fields


def _route(path: str, body: dict[str, Any]) -> str:
    whole = json.dumps(body)
    if path.startswith("/pictures/"):
        return "picture"
    if path.startswith("/gemini/") and path.endswith(":generateContent"):
        config = body.get("generationConfig") or {}
        image = "IMAGE" in (config.get("responseModalities") or config.get("response_modalities") or ())
        if re.search(r'"mime_?[tT]ype": "audio/', whole):
            return "gemini.hearing"
        return "gemini.image" if image else "gemini.vision" if '"inlineData"' in whole else "gemini.text"
    if path == "/api/v1/services/aigc/multimodal-generation/generation":
        drawn = {"size", "prompt_extend"} & set(body.get("parameters") or {})
        return "dashscope.image" if drawn else "dashscope.vision" if '"image": ' in whole else "dashscope.text"
    if path == "/api/v1/services/aigc/text-generation/generation":
        return "dashscope.text"
    if path == "/compatible-mode/v1/chat/completions":
        return "dashscope.hearing" if '"input_audio"' in whole else "unknown"
    if path.endswith("/v1/audio/transcriptions"):
        return "openai.hearing"
    if path.endswith("/v1/chat/completions"):
        return "openai.vision" if '"image_url"' in whole else "openai.text"
    return "openai.image" if path.endswith(("/v1/images/generations", "/v1/images/edits")) else "unknown"
