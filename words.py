"""The languages that the program speaks, whose turn it is, and the sentences in them.

The source is English; ``locales/`` has a catalogue for every other language, which ``locales/refresh.py`` keeps.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from errors import ConfigError
from notes import N_, Translate, as_written

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
CATALOGUES = Path(__file__).resolve().parent / "locales"

# Words that are shown but written out nowhere: keys of ours with spaces for "_", and what the system says of files.
COMPUTED = (
    *(N_("draft"), N_("waiting"), N_("preparing"), N_("queued"), N_("submitted"), N_("rendering"), N_("saving")),
    *(N_("sending"), N_("completed"), N_("failed"), N_("cancelled"), N_("abandoned"), N_("lost")),
    *(N_("image prompt"), N_("first frame"), N_("visual elements"), N_("video description"), N_("render")),
    *(N_("text"), N_("image"), N_("vision"), N_("simple"), N_("full"), N_("offline"), N_("user")),
    *(N_("No such file or directory"), N_("Permission denied"), N_("Is a directory"), N_("Not a directory")),
    *(N_("File exists"), N_("File name too long"), N_("No space left on device"), N_("Read-only file system")),
    *(N_("Disk quota exceeded"), N_("Input/output error")),
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


def here() -> Translate:
    """The translator for the person at this terminal: of MOVA_LANGUAGE, else of the environment."""
    import config

    try:
        wanted = config.load().mova_language
    except ConfigError:  # it has to be said in some language itself
        wanted = "auto"
    return translator(language_of_environment(os.environ) if wanted == "auto" else wanted)


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
