"""Copies of jobs: new drafts with everything that was made for another job; further takes, and finals of drafts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobs.model.drafts import copy_id, final_render
from jobs.model.records import JobRecord
from jobs.store.orders import JobCreation

if TYPE_CHECKING:
    from jobs.service.context import JobActs, ServiceContext


class CopyService:
    """Raises what the acts on single jobs raise."""

    def __init__(self, context: ServiceContext, acts: JobActs, creation: JobCreation) -> None:
        self._context, self._acts, self._creation = context, acts, creation

    def duplicate(
        self,
        job_id: str,
        *,
        seed: int | None = None,
        new_id: str | None = None,
        pictures: Mapping[str, bytes] | None = None,
        shot: tuple[str, str] | None = None,
        **changes: Any,
    ) -> JobRecord:
        """A new draft with everything that was made for the job; ``changes`` are values of its request.

        ``pictures`` are reference pictures that the job has not, by their SHA-256; ``shot`` is the title of the film
        that it is a shot of, and what happens in it, where these are others than the job's.
        """
        job = self._context.get(job_id)
        if seed is not None:
            changes["render"] = dataclasses.replace(job.render, seed=seed)
        copy = self._creation.copy_of(job, new_id=new_id, **changes)
        name, told = shot or (copy.name, copy.shot)
        references = {**copy.references, **(pictures or {})}
        return self._acts.create(dataclasses.replace(copy, name=name, shot=told, references=references))

    def again(self, job_id: str, seeds: Sequence[int]) -> list[JobRecord]:
        """Send a copy for each of these seeds, with the results that were already made; the job itself stays as it is.

        Raises:
            QuotaReached: there is no room for all of them; none was made.
        """
        job = self._context.get(job_id)
        if self._context.quota:
            self._context.store.jobs.check_new(job.owner, self._context.quota, incoming=0, jobs=len(seeds))
        copies = [self.duplicate(job_id, seed=seed) for seed in seeds]
        for copy in copies:
            self._acts.approve(copy.id, to_end=True)
        return copies

    def final_of(self, job_id: str) -> JobRecord | None:
        """The final of a draft; None where it was not asked for yet, or was deleted."""
        return self._context.known(copy_id(self._context.get(job_id).id, "final"))

    def draft_of(self, job_id: str) -> JobRecord | None:
        """The draft of which a job is the final; None where it is none's."""
        parent = self._context.get(job_id).parent
        return self._context.known(parent) if parent and job_id == copy_id(parent, "final") else None

    def render_final(self, job_id: str) -> JobRecord:
        """Send the final of a draft, with the same texts, frame and seed; asked for twice, it is the same one."""
        draft = self._context.get(job_id)
        if final := self.final_of(draft.id):
            return self._gone_on(final)
        render = final_render(draft.render, self._context.settings)
        new_id = copy_id(draft.id, "final")
        return self._gone_on(self.duplicate(draft.id, new_id=new_id, draft=False, render=render))

    def in_place_of(self, job_id: str, server: str | None) -> JobRecord:
        """Start the one copy of an abandoned job; asked for twice, it is the same copy.

        Args:
            server: the one it is meant for; None for any of its model.
        """
        new_id = copy_id(self._context.get(job_id).id, "again")
        copy = self._context.known(new_id) or self.duplicate(job_id, new_id=new_id, wanted_server=server)
        return self._gone_on(copy)

    def _gone_on(self, copy: JobRecord) -> JobRecord:
        """Start a copy that only copies what was confirmed; one that was started before stays as it is."""
        if copy.state == "draft":
            self._acts.approve(copy.id, to_end=True)
        return copy
