"""The web app: ``streamlit run app.py``. The engine starts and stops with the server, not with a visitor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from ui import office
from ui.host_guard import HostGuard
from ui.language_cookie import LanguageCookie
from ui.routes import ROUTES


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Open the office before the first page and close it after the last; threads, so that no page waits."""
    await asyncio.to_thread(office.open_office)
    try:
        yield
    finally:
        await asyncio.to_thread(office.close_office)


app = st.App(
    "ui/main.py", lifespan=lifespan, routes=list(ROUTES), middleware=[Middleware(HostGuard), Middleware(LanguageCookie)]
)
