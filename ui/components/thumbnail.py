"""A job's first frame, small: one file of a few kilobytes, made once."""

from __future__ import annotations

import io
from pathlib import Path

import streamlit as st

from jobs.records import JobRecord
from jobs.wish import Wish
from record.folder import FIRST_FRAME
from ui.session import own_desk
from ui.session import translate as _

_SIDE = 256  # twice what is shown, for sharp screens


def thumbnail(job: JobRecord, width: int = 128) -> None:
    """Show the first frame, or a sign where there is none yet."""
    if Wish.of(job).white_frame:
        st.caption(_(":material/crop_landscape: White first frame"), width=width)
        return
    path = own_desk().folder_of(job) / FIRST_FRAME
    try:
        small = _small(path, path.stat().st_mtime_ns)
    except OSError:
        st.caption(_(":material/image: No first frame yet"), width=width)
        return
    st.image(small, width=width, alt=_("First frame: {text}").format(text=Wish.of(job).text[:120]))


@st.cache_data(max_entries=300, show_spinner=False)
def _small(path: Path, changed: int) -> bytes:
    """``changed`` is when the file was written: a swapped frame is another picture."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB")
        small.thumbnail((_SIDE, _SIDE))
        written = io.BytesIO()
        small.save(written, "JPEG", quality=82)
        return written.getvalue()
