"""A file that is made when it is asked for: a button, then its progress, then the way to the file."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from jobs.beside import OnStep
from ui.components.live import live
from ui.components.trouble import show_trouble
from ui.office import office
from ui.session import translate as _


def made_file(
    name: str,
    label: str,
    icon: str,
    *,
    make: Callable[[OnStep], object],
    is_there: Callable[[], bool],
    show: Callable[[], None],
) -> None:
    """Draw whichever of the three it is.

    Args:
        name: of the work: asked for twice, in two tabs too, it is done once.
        make: does it, in a thread of its own.
        is_there: whether the file is there; asked at each look, for what is quickly made is there at the first.
        show: draws what leads to the file.
    """
    beside = office().beside

    def is_under_way() -> bool:
        work = beside.of(name)
        return work is not None and not work.done

    def draw() -> None:
        work = beside.of(name)
        if work is not None and not work.done:
            st.progress(work.percent, text=_("{percent} %").format(percent=work.percent))
            return
        if is_there():
            show()
            return
        if work is not None and work.trouble:
            show_trouble(work.trouble)
        st.button(label, key=f"make-{name}", icon=f":material/{icon}:", on_click=_begin, args=(name, make))

    live(draw, is_under_way)


def _begin(name: str, make: Callable[[OnStep], object]) -> None:
    office().beside.begin(name, make)
