"""What the tools for films do: where a film stands, what can be made of it next, and at what price."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from api.mcp_answers import WORDS, FilmEstimate, FilmLine, FilmList, FilmPart, FilmShot, FilmStatus
from api.mcp_files import address_of_film
from core.errors import FilmChanged, UnknownFilm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.access import Caller
    from film.document import Film
    from jobs.service.film_sheet import FilmSheet, Price
    from jobs.service.shot_states import ShotState

_SHOWN = 200  # characters of a shot's text


@dataclass(frozen=True)
class FilmActs:
    """``base`` is the address of this server as its client reaches it."""

    caller: Caller
    base: str

    def page(self, limit: int, after: str | None) -> FilmList:
        found, older = self.caller.service.films.page(limit=limit, after=after)
        films = [
            FilmLine(
                id=one.film.id,
                title=one.film.title,
                shots=len(one.shots),
                frames=one.frames,
                takes=one.takes,
                edited=one.edited.isoformat(timespec="seconds"),
            )
            for one in found
        ]
        return FilmList(films=films, older=older)

    def status(self, film_id: str) -> FilmStatus:
        service, words = self.caller.service, self.caller.translate
        film, revision = service.films.get(film_id)
        sheet, cut = service.sheets.of(film), service.cuts.of(film)
        joined, task = service.cuts.joined(film, cut), service.cuts.joining(self.caller.background, film.id)
        error = task.error if task is not None and joined is None else None
        return FilmStatus(
            id=film.id,
            title=film.title,
            seconds=cut.seconds,
            shots=[_shot(one) for one in sheet.shots],
            can_be_made=self._can_be_made(film, revision, sheet),
            film=address_of_film(self.caller.settings, service, joined, self.base) if joined else None,
            joining=min(task.percent, 100) if task is not None and not task.done else None,
            error=f"{error.message(words)} {error.next_step(words)}" if error else None,
        )

    def make(self, estimate: str) -> FilmStatus:
        """Make what was estimated.

        Raises:
            UnknownFilm: there is no such film of this person.
            FilmChanged: it would be something else by now; nothing was done.
        """
        film_id, _, rest = estimate.partition(".")
        part = next((one for one in get_args(FilmPart) if rest.startswith(f"{one}.")), None)
        if part is None:
            raise UnknownFilm(film=estimate[:80])
        service = self.caller.service
        film, revision = service.films.get(film_id)
        known = self._can_be_made(film, revision, service.sheets.of(film))
        if estimate not in [one.id for one in known]:
            raise FilmChanged(film=film.title or film.id)
        if part == "frames":
            service.film_orders.make_frames(film)
        elif part == "takes":
            service.film_orders.render(film)
        else:
            service.cuts.begin_join(self.caller.background, film.id, after=revision)
        return self.status(film.id)

    def _can_be_made(self, film: Film, revision: int, sheet: FilmSheet) -> list[FilmEstimate]:
        found = []
        if sheet.missing:
            found.append(self._estimate(film, revision, sheet, "frames", sheet.frames))
        if sheet.ready or sheet.waiting:
            found.append(self._estimate(film, revision, sheet, "takes", sheet.renders))
        service = self.caller.service
        cut = service.cuts.of(film)
        if cut.shots and not cut.missing and service.cuts.joined(film, cut) is None:
            found.append(self._estimate(film, revision, sheet, "joined", None))
        return found

    def _estimate(
        self, film: Film, revision: int, sheet: FilmSheet, makes: FilmPart, price: Price | None
    ) -> FilmEstimate:
        """Without a price nothing is bought and nothing rendered."""
        render, renders = sheet.render, makes == "takes"
        told = FilmEstimate(
            id="",
            makes=makes,
            shots=price.shots if price else len(sheet.shots),
            requests=(price.calls.least, price.calls.most) if price else (0, 0),
            services=list(price.services) if price else [],
            drafted=price.drafted if price else 0,
            preview=renders and render.is_preview,
            gpu_seconds=sheet.gpu_seconds if renders else None,
            held_up_by=render.error.message(self.caller.translate) if renders and render.error else None,
        )
        bought = [told.shots, told.requests, told.services, told.drafted, told.preview]
        digest = hashlib.sha256(json.dumps([revision, makes, bought, _stand(sheet.shots)]).encode()).hexdigest()
        return told.model_copy(update={"id": f"{film.id}.{makes}.{digest[:16]}"})


def _stand(shots: Sequence[ShotState]) -> list[list[str | None]]:
    """What an estimate of a film holds for: its shots with their jobs as they are."""
    stand = []
    for one in shots:
        job, take = one.latest, one.chosen
        stand.append(
            [one.shot.id, one.inputs, job.id if job else None, job.state if job else None, take.id if take else None]
        )
    return stand


def _shot(one: ShotState) -> FilmShot:
    text, job = " ".join([one.shot.action, *(f"“{said.text}”" for said in one.shot.utterances)]).strip(), one.latest
    return FilmShot(
        number=one.number,
        id=one.shot.id,
        text=text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…",
        has_frame=one.has_frame,
        has_take=one.chosen is not None,
        changed_since=one.is_stale or (one.chosen is not None and one.chosen not in one.jobs),
        held=one.shot.held,
        job=job.id if job else None,
        in_words=WORDS[job.state] if job else None,
    )
