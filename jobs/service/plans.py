"""The plans of jobs and of orders, made from the records and the servers' last health checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from core.errors import KeyGone, MovaError, ProviderError, QuotaReached, ServerStalled
from core.messages import Message, gettext_noop, message
from core.plain_text import clock
from core.steps import Maker, Step, following
from generate_first_frame import check_references
from jobs.model.makers import YOURS, MakerOf, told
from jobs.model.ordered import ordered_maker
from jobs.model.records import StepRecord
from jobs.model.request import PREVIEW, QueueKey, is_preview_server
from jobs.model.states import ON_A_GPU, UNDECIDED, allowing
from jobs.plan.cautions import description_cautions, picture_cautions, text_cautions
from jobs.plan.plan import JobPlan, next_act, next_act_of
from jobs.plan.progress import Stall, render_progress, stall_on
from jobs.plan.render import QueueAhead, RenderPlan, plan_render, queue_ends
from jobs.plan.steps import StepPlan, plan_steps
from jobs.store.orders import Order, stale_after
from providers import listener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.references import Reference
    from jobs.model.records import Estimate, JobRecord
    from jobs.model.request import JobRequest, QueueKey
    from jobs.service.context import ServiceContext


_FRAME: Step = "first_frame"


class PlanService:
    """What will happen to a person's jobs."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context

    def of(self, job_id: str) -> JobPlan:
        """The plan of a job as it would continue for this person; raises UnknownJob."""
        job = self._context.get(job_id)
        steps, chosen = self.steps_of(job), self._context.store.steps.chosen(job.id)
        cautions = [*self._picture_cautions(job.request, self._size_of(job.request)), *text_cautions(job.request)]
        cautions += [*self._reference_cautions(job.request, steps), *self._key_cautions(job, steps)]
        if steps.next_step == "render":
            cautions += description_cautions(job.request, chosen.values())
        return JobPlan(
            steps=steps,
            render=self.render_of(job),
            next=next_act_of(job, steps),
            refusal=self._refusal_of(job),
            cautions=_once(cautions),
        )

    def steps_of(self, job: JobRecord) -> StepPlan:
        """The plan of a job's preparation alone."""
        self._context.check_sees(job)
        maker_of = self._makers(job)
        plan = plan_steps(
            job.request, self._context.store.steps.of(job.id), maker_of, lambda frame: self._digest(job, frame)
        )
        # Once results were sent, nothing is asked about them any more.
        if job.sent is not None or job.state not in UNDECIDED:
            return replace(plan, questions=())
        asked = {one.mark: one for one in told(job.error, self._kept(job, plan))}
        asked |= {one.mark: one for one in plan.questions}
        order = [one.step for one in plan.steps]
        return plan.with_questions(tuple(sorted(asked.values(), key=lambda one: order.index(one.step))), maker_of)

    def steps_of_several(
        self, wanted: Sequence[tuple[JobRequest, Sequence[StepRecord], JobRecord | None]]
    ) -> list[StepPlan]:
        """The plans of the preparations of several jobs, or of orders without one, from their records.

        Who makes a step is asked once, and a picture is opened only where something was made from it already.
        """
        now: dict[bool, MakerOf] = {}
        for request, _records, _job in wanted:
            now.setdefault(bool(request.references), cache(self._context.makers_now(request)))
        return [self._steps_from(*one, now[bool(one[0].references)]) for one in wanted]

    def _steps_from(
        self, request: JobRequest, records: Sequence[StepRecord], job: JobRecord | None, now: MakerOf
    ) -> StepPlan:
        goes_on = job is not None and job.state in UNDECIDED
        makers = self._context.makers_if_approved(job) if job is not None and goes_on else now
        needs_frame = job is not None and any(one.step in following(_FRAME) for one in records)
        return plan_steps(
            request,
            records,
            makers,
            lambda frame: self._digest(job, frame) if job is not None and needs_frame else "",
        )

    def render_of_request(self, request: JobRequest) -> RenderPlan:
        """Where the render of such a request would go now."""
        return self._render(request, may_preview=True)

    def of_order(self, order: Order) -> JobPlan:
        """The plan of an order as if it were placed now.

        Raises:
            PictureError: its picture cannot be used.
        """
        steps = [replace(one, chosen=True) for one in order.steps]
        if order.picture is not None:
            steps = [replace(one, chosen=True) for one in _with_own_frame(order, steps)]
        request = order.request
        digest = self._digest_of(order)
        plan = plan_steps(request, steps, self._context.makers_now(request), lambda frame: digest)
        plan = replace(plan, questions=())  # who orders has just seen what is taken over
        cautions = [*self._picture_cautions(request, self._size_in(order)), *text_cautions(request)]
        cautions += self._reference_cautions(request, plan)
        if plan.next_step == "render":
            cautions += description_cautions(request, steps)
        return JobPlan(
            steps=plan,
            render=self._render(request, may_preview=True),
            next=next_act("draft", plan),
            refusal=self._refusal(order),
            cautions=_once(cautions),
        )

    def render_of(self, job: JobRecord) -> RenderPlan:
        """Where a job's render goes, and what is ahead of it."""
        self._context.check_sees(job)
        going = job.state in allowing("approve") | allowing("retry")
        may_preview = going or job.bookkeeping.may_preview
        return self._render(job.request, may_preview=may_preview, before=job)

    def holds_up(self, job: JobRecord) -> MovaError | None:
        """Why a waiting job is not sent at present; None if one of its servers is ready."""
        self._context.check_sees(job)
        status, key = self._context.servers(), job.queue_key
        error = status.holds_up(key, may_preview=job.bookkeeping.may_preview) if status else None
        return error or self._not_sent(key)

    def is_preview(self, job: JobRecord) -> bool:
        """Whether the preview engine would render a job if its person sent it now."""
        self._context.check_sees(job)
        status = self._context.servers()
        return status.previews(job.queue_key) if status else job.wanted_server == PREVIEW

    def second_render(self, job: JobRecord) -> Message | None:
        """Why sending an ended job again renders it a second time; None where nothing has, or may have, rendered it."""
        self._context.check_sees(job)
        if job.video_on_server:
            return message(gettext_noop("Its video is on the server: sending it again renders it a second time."))
        if job.state == "abandoned" and self._context.store.queue.holds(job.id):
            return message(gettext_noop("The server may still finish it: sending it again renders it a second time."))
        return None

    def other_server(self, job: JobRecord) -> str | None:
        """Another ready server that could do a job, by name, if the job's own is not ready or is stuck; else None."""
        self._context.check_sees(job)
        status, own = self._context.servers(), job.server or job.wanted_server
        if status is None or is_preview_server(own):
            return None
        if own and self._stall_on(own):
            well = (one.name for one in status.ready(QueueKey(job.model)) if one.name != own)
            return next((name for name in well if not self._stall_on(name)), None)
        other = status.other(job.model, own)
        return other.name if other else None

    def is_stalled(self, job: JobRecord) -> bool:
        """Whether a job on a server stands still."""
        self._context.check_sees(job)
        return job.state == "rendering" and job.server is not None and self._stall_on(job.server) is not None

    def _stall_on(self, server: str) -> Stall | None:
        return stall_on(self._context.store, server)

    def _not_sent(self, key: QueueKey) -> MovaError | None:
        """What keeps the engine from sending anything of a queue beside the health of its servers."""
        return self._context.holds_up(key) or self._stalled(key)

    def _stalled(self, key: QueueKey) -> ServerStalled | None:
        """The error of a queue whose every ready server has a job that stands still."""
        status = self._context.servers()
        names = [one.name for one in status.ready(key)] if status else []
        stalls = [self._stall_on(name) for name in names]
        if not stalls or stalls[0] is None or not all(stalls):
            return None
        return ServerStalled(server=names[0], time=clock(stalls[0].seconds), usual=clock(stalls[0].usual))

    def _makers(self, job: JobRecord) -> MakerOf | None:
        ordered = job.bookkeeping.makers
        if job.state in UNDECIDED or ordered is None:
            return self._context.makers_if_approved(job)
        return partial(ordered_maker, ordered)

    def _kept(self, job: JobRecord, plan: StepPlan) -> list[StepRecord]:
        """The results before the first step that is to be made."""
        kept = {(one.step, one.version) for one in plan.steps if one.action != "make"}
        first = plan.next_step
        before = [one.step for one in plan.steps]
        wanted = before if first == "render" else before[: before.index(first)]
        records = self._context.store.steps.of(job.id)
        return [one for one in records if (one.step, one.version) in kept and one.step in wanted]

    def _digest(self, job: JobRecord, frame: StepRecord) -> str:
        """The digest of a job's first frame; if the picture is gone, the recorded one."""
        try:
            return self._context.folders.frame_digest(job, frame)
        except MovaError:
            files = self._context.store.files.of(job.id)
            return next((one.sha256 for one in files if one.kind == "first_frame"), "")

    def _digest_of(self, order: Order) -> str:
        """The digest of the frame that an order would be rendered from."""
        from media.frames import exact_frame, white_png

        request, data = order.request, order.picture or next(iter(order.files.values()), None)
        if request.white_frame or data is None:
            return sha256(white_png(request.render)).hexdigest()
        return sha256(exact_frame(data, request.render, request.crop, self._context.settings)).hexdigest()

    def _size_in(self, order: Order) -> tuple[int, int] | None:
        """The size of the person's own picture in an order."""
        from media.frames import open_source

        return open_source(order.picture, self._context.settings).size if order.picture else None

    def _size_of(self, request: JobRequest) -> tuple[int, int] | None:
        """The size of a job's own picture, as it was recorded."""
        width, _, height = (request.source_picture or "").partition("x")
        return (int(width), int(height)) if width.isdigit() and height.isdigit() else None

    def _picture_cautions(self, request: JobRequest, size: tuple[int, int] | None) -> Iterator[Message]:
        if size and min(size) > 0 and not request.white_frame:
            yield from picture_cautions(size, request.render, request.crop)

    def _reference_cautions(self, request: JobRequest, steps: StepPlan) -> Iterator[Message]:
        """Why the pictures of cards would stop the step that draws after them."""
        if request.references and any(one.step == "first_frame" for one in steps.to_make):
            yield from self.reference_refusals([request.references])

    def reference_refusals(self, wanted: Iterable[Sequence[Reference]]) -> Iterator[Message]:
        """Why a first frame would not be drawn after these pictures, for each that would not; it is not asked for."""
        artist = self._context.artist()
        for references in wanted:
            try:
                check_references(artist, references)
            except ProviderError as problem:
                yield Message(problem.what, problem.facts)

    def _refusal_of(self, job: JobRecord) -> MovaError | None:
        """Why a job that stands still would not be begun."""
        quota, is_again = self._context.quota, job.state in allowing("retry") and not job.video_on_server
        if quota is None or not (job.state == "draft" or is_again):
            return None
        try:
            self._context.store.jobs.check_unfinished(job.owner, quota)
        except QuotaReached as problem:
            return problem
        return None

    def _key_cautions(self, job: JobRecord, steps: StepPlan) -> Iterator[Message]:
        """A key that is gone, for which a job would wait before its next step."""
        try:
            if job.state in UNDECIDED and steps.to_buy:
                self._context.overrides(job)
        except KeyGone as problem:
            yield Message(problem.what, problem.facts)

    def _refusal(self, order: Order) -> MovaError | None:
        if self._context.quota is None:
            return None
        try:
            self._context.store.jobs.check_new(self._context.person.name, self._context.quota, order.size)
        except QuotaReached as problem:
            return problem
        return None

    # ---- the queue before a render -------------------------------------------------------------------------------

    def _render(self, request: JobRequest, *, may_preview: bool, before: JobRecord | None = None) -> RenderPlan:
        store, status, key = self._context.store, self._context.servers(), request.queue_key
        previews = status is not None and status.previews(key, may_preview=may_preview)
        ids = list(store.queue.order(key))
        if before is not None and before.id in ids:
            ids = ids[: ids.index(before.id)]
        waiting = [job for job in map(store.jobs.get, ids) if job is not None]
        sent = self._on_servers(key, previews=previews)
        servers = () if status is None or previews else status.ready(key)
        server = before.server if before else None
        queue = QueueAhead(
            waiting=[_median(store.times.estimate_of(job.request, is_preview=previews)) for job in waiting],
            busy=[self._left(job) for job in sent if before is None or job.id != before.id],
            servers=len(servers),
            estimate=store.times.estimate_of(request, server=server, is_preview=previews),
            paused=store.queue.is_paused(key),
            given_up=sum(job.state not in ON_A_GPU for job in sent),
        )
        plan = plan_render(key, status, queue, may_preview=may_preview)
        if plan.is_preview:
            return plan
        if plan.is_known and plan.error is None and (error := self._not_sent(key)):
            plan = replace(plan, error=error, starts_in=None)
        return self._with_takes(plan, request)

    def _with_takes(self, plan: RenderPlan, request: JobRequest) -> RenderPlan:
        """How many renders may follow of themselves, and who hears them."""
        context, usual = self._context, _median(plan.estimate)
        takes, cap = request.takes, context.settings.takes_gpu_minutes * 60
        if takes == 1:  # another one follows where it looks failed, whatever that costs
            takes, cap = 1 + context.settings.look_retries, 0
        paid = takes if not cap or not usual else min(takes, max(1, int(cap / usual)))
        return replace(plan, takes=takes, gpu_seconds=usual and usual * paid, heard_by=self._listener())

    def _listener(self) -> Maker | None:
        keys = self._context.keys
        found = listener(self._context.settings, keys.overrides() if keys else {})
        return Maker(provider=found.name, model=found.model("hearing")) if found else None

    def ends_of(self, key: QueueKey, waiting: Sequence[JobRecord]) -> list[float | None]:
        """When the jobs that wait in a queue, in their order, will have ended: seconds from now, None if unknown."""
        store, status = self._context.store, self._context.servers()
        if status is None or store.queue.is_paused(key) or status.holds_up(key, may_preview=True):
            return [None] * len(waiting)
        previews = status.previews(key)
        median = cache(lambda shape: _median(store.times.estimate_of(shapes[shape], is_preview=previews)))
        shapes = {_shape(job.request): job.request for job in waiting}
        queue = QueueAhead(
            waiting=[median(_shape(job.request)) for job in waiting],
            busy=[self._left(job) for job in self._on_servers(key, previews=previews)],
            servers=1 if previews else len(status.ready(key)),
        )
        return queue_ends(queue)

    def _on_servers(self, key: QueueKey, *, previews: bool) -> list[JobRecord]:
        """The jobs that hold slots of a queue's servers; those for one server and for any of its model share it."""
        store = self._context.store
        slots = [job for slot in store.queue.occupied() if (job := store.jobs.get(slot.job_id)) is not None]
        on_gpus = [job for job in slots if job.model == key.model and job.on_own_preview == previews]
        return [job for job in on_gpus if key.wanted_server in (None, job.server)]

    def _left(self, job: JobRecord) -> float | None:
        """Seconds that a job on a server usually has left."""
        estimate = self._context.store.times.estimate_of(job.request, server=job.server, is_preview=job.is_preview)
        left = render_progress(job, estimate).seconds_left
        return _median(estimate) if left is None else left


def _shape(request: JobRequest) -> tuple[str, str, int, int]:
    """What the time of a render depends on."""
    return request.model, request.render.size, request.render.num_frames, request.render.num_inference_steps


def _once(cautions: Sequence[Message]) -> tuple[Message, ...]:
    return tuple({str(one): one for one in cautions}.values())


def _median(estimate: Estimate | None) -> float | None:
    return estimate.median if estimate else None


def _with_own_frame(order: Order, steps: list[StepRecord]) -> list[StepRecord]:
    """The steps as they would be with the order's own picture."""
    frame = StepRecord(job_id="", step="first_frame", state="done", provider=YOURS, model="", output="own")
    prompt = StepRecord(job_id="", step="image_prompt", state="skipped", provider=YOURS, output="")
    others = [one for one in stale_after("first_frame", steps) if one.step != "first_frame"]
    needs_none = order.request.mode == "full" and not any(one.step == "image_prompt" for one in others)
    return [*([prompt] if needs_none else []), *others, frame]
