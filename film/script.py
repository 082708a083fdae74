"""A screenplay in Fountain, or plain text, as a film: by its headings, empty lines and speech, without a model.

Syntax: https://fountain.io/syntax, read by screenplay-tools. Headings and speech as Chinese scripts have them (内景,
外景, 小明：“走吧。”) are told to it in its own form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.errors import EmptyText
from core.messages import gettext_noop, message
from description.quotations import quotations
from description.text import collapse, sentences, speech_seconds
from film.document import SHOT_SECONDS
from film.proposal import Builder, Proposal

_HEADING = re.compile(r"^\s*+(?:\.\s*+)?(内外景|内景|外景)[\s.:：、]*+(.+)$")
_CHINESE_HEADINGS = {"内景": "INT.", "外景": "EXT.", "内外景": "INT./EXT."}
_MANNER = r"(?:[（(]([^）)]{1,40}+)[）)]\s*+)?+"
_CHINESE_LINE = re.compile(rf"^([\w·]{{1,12}}+)\s*+{_MANNER}[：:]\s*+{_MANNER}([“「]?)(.+?)[”」]?$")
_CHINESE_CUE = re.compile(r"^(@[^（(]{1,40}+)（([^）)]{1,40}+)）$")
_CHINESE_MANNER = re.compile(r"^（([^）]{1,80}+)）$")
_CHINESE_TITLE = re.compile(r"^(?:标题|片名|剧名)\s*+[：:]\s*+(.+)$")
_DASHES = re.compile(r"(?<!\s)\s*[-–—]+\s*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_INSIDE = re.compile(r"^(?:INT\.?/EXT|INT|EXT|EST|I/E)[. ]+", re.IGNORECASE)
_TIME = re.compile(r"(?<!\s)\s+[-–—]+\s+")
_ANNOTATION = re.compile(r"\[\[(?:(?!\[\[).)*?\]\]|/\*(?:(?!/\*).)*?\*/", re.DOTALL)
_EMPHASIS = re.compile(r"[*_]")
_PARAGRAPH = re.compile(r"\n\s*\n")


def film_from_script(text: str, *, title: str = "") -> Proposal:
    """Split a script into scenes and shots; every word between quotes stays as it is.

    Raises:
        EmptyText: nothing in it is seen or said.
        pydantic.ValidationError: a limit of the document is passed.
    """
    from screenplay_tools.fountain.parser import Parser

    parser, reader = Parser(), _Reader()
    parser.add_text("\n".join(_in_fountain(text.splitlines())))
    for element in parser.script.elements:
        reader.take(element.type.name, element)
    if not reader.builder.has_shots:
        raise EmptyText(name=gettext_noop("script"))
    named = next((entry.text for entry in parser.script.titleEntries if entry.key.lower() == "title"), "")
    film = reader.builder.film(title=title or collapse(_EMPHASIS.sub("", _ANNOTATION.sub(" ", named))))
    words = gettext_noop("The text was split at its headings, empty lines and speech; no model has read it.")
    return Proposal(film, (message(words), *reader.builder.notes))


class _Reader:
    """Takes the elements of a screenplay one by one."""

    def __init__(self) -> None:
        self.builder = Builder()
        self._speaker = self._manner = ""

    def take(self, kind: str, element: Any) -> None:
        words = _ANNOTATION.sub(" ", element.text_raw)
        if kind == "HEADING":
            self._heading(collapse(words))
        elif kind == "ACTION":
            for paragraph in map(collapse, _PARAGRAPH.split(words)):
                self._action(paragraph)
        elif kind == "CHARACTER":
            self._speaker, self._manner = collapse(element.name), ""
            self._speaker = self._speaker.title() if self._speaker.isupper() else self._speaker
        elif kind == "PARENTHETICAL":
            self._manner = collapse(words).strip("()（） ")
        elif kind in ("DIALOGUE", "LYRIC") and (said := collapse(words)):
            if self._speaker:
                self.builder.line(self._speaker, said, self._manner)
            else:
                self._action(said)
            self._manner = ""

    def _heading(self, words: str) -> None:
        place, *rest = _TIME.split(_INSIDE.sub("", words))
        self.builder.scene(place=place.strip(" .").capitalize(), time=" ".join(rest).strip(" .").lower())

    def _action(self, paragraph: str) -> None:
        """A paragraph is a shot; where it holds more speech than fits into one, its sentences are several."""
        shot = ""
        for sentence in sentences(paragraph):
            longer = f"{shot} {sentence}".strip()
            if shot and speech_seconds([one for one in quotations(longer) if one.spoken]) > SHOT_SECONDS:
                self.builder.action(shot)
                longer = sentence
            shot = longer
        if shot:
            self.builder.action(shot)


def _in_fountain(lines: Sequence[str]) -> Iterator[str]:
    """Chinese titles, headings, speech and full-width parentheses in Fountain's form; other lines as they are."""
    is_chinese_script = any(map(_HEADING.match, lines))
    before = ""
    for number, line in enumerate(lines):
        told = line.strip()
        if not number and (title := _CHINESE_TITLE.match(told)):
            yield f"Title: {title[1]}"
        elif heading := _HEADING.match(line):
            yield from ("", f"{_CHINESE_HEADINGS[heading[1]]} {_DASHES.sub(' - ', heading[2])}", "")
        elif cue := _CHINESE_CUE.match(told):
            yield from (cue[1], f"({cue[2]})")
        elif before.startswith("@") and (manner := _CHINESE_MANNER.match(told)):
            yield f"({manner[1]})"
        elif (said := _CHINESE_LINE.match(told)) and (is_chinese_script or said[4] == "“") and _HAN.search(said[1]):
            manners = "，".join(filter(None, (said[2], said[3])))
            yield from ("", f"@{said[1]}", *((f"({manners})",) if manners else ()), said[5], "")
        else:
            yield line
        before = told
