"""Whole addresses of our own files, as players and pictures want them."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st


def address(path: str) -> str:
    """A path of this server with the scheme and the host that the visitor's browser uses."""
    page = urlsplit(st.context.url or "http://localhost")  # without a browser nobody fetches it
    return f"{page.scheme}://{page.netloc}{path}"
