"""``/api/docs``: every address with a form to try it, in one page of our own; nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

router = APIRouter(include_in_schema=False)
_PAGE = Path(__file__).parent / "browser"
_KINDS = {"docs.html": "text/html", "docs.js": "text/javascript", "docs.css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@router.get("/api/docs")
def page() -> FileResponse:
    """The page; it holds nothing of anybody, and asks for a key before it reads the description."""
    return _sent("docs.html")


@router.get("/api/docs/{name}")
def file(name: str) -> FileResponse:
    """What the page is made of."""
    return _sent(name)


def _sent(name: str) -> FileResponse:
    if name not in _KINDS:
        raise HTTPException(404, "Not Found")
    return FileResponse(_PAGE / name, media_type=_KINDS[name], headers=_HEADERS)
