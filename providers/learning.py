"""What a model does not take, learnt from its refusals and remembered as long as the process lives.

The name of a model tells little: a gateway puts a vendor before it, a deployment is called as its owner likes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TypeVar

from core.errors import ProviderRefused

T = TypeVar("T")
Fields = dict[str, object]

_STATUSES = (400, 422)
_SIZE = re.compile(r"(?<!\d)(\d{2,5})([x*])(\d{2,5})(?!\d)")
_MOST = 1000  # models

_SAID_AS = {"text_endpoint": "url error"}  # DashScope, of a model that sees and is asked where those are that only read
_UNNAMED = re.compile(r"contains an invalid argument", re.IGNORECASE)  # Gemini, of a field that it does not name
_ANY = "any value"

# By the service's address and its model: a field and its value, and what is sent in its place; of any value: nothing.
Known = dict[tuple[str, object], object]
_KNOWN: dict[tuple[str, str], Known] = {}


def fitted(place: tuple[str, str], fields: Fields, send: Callable[[Fields], T]) -> T:
    """Send optional fields as far as the model takes them: one that it refuses by name is left out or replaced.

    Args:
        place: the service's address and its model.
        send: one request. A refused one costs nothing.

    Raises:
        ProviderRefused: for anything else than these fields.
    """
    learnt: Known = {}
    while True:
        sent = _as_known({**_KNOWN.get(place, {}), **learnt}, fields)
        try:
            result = send(sent)
        except ProviderRefused as no:
            lesson = _lesson(sent, no.raw) if no.facts.get("status") in _STATUSES else {}
            if not lesson or lesson.items() <= learnt.items():
                raise
            learnt |= lesson
        else:
            _remember(place, learnt)
            return result


def _remember(place: tuple[str, str], learnt: Known) -> None:
    """Only what led to a result: another reason may have had the field's name in it."""
    if len(_KNOWN) > _MOST:
        _KNOWN.clear()
    if learnt:
        _KNOWN[place] = {**_KNOWN.get(place, {}), **learnt}


def forget() -> None:
    """Know nothing of any model again."""
    _KNOWN.clear()


def _as_known(known: Known, fields: Fields) -> Fields:
    fitting = {name: known.get((name, value), value) for name, value in fields.items()}
    return {name: value for name, value in fitting.items() if (name, _ANY) not in known}


def _lesson(sent: Fields, said: str) -> Known:
    """What a refusal teaches: a size out of those that it lists, else that a field is not taken at all."""
    if "size" in sent and (size := _nearest(str(sent["size"]), said)):
        return {("size", sent["size"]): size}
    words = {name: _SAID_AS.get(name, name.replace("_", "[_ ]?")) for name in sent}
    named = [name for name in sent if re.search(rf"\b{words[name]}s?\b", said, re.IGNORECASE)]
    named += list(sent) if _UNNAMED.search(said) else []
    return {(name, _ANY): "" for name in named[:1]}


def _nearest(wanted: str, said: str) -> str:
    """Of the sizes that are listed the one that is most like the wanted in shape, then in size; empty without any."""
    width, height = _pixels(wanted)
    listed = [found[0] for found in _SIZE.finditer(said) if found[0] != wanted]
    if not listed or not width:
        return ""

    def unlike(size: str) -> tuple[float, float]:
        wide, tall = _pixels(size)
        shape = abs(math.log(wide / tall) - math.log(width / height))
        return shape, abs(math.log(wide * tall) - math.log(width * height))

    return min(listed, key=unlike)


def _pixels(size: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(size)
    return (int(found[1]) or 1, int(found[3]) or 1) if found else (0, 0)
