"""Files of cards on the command line: read once, checked before anything is spent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadCards
from core.limits import read_at_most
from core.messages import gettext_noop
from film.cards import Cards, Shown, cards_from, picture_beside, shown_in
from media.frames import open_source
from media.pictures import read_picture

if TYPE_CHECKING:
    from config import Settings

_MAX_BYTES = 2**20


def read_cards(file: Path) -> Cards:
    """The cards in a file.

    Raises:
        FileMissing, FileTooLarge, BadCards.
    """
    try:
        return cards_from(read_at_most(file, _MAX_BYTES).decode("utf-8-sig"), file.name)
    except UnicodeDecodeError:
        raise BadCards(name=file.name, where="1", reason=gettext_noop("it is not UTF-8 text")) from None


def picture_of_card(file: Path, name: str, settings: Settings) -> bytes:
    """A picture that a card names, opened to see that it is one.

    Raises:
        FileMissing, PictureError, BadCards.
    """
    data = read_picture(picture_beside(file, name), max_bytes=settings.max_image_mb * 2**20)
    open_source(data, settings)
    return data


def cards_shown(description: str, file: Path, settings: Settings) -> Shown:
    """A clip's description and the cards that it names.

    Raises:
        FileMissing, FileTooLarge, PictureError, BadCards: also where it names none of them.
    """

    def read(name: str) -> tuple[str, bytes]:
        data = picture_of_card(file, name, settings)
        return hashlib.sha256(data).hexdigest(), data

    shown = shown_in(description, read_cards(file), read)
    if shown.description == description and not shown.references:
        raise BadCards(name=file.name, where="name", reason=gettext_noop("the description names none of its cards"))
    return shown
