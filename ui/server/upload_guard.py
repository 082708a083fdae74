"""Who may upload, and how much: Streamlit keeps every upload in memory until its page lets go of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from ui.app_context import app_context
from ui.server.visitor import person_asking

_MB = 1024 * 1024
_ROUTE = "/_stcore/upload_file/"
_NOBODY = "Uploads are for people who are logged in."
_TOO_MUCH = "Too many uploads at once. Take some out of the page, or try again later."


class UploadGuard:
    """Refuses uploads of nobody, and what goes beyond ``UPLOADS_SESSION_MB`` and ``UPLOADS_MB``.

    Args:
        held: the bytes that are in memory for each session.
    """

    def __init__(self, app: ASGIApp, held: Callable[[], Mapping[str, int]] | None = None) -> None:
        self._app, self._held = app, held or _in_memory
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _ROUTE not in scope["path"] or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if person_asking(app_context().settings, request) is None:
            await PlainTextResponse(_NOBODY, status_code=403)(scope, receive, send)
            return
        session = scope["path"].split(_ROUTE, 1)[1].split("/", 1)[0]
        size = _announced(request) if scope["method"] == "PUT" else 0
        if not self._has_room(session, size):
            await PlainTextResponse(_TOO_MUCH, status_code=413)(scope, receive, send)
            return
        with self._expected(session, size):
            await self._app(scope, receive, send)

    def _has_room(self, session: str, size: int) -> bool:
        settings, held = app_context().settings, Counter(self._held()) + self._coming
        of_session = held[session] + size <= settings.uploads_session_mb * _MB
        return not size or (of_session and held.total() + size <= settings.uploads_mb * _MB)

    @contextmanager
    def _expected(self, session: str, size: int) -> Iterator[None]:
        self._coming[session] += size
        try:
            yield
        finally:
            self._coming[session] -= size
            if not self._coming[session]:
                del self._coming[session]


def _announced(request: Request) -> int:
    """The bytes of a body; of one that does not say, the most that Streamlit takes."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdecimal() else int(st.get_option("server.maxUploadSize")) * _MB


def _in_memory() -> dict[str, int]:
    manager = st.runtime.get_instance().uploaded_file_mgr
    sessions = dict(manager.file_storage) if isinstance(manager, MemoryUploadedFileManager) else {}
    return {session: sum(len(file.data) for file in dict(files).values()) for session, files in sessions.items()}
