"""Widgets that several pages have: the row of buttons, the field for a picture, the mark of a favourite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from ui.session import language
from ui.session import translate as _


@contextmanager
def act_bar(above: Callable[[], None] | None = None) -> Iterator[None]:
    """A row for the one primary button and the secondary ones next to it, at the window's lower edge.

    A line that appears above them must not move them away between the two halves of a click.

    Args:
        above: draws what stands in the bar above its buttons.
    """
    with st.container(key="acts", gap="xsmall"):
        if above is not None:
            above()
        with st.container(horizontal=True, vertical_alignment="center", key="acts-row"):
            yield


def primary_button(label: str, icon: str, key: str | None = None, *, disabled: bool = False) -> bool:
    """The page's one primary act: a button, and Ctrl+Enter also while a text is being written."""
    face = f":material/{icon}:"
    return st.button(label, type="primary", icon=face, key=key, shortcut="mod+enter", disabled=disabled)


# What Streamlit's own field for files does not take goes into it as if it had been chosen.
_PASTE_JS = (Path(__file__).parents[1] / "browser" / "paste.js").read_text(encoding="utf-8")


def paste_into(field: str, zone: str = "") -> None:
    """Let a picture that is pasted anywhere on the page go into the uploader with this key, or a file that is dropped
    on the container ``zone``.
    """
    data = {"field": field, "zone": zone}
    st.components.v2.component("mova_paste", js=_PASTE_JS)(key=f"paste-{field}", data=data, height=1)


_UPLOAD_CSS = (Path(__file__).parents[1] / "browser" / "upload.css").read_text(encoding="utf-8")


def say_upload(field: str, megabytes: int) -> None:
    """Say in the reader's language what Streamlit's own field for files with this key says in English."""
    if language() == "en":
        return
    words = {"UPLOAD": _("Upload"), "LIMIT": _("{n} MB per file").format(n=megabytes)}
    style = _UPLOAD_CSS.partition("*/")[2].replace("FIELD", f".st-key-{field}")
    for place, text in words.items():
        style = style.replace(place, json.dumps(text, ensure_ascii=False))
    st.html(f"<style>{style}</style>")


def largest_upload(wanted: int) -> int:
    """The most MB that a field for files may offer: ``wanted``, unless ``server.maxUploadSize`` is less."""
    return min(wanted, int(st.get_option("server.maxUploadSize")))
