"""The API as an app: its routes and its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from api import films, jobs, videos, webhooks, without_key
from api.access import Reader
from api.file_answers import HeadsOfGets
from api.mcp_http import routes as mcp_routes
from api.problems import Problem, TooLargeInShape, add_handlers, answers
from api.video_fields import VideoBody, VideoForm
from core.messages import gettext_noop
from core.version import VERSION

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from api.context import ApiContext

_ABOUT = gettext_noop(
    "Jobs, films and videos of the MOVA workflow. Errors under /api/v1 are RFC 9457 problems with a stable code."
)
_BODY_ROOM = 4 / 3  # a picture as base64
_SCHEMAS = "#/components/schemas/{model}"


class _Api(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """The limit of bodies is outside of all that may be added, and refuses as plain text."""
        return TooLargeInShape(super().build_middleware_stack())


def create_api(context: Callable[[], ApiContext], *, max_image_mb: int = 30) -> FastAPI:
    """The API over what ``context`` gives, which is asked for with each request."""
    app = _Api(
        title="MOVA workflow",
        version=VERSION,
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        max_body_size=int(max_image_mb * 2**20 * _BODY_ROOM) + 2**20,
        redirect_slashes=False,
    )
    app.state.context = context
    for part in (without_key, videos, films, jobs, webhooks):
        app.include_router(part.router)
    app.router.routes.extend(mcp_routes())
    add_handlers(app)
    app.add_middleware(HeadsOfGets)
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            kinds = [(kind, "validation") for kind in (Problem, VideoBody, VideoForm)]
            _, more = models_json_schema(kinds, ref_template=_SCHEMAS)  # type: ignore[arg-type]
            schemas.update(more["$defs"])
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]

    @app.get("/api/v1/openapi.json", tags=["Description"], responses=answers())
    def description(caller: Reader) -> dict[str, Any]:
        """This document."""
        document = app.openapi()
        return {**document, "info": {**document["info"], "description": caller.translate(_ABOUT)}}

    return app
