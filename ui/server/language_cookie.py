"""The chosen language over a login and a logout: both lead back to the start page, without the address's query."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.translations import LANGUAGES

COOKIE = "mova_lang"
_LEAVING = ("/auth/login", "/auth/logout")
_A_MONTH = 30 * 24 * 3600


class LanguageCookie:
    """Remembers, when somebody goes to the login, the language of the page that they left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = _chosen(scope) if scope["type"] == "http" and scope["path"].endswith(_LEAVING) else None

        async def remembering(message: Message) -> None:
            if chosen and message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", _cookie(chosen))
            await send(message)

        await self._app(scope, receive, remembering)


def _cookie(chosen: str) -> str:
    written = Response()
    written.set_cookie(COOKIE, chosen, max_age=_A_MONTH, httponly=True, samesite="lax")
    return written.headers["set-cookie"]


def _chosen(scope: Scope) -> str | None:
    came_from = urlsplit(Headers(scope=scope).get("referer", ""))
    (named, *_more) = parse_qs(came_from.query).get("lang", [""])
    return named if named in LANGUAGES else None
