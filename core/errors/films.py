"""Films, their cards, sound and subtitles."""

from __future__ import annotations

from core.errors.given import InputError
from core.errors.jobs import NoRunInside
from core.messages import gettext_noop


class FilmExists(InputError):
    """A film's id that is taken."""

    what = gettext_noop("There is a film {film} already.")
    advice = gettext_noop("Change that one with PUT, or give this one another id.")


class NoFilmInside(NoRunInside):
    what = gettext_noop("{name} contains no film of this program.")
    advice = gettext_noop("Choose a joined film, or the film.json that this program saved.")


class BadFilm(InputError):
    """A film's document that cannot be used."""

    what = gettext_noop("The film {name} cannot be used, at {where}: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was made.")


class BadCards(InputError):
    """A file of people and places that cannot be used."""

    what = gettext_noop("The file of cards {name} cannot be used, at {where}: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was made or sent.")


class CardsNotNamed(InputError):
    """A description without anybody of the cards chosen for it."""

    what = gettext_noop("The description names none of the chosen cards: {names}.")
    advice = gettext_noop("Write in it who is seen, by the name on the card, or choose no card; nothing was sent.")


class FilmChanged(InputError):
    """A film that somebody else has changed meanwhile."""

    what = gettext_noop("The film {film} was changed elsewhere since it was opened here.")
    advice = gettext_noop("Load it again and repeat your change; both versions are kept.")


class UnknownFilm(InputError):
    what = gettext_noop("There is no film {film}.")
    advice = gettext_noop("Check its id; it is in the film's document.")


class FilmEditRefused(InputError):
    """A change that the film's own rules forbid."""

    what = gettext_noop("The film stays as it was: {reason}.")
    advice = gettext_noop("Choose something else; nothing of the film was changed.")


class UnknownShot(InputError):
    """An id that no shot of the film has."""

    what = gettext_noop("The film has no shot {shot}.")
    advice = gettext_noop("Check the ids of its shots, which are in its document.")


class ShotNotReady(InputError):
    """More takes of a shot that has no frame and texts."""

    what = gettext_noop("Shot {shot} has no first frame and texts to make another take from yet.")
    advice = gettext_noop("Make its first take, then ask for more.")


class FilmIncomplete(InputError):
    """A film of which a shot has no video yet."""

    what = gettext_noop("Shot {shot} has no finished video yet.")
    advice = gettext_noop("Render it first, or take it out of the film.")


class ShotsDiffer(InputError):
    """Videos that make no one film."""

    what = gettext_noop("The shots cannot be joined: {reason}.")
    advice = gettext_noop(
        "Render the one that differs again with the settings of the others, or join only shots that match."
    )


class BadMusic(InputError):
    """A file that is no music for a film."""

    what = gettext_noop("The music {name} cannot be used: {reason}.")
    advice = gettext_noop("Choose another file: MP3, WAV, FLAC, Ogg, AIFF or M4A, from 1 s to an hour long.")


class LibraryMissing(InputError):
    """A format whose package is not installed."""

    what = gettext_noop("{what_for} cannot be written: a package for it is not installed.")
    advice = gettext_noop(
        "Install what hand-overs need, pip install -r requirements-film.txt, or choose another format; "
        "timelines need Python 3.13 or older."
    )


class BadSubtitles(InputError):
    """A file that is none, or does not fit its film."""

    what = gettext_noop("The subtitles {name} cannot be used: {reason}.")
    advice = gettext_noop("Correct the file, or leave it away to have them made from the film's lines.")
