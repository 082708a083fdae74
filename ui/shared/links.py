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


_TITLE = 60  # letters
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "「": "」", "『": "』", "《": "》"}


def title_of(text: str) -> str:
    """A title made from a description or a prompt: its first sentence, as far as it fits into a line.

    It is not cut inside a quotation: that is left away, or closed where the text begins with it.
    """
    line = " ".join(text.split())
    title = short(_first_sentence(line).rstrip(".。"), _TITLE)
    begins, closing = _open_quotation(title)
    if not closing:
        return title
    before = title[:begins].rstrip(" ,:，：、")
    return f"{before}…" if before else f"{title}{closing}"


def _first_sentence(line: str) -> str:
    """Up to its end, a quotation that ends it included; marks inside a quotation end nothing."""
    closing = ""
    for place, letter in enumerate(line):
        quoted, closing = closing, _closing(letter, closing)
        if closing:
            continue
        last, after = line[place - 1] if quoted else letter, line[place + 1 : place + 2]
        if last in "。！？" or (last in ".!?" and after in ("", " ")):
            return line[: place + 1]
    return line


def _open_quotation(line: str) -> tuple[int, str]:
    """Where a quotation begins that does not end in this line, and what would close it; nothing where all end."""
    begins, closing = 0, ""
    for place, letter in enumerate(line):
        before, closing = closing, _closing(letter, closing)
        begins = place if closing and not before else begins
    return begins, closing


def _closing(letter: str, closing: str) -> str:
    """What closes the quotation that is open after this letter, where ``closing`` was awaited; empty outside of one."""
    return "" if letter == closing else closing or _QUOTES.get(letter, "")


def file_name(job_id: str, text: str, suffix: str) -> str:
    """A name to keep a job's file under: ``mova-20261124-101530-4f9c2a-a-ginger-cat.mp4``. No sign of it is special."""
    words = _NOT_IN_NAMES.sub("-", short(text, _IN_NAMES)).strip("-_")
    return f"mova-{job_id}{f'-{words}' if words else ''}.{suffix}"


def bundle_name(count: int, at: datetime) -> str:
    """A name for a ZIP of several."""
    return f"mova-{count}-{at:%Y%m%d-%H%M%S}.zip"
