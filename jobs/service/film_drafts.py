"""Films proposed from an idea, a script or a storyboard; what a command and a page need of it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.errors import BadFilm, MovaError
from core.messages import gettext_noop
from core.render_settings import snap_frames
from film.document import reason_of
from jobs.store.response_cache import CachingProvider, ResponseCache, clear_responses
from record.folder import RunFolder

if TYPE_CHECKING:
    from film.proposal import Proposal
    from film.storyboard import KeepPicture
    from jobs.service.context import ServiceContext
    from providers.base import Provider

MAX_FILM_BYTES = 4 * 2**20


class FilmDrafts:
    """Proposed films; none is recorded. Their shots are as long as the settings say.

    What a service answered is kept in ``folder`` until a film is recorded: nothing is bought again after a kill.

    Raises:
        BadFilm: a limit of the document is passed.
        EmptyText, TextTooLong: of the text.
    """

    def __init__(self, context: ServiceContext, folder: Path) -> None:
        self._context, self._folder = context, RunFolder(folder)

    def from_idea(self, idea: str, *, shots: int | None = None, name: str = "") -> Proposal:
        """By this person's text service; without one the idea is split like a script.

        Raises:
            ProviderError: the service failed, or its answer is no film, also after a correction.
        """
        from film.idea import film_from_idea

        try:
            return self._checked(lambda: film_from_idea(idea, shots=shots, writer=self._writer()), name)
        except MovaError:
            self.clear()  # another try asks the service again
            raise

    def service_for_ideas(self) -> str | None:
        """The service that would be asked for a film, with its model; None where the text is only split.

        Raises:
            NoProvider: the one that the settings name has no key.
        """
        from providers.offline import NAME

        writer = self._chosen()
        return None if writer.name == NAME else f"{writer.name} {writer.model('text')}"

    def _chosen(self) -> Provider:
        from providers import choose

        keys = self._context.keys
        return choose(self._context.settings, "text", keys.overrides() if keys else None)

    def _writer(self) -> Provider:
        writer = self._chosen()
        self._folder.path.mkdir(parents=True, exist_ok=True)
        return CachingProvider(writer, ResponseCache(self._folder, "film", 1, self._context.folders.storage))

    def clear(self) -> None:
        """Delete the answers: a film was recorded, and another one is proposed anew."""
        clear_responses(self._folder, self._context.folders.storage)

    def from_script(self, text: str, *, name: str = "") -> Proposal:
        """Split at its headings, empty lines and speech."""
        from film.script import film_from_script

        return self._checked(lambda: film_from_script(text), name)

    def from_table(self, text: str, *, keep_picture: KeepPicture, name: str) -> Proposal:
        """A row of CSV a shot."""
        from film.storyboard import film_from_csv

        return self._checked(lambda: film_from_csv(text, keep_picture=keep_picture, name=name), name)

    def _checked(self, propose: Callable[[], Proposal], name: str) -> Proposal:
        with _said(name):
            proposal = propose()
            frames = snap_frames(self._context.settings.num_frames)
            return replace(proposal, film=proposal.film.model_copy(update={"shot_frames": frames}))


@contextmanager
def _said(name: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as problem:
        raise BadFilm(str(problem), name=name, where="film", reason=reason_of(problem)) from None


def text_of(data: bytes, name: str) -> str:
    """The text of a file; raises BadFilm."""
    if len(data) > MAX_FILM_BYTES:
        raise BadFilm(name=name, where="1", reason=gettext_noop("it is larger than 4 MB"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFilm(name=name, where="1", reason=gettext_noop("it is not UTF-8 text")) from None
