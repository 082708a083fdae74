"""A button's act: what stands in its way is said on the page, as everywhere, and ends nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from errors import MovaError
from ui.components.notices import leave
from ui.components.plain import plain
from ui.session import translate as _

P = ParamSpec("P")


def acting(act: Callable[P, None]) -> Callable[P, None]:
    """The act as a callback of a widget."""

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except MovaError as trouble:  # such as a job that was deleted in another tab
            leave(plain(f"{trouble.message(_)} {trouble.next_step(_)}"))

    return run
