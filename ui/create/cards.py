"""The chip for people and places: the person's own cards, for a first frame that is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from core.limits import checked_text
from core.messages import gettext_noop
from ui.session import job_service
from ui.session import translate as _

if TYPE_CHECKING:
    from jobs.service.cards import Card
    from jobs.store.orders import Order

_KEY = "create-cards"


def cards_chip() -> tuple[Card, ...]:
    """The chosen cards; nothing is shown to whoever has none."""
    known = {card.key: card for card in job_service().films.cards.all()}
    if not known:
        return ()
    st.session_state[_KEY] = [one for one in st.session_state.get(_KEY, []) if one in known]
    chosen = len(st.session_state[_KEY])
    label = _("People and places") + (f" · {chosen}" if chosen else "")
    with st.popover(label, icon=":material/group:", key="chip-cards"):
        picked = st.multiselect(
            _("My cards"),
            list(known),
            format_func=lambda key: known[key].content.name,
            key=_KEY,
            persist_state="session",
            help=_("A card is used where the description names it: its words and its pictures go along."),
        )
    return tuple(known[key] for key in picked)


def with_cards(order: Order, cards: tuple[Card, ...]) -> Order:
    """The order with the cards that its description names.

    Raises:
        CardsNotNamed, FileMissing, TextTooLong.
    """
    if not cards:
        return order
    shown = job_service().films.cards.shown_in(order.request.text, cards)
    text = checked_text(shown.description, gettext_noop("description"))
    request = order.request.changed(text=text, references=shown.references)
    return replace(order, request=request, references=shown.pictures, warnings=(*order.warnings, *shown.notes))
