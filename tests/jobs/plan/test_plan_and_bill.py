"""For any history of a job: what its plan showed is what was made, by whom, and what was sent; no more, no less."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

import jobs.execution.prepare
from config import Settings
from core.errors import MovaError, PlanChanged
from core.steps import Step, StepResult, following
from jobs.execution.prepare import PrepareStage
from jobs.model.request import JobRequest
from jobs.model.session_keys import LentKeys
from jobs.plan.plan import JobPlan
from jobs.plan.steps import StepPlan
from jobs.service.service import JobService
from jobs.store.folders import Folders
from jobs.store.orders import Order
from jobs.store.store import Store, open_store
from media.crop import CropChoice
from pipeline import PREPARATION, Made, Materials, Tools
from pipeline import make as pipeline_make
from tests.jobs.load.workers import SMALL, service_over, settings_of
from tests.providers.test_references import reference
from tests.steps.fake_provider import FakeProvider
from tests.steps.test_prompt_rewriter_with_image import BAD, GOOD, USER
from ui.create.receipt import what_is_bought

TEXTS: tuple[Step, ...] = ("image_prompt", "visual_elements", "video_description")
ACTS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(TEXTS), st.sampled_from(["A dog barks.", "A cat purrs."])),
    st.tuples(st.just("choose"), st.sampled_from(PREPARATION), st.integers(1, 4)),
    st.tuples(st.just("discard"), st.sampled_from(PREPARATION)),
    st.tuples(st.just("keep"), st.sampled_from(PREPARATION)),
    st.tuples(st.just("words"), st.sampled_from(["A harbour at dusk.", "A lighthouse in a storm."])),
    st.tuples(st.just("length"), st.sampled_from([17, 33])),
    st.tuples(st.just("crop"), st.sampled_from([-1.0, 0.0, 1.0])),
    st.tuples(st.just("picture"), st.sampled_from(["teal", "navy"])),
    st.tuples(st.just("decide"), st.booleans()),
    st.tuples(st.just("cards"), st.sampled_from([(), ("red",), ("red", "blue")])),
    st.tuples(st.just("service"), st.sampled_from(["one", "two"])),
    st.tuples(st.just("go on"), st.booleans()),
    st.tuples(st.just("go on"), st.booleans()),
)


def picture(colour: str, size: tuple[int, int] = (900, 500)) -> bytes:
    """A picture of which every crop looks different."""
    drawn = Image.linear_gradient("L").resize(size).convert("RGB")
    written = io.BytesIO()
    Image.blend(drawn, Image.new("RGB", size, colour), 0.5).save(written, "PNG")
    return written.getvalue()


@dataclass
class Bench:
    """One job, its service and the engine's stage, with services that only count what they are asked for."""

    folder: Path
    store: Store
    which: str = "one"
    made: list[tuple[Step, str]] = field(default_factory=list)
    texts: int = 0
    pictures: int = 0
    numbers: Iterator[int] = field(default_factory=count)
    known: dict[str, Settings] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        if self.which not in self.known:
            self.known[self.which] = self._settings()
        return self.known[self.which]

    def _settings(self) -> Settings:
        named = {} if self.which == "none" else {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
        models = {f"OPENAI_{kind}_MODEL": f"{kind.lower()}-{self.which}" for kind in ("TEXT", "VISION", "IMAGE")}
        return settings_of({"OUTPUT_DIR": str(self.folder), **named, **(models if named else {})})

    @property
    def service(self) -> JobService:
        return service_over(self.settings, self.store)

    def make(self, step: Step, materials: Materials, tools: Tools) -> Made:
        capability = {"first_frame": "image", "visual_elements": "vision"}.get(step, "text")
        provider = tools.choose(capability)  # type: ignore[arg-type]
        self.made.append((step, provider.name))
        number = next(self.numbers)
        if step == "video_description" and provider.name != "offline":
            return self._asked(step, materials, provider.name)
        self.texts += step != "first_frame" and provider.name != "offline"
        self.pictures += step == "first_frame" and provider.name != "offline"
        if step != "first_frame":
            return Made(StepResult(step=step, output=f"{step} {number}", provider=provider.name, model="m", seconds=1))
        if provider.name != "offline":  # as the step does: test_calls.py
            self.texts += len({(one.reference.role, one.reference.name) for one in materials.references})
        result = StepResult(step=step, output="first_frame.png", provider=provider.name, model="m", seconds=1)
        return Made(result, {"first_frame_original.png": picture(f"#{number * 7919 % 2**24:06x}")})

    def _asked(self, step: Step, materials: Materials, service: str) -> Made:
        """The step itself; every other text is right at once, the others are corrected."""
        writer = FakeProvider(texts=[BAD if next(self.numbers) % 2 else GOOD, GOOD], name=service)
        made = pipeline_make(step, replace(materials, description=USER), Tools(Settings(), lambda _capability: writer))
        self.texts += len(writer.asked)
        return made

    def give_cards(self, job_id: str, colours: tuple[str, ...]) -> None:
        """A person with these pictures."""
        folders, cards = Folders(self.settings, self.store), [reference(colour, colour) for colour in colours]
        for card in cards:
            self.store.files.record(folders.put_reference(job_id, card.reference.sha256, card.data))
        self.service.steps.change(job_id, references=tuple(card.reference for card in cards))

    def engine(self) -> PrepareStage:
        folders, at_once = Folders(self.settings, self.store), lambda work: work()
        return PrepareStage(
            self.store, folders, self.settings, LentKeys(), at_once, lambda write: write(), threading.Event()
        )


def shown_steps(plan: JobPlan, *, to_end: bool) -> list[tuple[Step, str]]:
    """What the plan says is made, and by whom."""
    to_make = plan.steps.to_make if to_end else plan.steps.to_make[:1]
    return [(one.step, one.maker.provider if one.maker else "") for one in to_make]


def of_next_step(steps: StepPlan) -> StepPlan:
    return replace(steps, steps=tuple(one for one in steps.steps if one.step == steps.next_step))


def amount(line: str, of: str) -> range:
    """How many texts or pictures the folded line says."""
    found = re.search(rf"(\d+)(?: to (\d+))? {of}", line)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    return range(least, most + 1)


def go_on(bench: Bench, job_id: str, *, to_end: bool) -> None:
    """Do what the primary button does, and compare."""
    service = bench.service
    plan = service.plans.of(job_id)
    if plan.steps.questions:
        assert plan.next.step == plan.steps.questions[0].step
        return
    state = service.get(job_id).state
    if state not in ("draft", "waiting"):
        assert plan.next.act == "wait"
        return
    bench.made.clear()
    bench.texts = bench.pictures = 0
    assert service.approve(job_id, to_end=to_end, expected=plan.next.step)
    engine = bench.engine()
    while engine.advance(job_id):
        pass
    job = service.get(job_id)
    shown = shown_steps(plan, to_end=to_end)
    assert bench.made == shown
    bought = what_is_bought(plan if to_end else replace(plan, steps=of_next_step(plan.steps)))
    assert bench.texts in amount(bought, "text")
    assert bench.pictures in amount(bought, "picture")
    goes = to_end or plan.next.act == "send"
    assert (job.state, len(bench.store.queue.order(job.queue_key))) == (("queued", 1) if goes else ("waiting", 0))
    if goes:  # taken back, so that the history goes on
        assert service.hold(job_id)
        service.steps.change(job_id, review_each_step=True)
    assert service.plans.of(job_id).next.step == (
        "render" if goes else next((one.step for one in plan.steps.to_make[1:]), "render")
    )


def act(bench: Bench, job_id: str, what: tuple[Any, ...]) -> None:
    service, steps = bench.service, bench.service.steps
    acts: dict[str, Callable[..., object]] = {
        "edit": lambda step, text: steps.edit(job_id, step, text),
        "choose": lambda step, version: steps.choose(job_id, step, version),
        "discard": lambda step: steps.discard(job_id, step),
        "keep": lambda step: steps.keep(job_id, step),
        "words": lambda text: steps.change(job_id, text=text),
        "length": lambda frames: steps.change(job_id, render=replace(service.get(job_id).render, num_frames=frames)),
        "crop": lambda shift: steps.recrop(job_id, CropChoice(shift=shift)),
        "picture": lambda colour: steps.swap_frame(job_id, picture(colour)),
        "decide": lambda keep: steps.decide(job_id, keep=keep),
        "cards": lambda colours: bench.give_cards(job_id, colours),
    }
    name, *given_values = what
    if name == "service":
        bench.which = given_values[0]
    elif name == "go on":
        go_on(bench, job_id, to_end=given_values[0])
    else:
        acts[name](*given_values)


@pytest.fixture
def bench(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    path = tmp_path / "jobs.db"
    path.write_bytes(empty_sqlite.read_bytes())
    store = open_store(f"sqlite:///{path}")
    made = Bench(tmp_path / "outputs", store)
    made.folder.mkdir()
    monkeypatch.setattr(
        jobs.execution.prepare, "make", lambda step, materials, tools: made.make(step, materials, tools)
    )
    yield made
    store.close()


def new_job(bench: Bench, which: str = "one") -> str:
    bench.which = which
    request = JobRequest(mode="full", text="A harbour at dusk.", render=SMALL, review_each_step=True)
    return bench.service.create(Order(request=request)).id


FEW = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
any_history = given(first=st.sampled_from(["none", "one"]), history=st.lists(ACTS, min_size=3, max_size=14))


@FEW
@any_history
def test_what_was_shown_is_what_happens(bench: Bench, first: str, history: list[tuple[Any, ...]]) -> None:
    play(bench, first, history)


@pytest.mark.long
@settings(FEW, max_examples=25)
@any_history
def test_what_was_shown_happens_in_many_histories(bench: Bench, first: str, history: list[tuple[Any, ...]]) -> None:
    play(bench, first, history)


def play(bench: Bench, first: str, history: list[tuple[Any, ...]]) -> None:
    job_id = new_job(bench, first)
    for what in [*history, ("decide", False), ("go on", True)]:
        act(bench, job_id, what)
    bench.service.cancel(job_id)


def test_back_on_the_first_version_nothing_is_out_of_date(bench: Bench) -> None:
    """The button would have said that a frame is made, and the job have gone to a GPU."""
    job_id = new_job(bench)
    for _ in PREPARATION:
        go_on(bench, job_id, to_end=False)
    bench.service.steps.edit(job_id, "image_prompt", "A dog barks.")
    assert bench.service.plans.of(job_id).next.step == "first_frame"
    bench.service.steps.choose(job_id, "image_prompt", 1)
    plan = bench.service.plans.of(job_id)
    assert (plan.next.act, [one.is_stale for one in plan.steps.steps]) == ("send", [False] * 4)
    chosen = [one for one in bench.service.steps.of(job_id) if one.chosen]
    assert [one.state for one in chosen] == ["done"] * 4


def test_what_was_shown_and_is_not_so_any_more_is_refused(bench: Bench) -> None:
    job_id = new_job(bench)
    shown = bench.service.plans.of(job_id).next.step
    go_on(bench, job_id, to_end=False)  # in another tab
    with pytest.raises(PlanChanged, match="its next step is now first frame"):
        bench.service.approve(job_id, expected=shown)
    assert bench.service.get(job_id).state == "waiting"


def test_an_order_shows_what_its_job_will_buy(bench: Bench) -> None:
    request = JobRequest(mode="full", text="A harbour at dusk.", render=SMALL)
    own = Order(request=request, picture=picture("teal"))
    for order, bought in ((Order(request=request), PREPARATION), (own, following("first_frame"))):
        plan = bench.service.plans.of_order(order)
        assert tuple(one.step for one in plan.steps.to_make) == bought
        go_on(bench, bench.service.create(order).id, to_end=True)
    simple = Order(request=request.changed(mode="simple", white_frame=True))
    assert bench.service.plans.of_order(simple).next.act == "send"
    assert bench.service.plans.of_order(simple).steps.calls.most == 0


def test_a_run_taken_over_buys_only_what_its_changes_need(bench: Bench) -> None:
    """With nothing changed it announced two steps that cost nothing; with other words it named two and bought four."""
    job_id = new_job(bench)
    go_on(bench, job_id, to_end=True)
    copy = bench.service.copies.duplicate(job_id)
    assert bench.service.plans.of(copy.id).next.act == "send"
    assert bench.service.steps.change(copy.id, text="A lighthouse in a storm.")
    plan = bench.service.plans.of(copy.id)
    assert [one.step for one in plan.steps.to_make] == list(PREPARATION)
    assert isinstance(plan.steps.calls.least, int)
    go_on(bench, copy.id, to_end=True)


def test_a_question_about_a_later_step_is_asked_before_an_earlier_one_is_made(bench: Bench) -> None:
    """The job would have made its image prompt and then stopped to ask, where two steps were shown."""
    job_id = new_job(bench)
    for _ in range(3):
        go_on(bench, job_id, to_end=False)
    bench.service.steps.swap_frame(job_id, picture("navy"))
    go_on(bench, job_id, to_end=False)
    bench.service.steps.discard(job_id, "image_prompt")
    bench.which = "two"
    plan = bench.service.plans.of(job_id)
    assert plan.steps.to_make[0].step == "image_prompt"
    assert [one.step for one in plan.steps.questions] == ["visual_elements"]


def test_a_plan_without_its_picture_is_a_plan_all_the_same(bench: Bench) -> None:
    job_id = new_job(bench)
    go_on(bench, job_id, to_end=True)
    for original in bench.service.files.folder(job_id).glob("first_frame_original*"):
        original.unlink()
    try:
        assert bench.service.plans.of(job_id).next.step == "render"
    except MovaError:
        pytest.fail("a page would show nothing but an error")
