"""Files as answers: parts of them, and nothing at all where the program has them already."""

from __future__ import annotations

import os
import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response

from core.errors import FileMissing
from core.messages import gettext_noop

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PART = re.compile(r"([0-9]{1,1000}+)-([0-9]{0,1000}+)|-[0-9]{1,1000}+")
_HEAD = "mova.head"
_KEPT = "private, no-cache"  # by whoever asked alone, who asks each time whether it is still the same


class FileAnswer(FileResponse):
    """A file that was looked up for a person. Range, If-Range, If-None-Match and If-Modified-Since are answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self.stat_result = await to_thread.run_sync(os.stat, self.path)
        except FileNotFoundError:
            raise FileMissing(name=Path(self.path).name, reason=gettext_noop("it does not exist")) from None
        self.set_stat_headers(self.stat_result)
        self.headers.setdefault("cache-control", _KEPT)
        asked = Headers(scope=scope)
        if self._is_known(asked):
            kept = {name: self.headers[name] for name in ("etag", "last-modified", "cache-control")}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return
        if _HEAD in scope:
            scope = {**scope, "method": "HEAD"}
        if "range" in asked and not _is_range(asked["range"]):
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"range"]}
        await super().__call__(scope, receive, send)

    def _is_known(self, asked: Headers) -> bool:
        """Whether whoever asks has this file as it is."""
        if (tags := asked.get("if-none-match")) is not None:
            known = {one.strip().removeprefix("W/") for one in tags.split(",")}
            return bool(known & {"*", self.headers["etag"]})
        try:
            since = parsedate_to_datetime(asked.get("if-modified-since", ""))
            return parsedate_to_datetime(self.headers["last-modified"]) <= since
        except (TypeError, ValueError):
            return False


def _is_range(header: str) -> bool:
    """Whether it names parts of a file. What is no such list is left out of account, as RFC 9110 wants."""
    unit, _, ranges = header.partition("=")
    parts = [_PART.fullmatch(part.strip()) for part in ranges.split(",") if part.strip()]
    are_parts = bool(parts) and all(part and not (part[2] and int(part[1]) > int(part[2])) for part in parts)
    return unit.strip().lower() == "bytes" and are_parts


def file_answers(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What an operation documents that answers with such a file."""
    whole: dict[str, Any] = {kind: {} for kind in kinds}
    return {
        200: {"description": "The file", "content": whole},
        206: {"description": "The part of a Range", "content": {**whole, "multipart/byteranges": {}}},
        307: {"description": "It is in the bucket, at the address that Location names (STORAGE_ADDRESSES=signed)"},
        304: {"description": "As you have it: If-None-Match or If-Modified-Since says so"},
        416: {"description": "A Range beyond the file", "content": {"text/plain": {}}},
    }


class HeadsOfGets:
    """Middleware that answers HEAD as GET without the body, at every address but MCP's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith("/mcp"):
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app({**scope, "method": "GET", _HEAD: True}, receive, send_head)
