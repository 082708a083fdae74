"""What the sheet of a film says before anything is rendered: prices, prompts, and which way people look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.steps import Step
from film.composition import description_of
from film.direction import Reversal, reversals
from film.document import references_of
from jobs.model.makers import YOURS
from jobs.model.records import StepRecord
from jobs.model.states import FINAL, UNDECIDED
from jobs.plan.steps import Calls
from providers.offline import NAME as OFFLINE

if TYPE_CHECKING:
    from core.messages import Message
    from film.document import Film
    from jobs.model.records import Estimate, JobRecord
    from jobs.model.request import JobRequest
    from jobs.plan.render import RenderPlan
    from jobs.service.context import ServiceContext
    from jobs.service.films import FilmService
    from jobs.service.plans import PlanService
    from jobs.service.shot_states import ShotState
    from jobs.service.shots import ShotService

_Planned = tuple["JobRequest", Sequence[StepRecord], "JobRecord | None"]


@dataclass(frozen=True, kw_only=True)
class Price:
    """``calls`` that are bought of ``services``, named with their models; ``drafted`` counts steps that need no model
    and cost nothing.
    """

    shots: int = 0
    calls: Calls = field(default_factory=Calls)
    drafted: int = 0
    services: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FilmSheet:
    """``frames`` is the price of the first frames that are missing, ``renders`` of all shots that are not held back.

    ``render`` is where a shot of this film would be rendered now, with the time that such renders took.
    ``pictures`` are the first frames by the ids of their shots, of one that is out of date the frame that it had;
    ``prompts`` are those that the ones that count were made from. ``refusals`` is why the service for pictures would
    not draw missing ones after the cards' pictures.
    """

    shots: tuple[ShotState, ...]
    frames: Price
    renders: Price
    render: RenderPlan
    pictures: Mapping[str, StepRecord]
    prompts: Mapping[str, str]
    reversals: tuple[Reversal, ...]
    refusals: tuple[Message, ...] = ()

    @property
    def estimate(self) -> Estimate | None:
        return self.render.estimate

    @property
    def gpu_seconds(self) -> float | None:
        """How long a GPU is busy with the renders to come; None where none like them was measured."""
        return self.renders.shots * self.estimate.median if self.estimate else None

    @property
    def missing(self) -> tuple[ShotState, ...]:
        """Shots whose first frame is to be made, and is not being made."""
        return tuple(one for one in self.shots if is_missing(one))

    @property
    def ready(self) -> tuple[ShotState, ...]:
        """Shots whose render can be ordered now."""
        return tuple(one for one in self.shots if is_to_render(one) and not _awaits(one))

    @property
    def waiting(self) -> tuple[ShotState, ...]:
        """Shots that go on from another one, which is not rendered yet."""
        return tuple(one for one in self.shots if is_to_render(one) and _awaits(one))


class FilmSheets:
    """The sheets of one person's films, by the plans that jobs are carried out by."""

    def __init__(self, context: ServiceContext, films: FilmService, shots: ShotService, plans: PlanService) -> None:
        self._context, self._films, self._shots, self._plans = context, films, shots, plans

    def of(self, film: Film) -> FilmSheet:
        """The sheet of a film, read in a number of queries that does not grow with it."""
        states = self._films.shots(film)
        jobs = {job.id: job for one in states for job in (one.job, one.latest) if job is not None}
        records = self._context.store.steps.of_several(jobs)
        made = [(one, records[one.job.id]) for one in states if one.job is not None]
        prompts = {one.shot.id: found for one, them in made if (found := chosen_of(them, "image_prompt"))}
        framed = [*made, *((one, records[one.latest.id]) for one in states if one.is_stale and one.latest is not None)]
        pictures = {one.shot.id: found for one, them in framed if (found := chosen_of(them, "first_frame"))}
        told = {shot: prompt.output for shot, prompt in prompts.items() if prompt.output}
        render = self._plans.render_of_request(self._shots.request(film, "-"))
        renders = self._price(film, records, [one for one in states if is_to_render(one)])
        return FilmSheet(
            shots=states,
            frames=self._price(film, records, [one for one in states if is_missing(one)], until="first_frame"),
            renders=_with_hearings(renders, render),
            render=render,
            pictures=pictures,
            prompts=told,
            reversals=reversals(film, told),
            refusals=self._refusals(film, [one for one in states if is_missing(one)]),
        )

    def _refusals(self, film: Film, states: Sequence[ShotState]) -> tuple[Message, ...]:
        """Each reason once. A shot whose job goes on with words only needs no pictures."""
        asked = [
            state.job.request.references if state.job is not None else references_of(film, state.scene, state.shot)
            for state in states
            if state.shot.frame.source == "made"
        ]
        found: list[Message] = []
        for one in self._plans.reference_refusals(filter(None, asked)):
            found += [one] if one not in found else []
        return tuple(found)

    def _price(
        self,
        film: Film,
        records: Mapping[str, Sequence[StepRecord]],
        states: Sequence[ShotState],
        until: str | None = None,
    ) -> Price:
        plans = self._plans.steps_of_several([self._planned(film, records, one, until) for one in states])
        made = [step for plan in plans for step in plan.to_make]
        makers = [step.maker for step in made if step.maker is not None]
        return Price(
            shots=len(states),
            calls=sum((step.calls for step in made), Calls()),
            drafted=sum(one.provider == OFFLINE for one in makers),
            services=tuple(
                sorted({f"{one.provider} {one.model}".strip() for one in makers if one.provider != OFFLINE})
            ),
        )

    def _planned(
        self, film: Film, records: Mapping[str, Sequence[StepRecord]], state: ShotState, until: str | None
    ) -> _Planned:
        """A shot as the job that it has, or as the one that would be ordered for it."""
        if state.job is not None and not state.awaits:
            return state.job.request.changed(until=until), records[state.job.id], state.job
        text = description_of(film, state.scene, state.shot)
        before, references = state.begins_with(film), references_of(film, state.scene, state.shot)
        if before is not None:
            return before.request.changed(text=text, until=until, references=references), records[before.id], before
        own = () if state.shot.frame.source == "made" else _own_frame()
        return self._shots.request(film, text).changed(until=until, references=references), own, None


def _with_hearings(price: Price, render: RenderPlan) -> Price:
    """The price of renders with what hears them."""
    if not price.shots or render.heard_by is None:
        return price
    calls = sum((render.hearings for _ in range(price.shots)), price.calls)
    service = f"{render.heard_by.provider} {render.heard_by.model}".strip()
    return replace(price, calls=calls, services=tuple(sorted({*price.services, service})))


def is_missing(state: ShotState) -> bool:
    """Whether a shot needs a first frame, and nothing is making one yet."""
    if state.shot.frame.source == "last" or state.shot.held or state.has_frame:
        return False
    return state.job is None or state.job.state in UNDECIDED


def is_to_render(state: ShotState) -> bool:
    """Whether a render of a shot is ordered by rendering the approved ones."""
    if state.awaits:  # its take goes on from one that gives way
        return state.is_coming
    if state.shot.held or (state.chosen is not None and state.chosen == state.job):
        return False
    return state.job is None or state.job.state in UNDECIDED | FINAL - {"completed"}


def _awaits(state: ShotState) -> bool:
    """Whether another shot has to be rendered before."""
    return state.inputs is None or state.awaits


def _own_frame() -> tuple[StepRecord, ...]:
    """The steps of a job that begins with a picture."""
    prompt = StepRecord(job_id="", step="image_prompt", state="skipped", provider=YOURS, output="", chosen=True)
    frame = StepRecord(job_id="", step="first_frame", state="done", provider=YOURS, output="own", chosen=True)
    return prompt, frame


def chosen_of(records: Iterable[StepRecord], step: Step) -> StepRecord | None:
    """The finished version of a step that counts."""
    states = ("done", "stale", "skipped")
    return next((one for one in records if one.step == step and one.chosen and one.state in states), None)
