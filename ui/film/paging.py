"""The buttons that turn the page of films, shots or frames."""

from __future__ import annotations

import streamlit as st

from ui.film.address import PAGE, page_number, pages_of, turn
from ui.session import translate as _


def page_buttons(count: int, key: str, size: int = PAGE) -> None:
    """To the page before and the next one; nothing where one page holds all."""
    last, now = pages_of(count, size), page_number(count, size)
    if last == 1:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", key=f"{key}-pages"):
        back, on = f"{key}-back", f"{key}-on"
        st.button(
            _("Previous"), key=back, icon=":material/chevron_left:", on_click=turn, args=(now - 1,), disabled=now == 1
        )
        st.caption(_("Page {n} of {all}").format(n=now, all=last), width="content")
        st.button(
            _("Next"), key=on, icon=":material/chevron_right:", on_click=turn, args=(now + 1,), disabled=now == last
        )
