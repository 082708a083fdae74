"""What the launcher says, in the person's language, to stderr: stdout is for the command and the server's own log."""

from __future__ import annotations

import contextlib
import os
import sys

from core.errors import MovaError
from core.messages import Message, Translate, gettext_noop, message
from core.translations import language_of_environment, shown_here


def terminal_translator() -> Translate:
    """The translator for this terminal. ``words.here`` asks the settings, which a GPU machine need not have."""
    wanted = os.environ.get("MOVA_LANGUAGE") or "auto"
    return shown_here(language_of_environment(os.environ) if wanted == "auto" else wanted)


def say(words: Message | str) -> None:
    with contextlib.suppress(OSError):  # the terminal is gone: what was started still has to be looked after
        print(words.text(terminal_translator()) if isinstance(words, Message) else words, file=sys.stderr, flush=True)


def say_error(problem: MovaError) -> None:
    say(message(gettext_noop("Error: {words}"), words=problem.message(terminal_translator())))
    say(problem.next_step(terminal_translator()))
    if problem.raw:
        say(f"  ({problem.raw})")
