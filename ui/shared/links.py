"""Links between pages, addresses of our own files, and the short names that both are shown or saved under."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import accumulate, takewhile
from unicodedata import east_asian_width
from urllib.parse import urlencode, urlsplit

import streamlit as st

_NOT_IN_NAMES = re.compile(r"[^\w]+")
_IN_NAMES = 40


def query(**fields: str) -> dict[str, str]:
    """The query of another page's address: ``fields``, and the language where the visitor chose one."""
    chosen = st.query_params.get("lang")
    return {**fields, **({"lang": chosen} if chosen else {})}


def job_link(job_id: str, label: str, icon: str | None = None) -> None:
    """A link to a job's page."""
    st.page_link("job/job.py", label=label, icon=icon, query_params=query(id=job_id))


def job_path(job_id: str) -> str:
    """The address of a job's page on this server, for links of our own elements."""
    return f"job?{urlencode(query(id=job_id))}"


def address(path: str) -> str:
    """A path of this server with the scheme and the host that the visitor's browser uses, for players and pictures."""
    page = urlsplit(st.context.url or "http://localhost")  # without a browser nobody fetches it
    return f"{page.scheme}://{page.netloc}{path}"


def short(text: str, room: int) -> str:
    """The beginning of a text in one line; a Chinese character is as wide as two letters."""
    line = " ".join(text.split())
    used = accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
    fits = sum(1 for _width in takewhile(lambda width: width <= room, used))
    return line if fits == len(line) else f"{line[:fits].rstrip()}…"


_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|[。！？])")
_TITLE = 60  # letters


def title_of(text: str) -> str:
    """A title made from a description or a prompt: its first sentence, as far as it fits into a line."""
    line = " ".join(text.split())
    first = _SENTENCE.match(line)
    return short((first.group() if first else line).rstrip(".。"), _TITLE)


def file_name(job_id: str, text: str, suffix: str) -> str:
    """A name to keep a job's file under: ``mova-20261124-101530-4f9c2a-a-ginger-cat.mp4``. No sign of it is special."""
    words = _NOT_IN_NAMES.sub("-", short(text, _IN_NAMES)).strip("-_")
    return f"mova-{job_id}{f'-{words}' if words else ''}.{suffix}"


def bundle_name(count: int, at: datetime) -> str:
    """A name for a ZIP of several."""
    return f"mova-{count}-{at:%Y%m%d-%H%M%S}.zip"
