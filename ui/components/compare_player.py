"""Two players with one set of controls: one play and one position for both, the sound of one of them or of none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from jobs.records import JobRecord
from jobs.wish import Wish, render_of
from record.folder import VIDEO
from ui.components.addresses import address
from ui.components.titles import short
from ui.files import file_path, poster_path
from ui.session import translate as _

_BROWSER = Path(__file__).parents[1] / "browser"
_JS, _CSS = ((_BROWSER / name).read_text(encoding="utf-8") for name in ("compare.js", "compare.css"))


def compare_player(a: JobRecord, b: JobRecord) -> None:
    words = {
        "play": _("Play both"),
        "pause": _("Pause both"),
        "seek": _("Position of both"),
        "back": _("One frame back"),
        "on": _("One frame on"),
        "sound": _("Sound"),
        "sound_a": _("Sound of A"),
        "sound_b": _("Sound of B"),
        "none": _("No sound"),
        "failed": _("This video cannot be played."),
    }
    data = {"films": [_film(a), _film(b)], "fps": min(render_of(a).fps, render_of(b).fps), "words": words}
    st.components.v2.component("mova_compare", js=_JS, css=_CSS)(key=f"compare-{a.id}-{b.id}", data=data)


def _film(job: JobRecord) -> dict[str, Any]:
    return {
        "source": address(file_path(job.id, VIDEO)),
        "poster": address(poster_path(job.id, job.revision)),
        "words": _("Video: {text}").format(text=short(Wish.of(job).text, 120)),
    }
