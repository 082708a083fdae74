"""The web app: ``streamlit run app.py``. The engine starts and stops with the server, not with a visitor."""

from __future__ import annotations

# ruff: noqa: E402
from core.quick_start import collect_seldom

collect_seldom()  # before the imports that follow

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware

from api.beside import BesideThePages, MadeLate
from cli.terminal import say_error
from core.errors import MovaError
from ui import app_context as app_context
from ui.server.api import api_context, picture_limit_mb
from ui.server.files import ROUTES
from ui.server.host_guard import HostGuard
from ui.server.language_cookie import LanguageCookie
from ui.server.upload_guard import UploadGuard
from ui.server.warm_pages import warm_pages

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Open the app context before the first page and close it after the last; in threads, so that no page waits."""
    try:
        await asyncio.to_thread(app_context.open_app_context)
    except MovaError as problem:
        say_error(problem)
        os._exit(problem.exit_code)  # an exception would be shown as a traceback by the server
    warm_pages(_API.made)
    try:
        yield
    finally:
        await asyncio.to_thread(app_context.close_app_context)


def _api() -> ASGIApp:
    from api.app import create_api

    return create_api(api_context, max_image_mb=picture_limit_mb())


_API = MadeLate(_api)
_MIDDLEWARE = [
    Middleware(HostGuard),
    Middleware(BesideThePages, _API),
    Middleware(UploadGuard),
    Middleware(LanguageCookie),
]
app = st.App("ui/main.py", lifespan=lifespan, routes=list(ROUTES), middleware=_MIDDLEWARE)
