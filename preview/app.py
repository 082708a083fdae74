"""The HTTP server: its routes, and the engine behind them for as long as it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware

from preview import served, videos
from preview.door import Door
from preview.engine import running
from preview.sizes import Model

MAX_BODY = 50 * 1024 * 1024


def create_app(model: Model, output_path: Path | None = None, names: Collection[str] = ()) -> FastAPI:
    """The server for one model. Without ``output_path`` the videos are gone when it ends; ``names`` as in ``Door``."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with running(model, output_path) as app.state.engine:
            yield

    door = [Middleware(Door, names)]
    app = FastAPI(title="Preview engine, not MOVA", lifespan=lifespan, max_body_size=MAX_BODY, middleware=door)
    app.include_router(served.router)
    app.include_router(videos.router)
    return app
