"""The server's own addresses beside the pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from ui.files import send_file, send_zip


def to_create(request: Request) -> RedirectResponse:
    """Create is the page without a name; its own name leads there, too."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


ROUTES = (
    Route("/create", to_create),
    Route("/files/{token}/{name}", send_file),
    Route("/zips/{token}/{name}", send_zip),
)
