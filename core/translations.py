"""The languages that the program speaks, whose turn it is, and the sentences in them.

The source is English; ``locales/`` has a catalogue for every other language, which ``locales/refresh.py`` keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core import output as terminal
from core.messages import Translate, as_written, gettext_noop

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
CATALOGUES = Path(__file__).resolve().parent.parent / "locales"

# Words that are shown but written out nowhere: keys of ours with spaces for "_", and what the system says of files.
COMPUTED = (
    *(
        gettext_noop("draft"),
        gettext_noop("waiting"),
        gettext_noop("preparing"),
        gettext_noop("queued"),
        gettext_noop("submitted"),
        gettext_noop("rendering"),
        gettext_noop("saving"),
    ),
    *(
        gettext_noop("unclear"),
        gettext_noop("sending"),
        gettext_noop("listening"),
        gettext_noop("completed"),
        gettext_noop("failed"),
        gettext_noop("cancelled"),
        gettext_noop("abandoned"),
        gettext_noop("lost"),
    ),
    *(
        gettext_noop("image prompt"),
        gettext_noop("first frame"),
        gettext_noop("visual elements"),
        gettext_noop("video description"),
        gettext_noop("render"),
    ),
    *(
        gettext_noop("text"),
        gettext_noop("image"),
        gettext_noop("vision"),
        gettext_noop("hearing"),
        gettext_noop("simple"),
        gettext_noop("full"),
        gettext_noop("offline"),
        gettext_noop("user"),
    ),
    *(
        gettext_noop("No such file or directory"),
        gettext_noop("Permission denied"),
        gettext_noop("Is a directory"),
        gettext_noop("Not a directory"),
    ),
    *(
        gettext_noop("File exists"),
        gettext_noop("File name too long"),
        gettext_noop("No space left on device"),
        gettext_noop("Read-only file system"),
    ),
    *(gettext_noop("Disk quota exceeded"), gettext_noop("Input/output error")),
)

# Traditional Chinese has its own readers: they get English rather than the other script.
_SIMPLIFIED = re.compile(r"zh(?![a-z])(?!.*(hant|[-_](tw|hk|mo)\b))", re.IGNORECASE)
_ENGLISH = re.compile(r"en(?![a-z])", re.IGNORECASE)


def language_of(*preferences: str | None) -> str:
    """The language to speak, from what a person prefers, the best first: a choice, a browser's or a system's locale.

    ``zh``, ``zh-CN``, ``zh_CN.UTF-8`` and ``zh-Hans`` mean ``zh_CN``. A preference that we do not speak gives way to
    the next one; in the end it is ``en``.
    """
    for preference in preferences:
        if preference and _SIMPLIFIED.match(preference):
            return "zh_CN"
        if preference and _ENGLISH.match(preference):
            return "en"
    return "en"


def language_of_environment(environment: Mapping[str, str]) -> str:
    """The language as gettext finds it: LC_ALL, LC_MESSAGES or LANG, and LANGUAGE before them unless they say C."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    if locale in ("C", "POSIX"):
        return "en"
    return language_of(*environment.get("LANGUAGE", "").split(":"), locale)


def translator(language: str) -> Translate:
    """What says a template in a language. It stays English in a language, or for a sentence, that we do not have."""
    if language not in LANGUAGES or language == "en":
        return as_written
    sentences = _sentences(language)
    return lambda template: sentences.get(template, template)


def shown_here(language: str) -> Translate:
    """The translator for a language whose letters this terminal has; English has only such as every terminal has."""
    return translator(language) if terminal.shows(LANGUAGES.get(language, "")) else as_written


# An entry as locales/refresh.py writes it: each text in one pair of quotes, or in one a line.
_ENTRY = re.compile(r'^msgid (".*"(?:\n".*")*)\nmsgstr (".*"(?:\n".*")*)$', re.MULTILINE)
_QUOTED = re.compile(r'^"(.*)"$', re.MULTILINE)


@lru_cache
def _sentences(language: str) -> dict[str, str]:
    """Without Babel, which a GPU machine need not have."""
    text = (CATALOGUES / language / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    entries = ((_unquoted(template), _unquoted(own)) for template, own in _ENTRY.findall(text))
    return {template: own for template, own in entries if template and own}


def _unquoted(quoted: str) -> str:
    escaped = "".join(_QUOTED.findall(quoted))
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), escaped)
