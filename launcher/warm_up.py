"""The warm-up of a server: in the shapes that are rendered, and what is said where it failed.

SGLang's own choice is one portrait shape of 17 frames, which says little of a landscape of 193.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.messages import Message, gettext_noop, message
from launcher.passed_on import names, without_warm_up
from launcher.server_log import ServerLog
from launcher.speech import say

# MOVA's own sizes and length, as in core/render_settings.py, which needs more than the standard library.
WARM_UP_SIZES = {"mova-360p": ("640x352", "352x640"), "mova-720p": ("1280x720", "720x1280")}
WARM_UP_FRAMES = 193


def why(model: str, passed_on: Sequence[str]) -> list[Message]:
    """What the options of the warm-up are for; nothing where a person has chosen another one."""
    if without_warm_up(passed_on) or {"--warmup-resolutions", "--warmup-num-frames"} & {*names(passed_on)}:
        return []
    template = gettext_noop("warm-up: {sizes} with {frames} frames, so that a ready server has rendered what it will")
    return [message(template, sizes=", ".join(WARM_UP_SIZES[model]), frames=WARM_UP_FRAMES)]


def has_failed(log: ServerLog) -> bool:
    """Whether a server that says it is ready could not render in its warm-up."""
    return log.warm_up_failure is not None or log.too_large is not None


def tell_failure(server: str, log: ServerLog) -> None:
    """Say what failed, and what to do next."""
    if log.warm_up_failure is None and log.too_large:
        template = gettext_noop(
            "{server}: in the warm-up the GPU's memory was too small for {shape}; {smaller} was rendered. Renders of "
            "that size would fail, so the server is stopped."
        )
        say(message(template, server=server, shape=log.too_large[0], smaller=log.too_large[1]))
        template = gettext_noop(
            "Try --residency layerwise-offload, or for shorter videos alone: -- --warmup-num-frames 97"
        )
        say(message(template))
        return
    template = gettext_noop("{server}: the warm-up failed, so it cannot render, and it is stopped: {reason}")
    say(message(template, server=server, reason=log.warm_up_failure or "?"))
    say(message(gettext_noop("Its last lines:")))
    tell_last_lines(log)
    say(message(gettext_noop("To start it without this check: -- --warmup-mode off")))


def tell_last_lines(log: ServerLog) -> None:
    """The last lines of a server that has ended, and what they ask for."""
    say(log.last_lines)
    if "out of memory" in log.last_lines.lower():
        say(message(gettext_noop("The GPU ran out of memory: try --residency layerwise-offload.")))
