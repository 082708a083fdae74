"""What is answered without a key: whether the program is there, and a page of our own to try every address at."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel

from api.asked_language import language_asked_for
from core.messages import gettext_noop
from core.translations import language_of, translator

router = APIRouter()
_PAGE = Path(__file__).parent / "browser"
_KINDS = {"docs.js": "text/javascript", "docs.css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
_WORDS = {
    "title": gettext_noop("MOVA workflow: API"),
    "about": gettext_noop(
        "Order videos, jobs and films from your own programs. What is sent here waits in the same queue and counts in "
        "the same quotas as what you order on the pages."
    ),
    "authorise": gettext_noop(
        "Every request brings a key along: Authorization: Bearer KEY. Make one on the Settings page, under “Keys for "
        "programs”, or with python workflow.py key create NAME. It stays in the memory of this page only."
    ),
    "key": gettext_noop("Key"),
    "show": gettext_noop("Show the addresses"),
    "send": gettext_noop("Send"),
    "body": gettext_noop("Body, as JSON"),
    "size": gettext_noop("{kind}, {n} bytes"),
    "unreachable": gettext_noop("The server cannot be reached. Check that it runs, and try again."),
}


class Health(BaseModel):
    """One word."""

    status: Literal["ok"] = "ok"


@router.get("/health", tags=["Health"])
@router.get("/api/health", tags=["Health"])
def health() -> Health:
    """Whether the server answers; it says nothing of the servers that render, which /v1/videos/models does."""
    return Health()


@router.get("/api/docs", include_in_schema=False)
def page(request: Request, lang: Annotated[str | None, Query(max_length=35)] = None) -> HTMLResponse:
    """The page; it holds nothing of anybody, and asks for a key before it reads the description."""
    language = language_of(lang) if lang else language_asked_for(request)
    translate = translator(language)
    words = {name: escape(translate(text)) for name, text in _WORDS.items()}
    text = Template((_PAGE / "docs.html").read_text("utf-8")).substitute(words, lang=language.replace("_", "-"))
    return HTMLResponse(text, headers=_HEADERS)


@router.get("/api/docs/{name}", include_in_schema=False)
def file(name: str) -> FileResponse:
    """What the page is made of."""
    if name not in _KINDS:
        raise HTTPException(404, "Not Found")
    return FileResponse(_PAGE / name, media_type=_KINDS[name], headers=_HEADERS)
