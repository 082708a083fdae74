"""Best of N: seeds one after the other, stopped at the first that passes every gate; nothing is rendered twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobs.execution.automatic_retry import ANOTHER_TAKE, CAPPED
from jobs.model.records import JobRecord
from media.tags import read_tags
from tests.jobs.load.video_server import VideoServer
from tests.jobs.load.workers import white_order
from tests.jobs.running_service import RunningService, running_service
from tests.listening.speech import joined, mixed, music, silence, speech, take
from tests.providers.fake_services import FakeServices

LINE = "The light must not go out."
TEXT = f'The old keeper turns and says: "{LINE}"'
SAID, HALF, OTHER = "the light must not go out", "the light must", "we sell bread"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    sound = mixed(joined(silence(0.3), speech(LINE), silence(0.3)), music(2.0, 0.01))
    return take(tmp_path_factory.mktemp("takes") / "take.mp4", sound).read_bytes()


def ordered(running: RunningService, takes: int, text: str = TEXT) -> list[JobRecord]:
    """A job in so many takes at most, and those that came of it, all finished."""
    order = white_order(text=text)
    job = running.service.create(replace(order, request=order.request.changed(takes=takes)))
    plan = running.service.plans.of(job.id)
    assert running.service.start(job.id)
    found = [running.becomes(job.id, "completed")]
    while found[-1].bookkeeping.next_try:
        found.append(running.becomes(found[-1].bookkeeping.next_try, "completed"))
    assert len(found) <= plan.render.takes
    assert plan.calls.least <= len(found) <= plan.calls.most  # each is heard once
    return found


def working(folder: Path, film: bytes, fake: FakeServices, **more: Any) -> Any:
    variables: dict[str, Any] = {**fake.environment("openai"), "LISTEN": "auto", **more}
    return running_service(folder, VideoServer(video=lambda _: film), **variables)


@pytest.mark.long
@pytest.mark.parametrize(
    ("heard", "renders"), [((SAID,), 1), ((OTHER, HALF, SAID), 3), ((OTHER, HALF, OTHER, HALF, SAID), 4)]
)
def test_it_stops_at_the_first_good_take(tmp_path: Path, film: bytes, heard: tuple[str, ...], renders: int) -> None:
    with FakeServices() as fake, working(tmp_path, film, fake) as running:
        fake.script("openai.hearing", *heard)
        takes = ordered(running, 4)
        assert len(takes) == running.server.posts() == fake.count("openai.hearing") == renders
        assert len({one.render.seed for one in takes}) == renders
        assert [one.request.takes for one in takes] == [4] * renders
        told = [[one.template for one in job.warnings].count(ANOTHER_TAKE) for job in takes]
        assert told == [1] * (renders - 1) + [0]
        best = running.service.library.best_takes(takes[0].id)
        assert sum(map(len, best)) == renders
        if renders == 3:
            assert [[one.id for one in tied] for tied in best] == [[one.id] for one in reversed(takes)]
        if renders == 4:  # two say half, and nothing else tells them apart
            assert [len(tied) for tied in best] == [2, 2]
        for number, one in enumerate(takes, 1):
            folder = running.service.files.folder(one.id)
            document = json.loads((folder / "job.json").read_text())["takes"]
            assert json.loads(read_tags(folder / "video.mp4").words["comment"])["takes"] == document == one.takes
            assert [tried["seed"] for tried in document["tried"]] == [take.render.seed for take in takes[:number]]
            assert (document["version"], document["ordered"]) == (2, 4)
        assert document["stopped"] == ("good" if renders < 4 else "all")
        assert document["best"] == [one.id for one in takes if one.id in [tied.id for tied in best[0]]]
        assert document["because"] == (None if renders == 1 else "lines")


def test_a_pick_wins_over_the_order(tmp_path: Path, film: bytes) -> None:
    with FakeServices() as fake, working(tmp_path, film, fake) as running:
        fake.script("openai.hearing", OTHER, SAID)
        first, second = ordered(running, 3)
        assert running.service.library.best_takes(first.id)[0][0].id == second.id
        running.service.library.mark_favourite(first.id, favourite=True)
        assert running.service.library.best_takes(second.id)[0][0].id == first.id
        pick = running.service.get(first.id).pick
        assert pick is not None
        assert (pick["best"], pick["because"]) == ([second.id], "lines")
        assert [(one["job"], one["heard"]) for one in pick["tried"]] == [(first.id, "not_said"), (second.id, "said")]
        running.worker.store.jobs.update(second.id, heard="partly")  # what comes later changes nothing of it
        assert running.service.library.mark_favourite(first.id, favourite=True)
        assert running.service.get(first.id).pick == pick
        running.service.library.mark_favourite(first.id, favourite=False)
        assert running.service.get(first.id).pick is None


def test_one_take_is_one_whatever_is_heard(tmp_path: Path, film: bytes) -> None:
    with FakeServices() as fake, working(tmp_path, film, fake, LOOK_RETRIES="3") as running:
        fake.script("openai.hearing", OTHER)
        (done,) = ordered(running, 1)
        assert (done.look, done.heard, running.server.posts(), done.takes) == ((), "not_said", 1, None)


@pytest.mark.long
def test_a_persons_own_copy_is_one_take(tmp_path: Path, film: bytes) -> None:
    with FakeServices() as fake, working(tmp_path, film, fake) as running:
        fake.script("openai.hearing", SAID)
        (job,) = ordered(running, 4)
        (copy,) = running.service.copies.again(job.id, [5])
        assert copy.request.takes == 1


@pytest.mark.long
def test_the_cap_is_said_and_kept(tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServices() as fake, working(tmp_path, film, fake, TAKES_GPU_MINUTES="2") as running:
        fake.script("openai.hearing", OTHER)
        learn = running.worker.store.times.record
        monkeypatch.setattr(
            running.worker.store.times, "record", lambda *one, **more: learn(*one, **{**more, "seconds": 50.0})
        )
        takes = ordered(running, 8)
        assert len(takes) == running.server.posts() == 2  # a third would end at 150 s
        assert CAPPED in [one.template for one in takes[-1].warnings]
        assert takes[-1].takes is not None
        assert takes[-1].takes["stopped"] == "cap"
        plan = running.service.plans.render_of(takes[0])
        assert (plan.takes, plan.gpu_seconds) == (8, 100.0)
