"""What the launcher says, in the person's language, to stderr: stdout is for the command and the server's own log."""

from __future__ import annotations

import contextlib
import os
import sys

from errors import MovaError
from notes import N_, Note, Translate, note
from words import language_of_environment, translator


def here() -> Translate:
    """The translator for this terminal. ``words.here`` asks the settings, which a GPU machine need not have."""
    wanted = os.environ.get("MOVA_LANGUAGE") or "auto"
    return translator(language_of_environment(os.environ) if wanted == "auto" else wanted)


def say(words: Note | str) -> None:
    with contextlib.suppress(OSError):  # the terminal is gone: what was started still has to be looked after
        print(words.text(here()) if isinstance(words, Note) else words, file=sys.stderr, flush=True)


def say_error(problem: MovaError) -> None:
    say(note(N_("Error: {words}"), words=problem.message(here())))
    say(problem.next_step(here()))
    if problem.raw:
        say(f"  ({problem.raw})")
