"""A person's own storyboard: a CSV file with a row a shot.

Columns, all but ``action`` optional: scene, place, time, light, size, camera, action, cast (names between semicolons),
lines (one ``Name (manner): words`` a line, or between ``|``), sound, join (cut, continue, dissolve), dissolve (frames),
image (a file beside the table), trim_start, trim_end (frames).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping

from core.errors import BadFilm, EmptyText
from core.messages import gettext_noop, phrase
from description.text import collapse
from film.document import CAMERA_MOVES, SHOT_SIZES, Frame, Join, Shot, Trim, Utterance, reason_of
from film.proposal import Builder, Proposal

COLUMNS = (
    *("scene", "place", "time", "light", "size", "camera", "action", "cast", "lines", "sound"),
    *("join", "dissolve", "image", "trim_start", "trim_end"),
)
_LINE = re.compile(r"^(?P<who>[^:：(（]{1,60}+)(?:[（(](?P<how>[^）)]*)[）)]\s*+)?[:：]\s*+(?P<words>.+)$")
_DISSOLVE = 12  # frames, half a second
_MARKS = '"“”「」'
# The SHA-256 of a picture that a row names; raises an InputError.
KeepPicture = Callable[[str], str]


def film_from_csv(text: str, *, keep_picture: KeepPicture, name: str, title: str = "") -> Proposal:
    """The film of a table.

    Raises:
        BadFilm: a row cannot be used; says which and why.
        EmptyText: it has no row.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    unknown = [column for column in rows.fieldnames or () if column and column.strip() not in COLUMNS]
    if unknown:
        raise BadFilm(name=name, where=collapse(unknown[0])[:40], reason=gettext_noop("there is no such column"))
    builder, scene = Builder(), ("", "", "", "")
    for number, raw in enumerate(rows, 2):
        row = {key.strip(): collapse(value) for key, value in raw.items() if key and isinstance(value, str)}
        row["lines"] = str(raw.get("lines") or "")
        if not any(value.strip() for value in row.values()):
            continue
        now = (row.get("scene", ""), row.get("place", ""), row.get("time", ""), row.get("light", ""))
        if not builder.scenes or (any(now) and now != scene):
            builder.scene(place=now[1], time=now[2], light=now[3])
            scene = now
        try:
            builder.add(_shot(row, builder, keep_picture))
        except ValueError as problem:
            raise BadFilm(
                name=name, where=phrase(gettext_noop("row {n}"), n=number), reason=reason_of(problem)
            ) from None
    if not builder.has_shots:
        raise EmptyText(name=gettext_noop("storyboard"))
    return Proposal(builder.film(title=title), tuple(builder.notes))


def _shot(row: Mapping[str, str], builder: Builder, keep_picture: KeepPicture) -> Shot:
    """Raises ValueError, pydantic's among them."""
    size, camera, join = row.get("size") or "medium", row.get("camera"), row.get("join") or "cut"
    for value, known in ((size, SHOT_SIZES), (camera, CAMERA_MOVES)):
        if value and value not in known:
            raise ValueError(f"{value}: {', '.join(known)}")
    said = tuple(_utterance(line, builder) for line in re.split(r"[\n|]", row["lines"]) if line.strip())
    seen = [builder.member(one).id for one in re.split(r"[;；]", row.get("cast", "")) if one.strip()]
    image = row.get("image")
    frame: dict[str, str] = {"source": "last"} if join == "continue" else {}
    if image and not frame:
        frame = {"source": "own", "picture": keep_picture(image)}
    dissolve = int(row.get("dissolve") or (_DISSOLVE if join == "dissolve" else 0))
    return Shot.model_validate(
        {
            "id": "new",
            "size": size,
            "camera": camera or None,
            "action": row.get("action", ""),
            "cast": tuple(dict.fromkeys([*seen, *(one.speaker for one in said)])),
            "utterances": said,
            "sound": row.get("sound", ""),
            "join": Join.model_validate({"kind": join, "frames": dissolve}),
            "frame": Frame.model_validate(frame),
            "trim": Trim(start=int(row.get("trim_start") or 0), end=int(row.get("trim_end") or 0)),
        }
    )


def _utterance(line: str, builder: Builder) -> Utterance:
    found = _LINE.match(line.strip())
    if found is None:
        raise ValueError(gettext_noop("a line is written as Name: words"))
    words = found["words"]
    if words[0] in _MARKS and words[-1] in _MARKS and len(words) > 2:
        words = words[1:-1]
    return Utterance(speaker=builder.member(found["who"].strip()).id, text=words, manner=found["how"] or "")
