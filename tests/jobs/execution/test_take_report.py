"""A finished video is listened to once it is safe: recorded in the store, job.json and the video, asked once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jobs.execution.render
import media.last_frame
import media.tags
import media.videos
from film.document import Film
from jobs.execution.film_voices import speakers_of
from jobs.execution.finalize import FinalizeStage
from jobs.model.records import JobFilter, JobRecord
from jobs.store.films import ShotJob
from listening.sound import TakeSound
from listening.voices import Speaker, voices_heard
from media.tags import read_tags
from tests.film.samples import FILM, changed
from tests.hostile.faults import FAULTS
from tests.jobs.load.video_server import FakeJob, VideoServer
from tests.jobs.load.workers import white_order
from tests.jobs.running_service import RunningService, running_service
from tests.listening.speech import joined, silence, speech, take
from tests.listening.voices import tone, with_pitches
from tests.providers.fake_services import FakeServices, Raw, Reply
from tests.providers.wire_formats import whisper_answer
from tests.waiting import until

LINE = "The light must not go out."
TEXT = f'The old keeper turns and says: "{LINE}" A cat purrs.'

KEEPER = Speaker(id="keeper", name="the old keeper", lines=(LINE,))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    sound = joined(silence(0.3), speech(LINE), silence(0.5))
    return take(tmp_path_factory.mktemp("takes") / "take.mp4", sound).read_bytes()


def ran(running: RunningService, text: str = TEXT) -> JobRecord:
    job = running.service.create(white_order(text=text))
    assert running.service.start(job.id)
    return running.becomes(job.id, "completed")


def told(running: RunningService, job: JobRecord) -> dict[str, Any]:
    """The report as all three places have it."""
    folder = running.service.files.folder(job.id)
    beside = json.loads((folder / "job.json").read_text())["report"]
    inside = json.loads(read_tags(folder / "video.mp4").words["comment"])["report"]
    assert beside == inside == job.report
    assert job.report is not None
    return job.report


def working(folder: Path, film: bytes, **more: Any) -> Any:
    return running_service(folder, VideoServer(video=lambda _: film), **{"LISTEN": "auto", **more})


def named(fake: FakeServices) -> dict[str, Any]:
    return {**fake.environment("openai"), "LISTEN": "auto"}


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [("the light must not go out", "said"), ("the light must", "partly"), ("we sell fresh bread here", "not_said")],
)
def test_what_was_heard_is_on_record(tmp_path: Path, film: bytes, heard: str, verdict: str) -> None:
    with FakeServices() as fake, working(tmp_path, film, **fake.environment("openai")) as running:
        fake.script("openai.hearing", heard)
        job = ran(running)
        report = told(running, job)
        assert (job.heard, report["verdict"], report["lines"][0]["verdict"]) == (verdict, verdict, verdict)
        assert report["lines"][0]["text"] == LINE
        assert fake.count("openai.hearing") == 1
        (received,) = fake.received("openai.hearing")
        assert LINE not in json.dumps(received.body)
        pages = running.worker.store.pages
        assert pages.count(JobFilter(heard=verdict)) == 1
        assert pages.count(JobFilter(heard="other")) == 0
        assert not list(running.service.files.folder(job.id).glob(".answer-*"))


FAILURES: dict[str, tuple[Reply, str | None, str | None]] = {
    "no speech": ("", None, None),
    "refusal": (Raw(400, {"error": {"code": "content_policy_violation", "message": "no"}}), "failed", None),
    "time-out": (FAULTS["silent"], "failed", None),
    "nonsense": (Raw(200, "{nonsense"), "failed", None),
    "other shape": (Raw(200, {"text": ["x"]}), "failed", None),
    "loop": (Raw(200, whisper_answer("thank you for watching " * 8)), None, "loop"),
}


@pytest.mark.long
@pytest.mark.parametrize("way", FAILURES)
def test_each_way_of_failing_ends_in_words_and_the_job_is_completed(tmp_path: Path, film: bytes, way: str) -> None:
    reply, unheard, doubted = FAILURES[way]
    more = {"LISTEN_TIMEOUT": "1", "PROVIDER_ATTEMPTS": "1"}
    with FakeServices() as fake, working(tmp_path, film, **fake.environment("openai"), **more) as running:
        fake.script("openai.hearing", reply)
        job = ran(running)
        report = told(running, job)
        assert (report["unheard"], report["doubted"]) == (unheard, doubted)
        assert job.heard == ("not_said" if way == "no speech" else None)
        assert (report["failure"] is not None) == (unheard == "failed")
        assert job.error is None
        assert fake.count("openai.hearing") == 1


@pytest.mark.long
def test_nothing_is_sent_where_nobody_hears(tmp_path: Path, film: bytes) -> None:
    with FakeServices() as fake:
        for folder, more, why in (
            ("none", {}, "no_service"),
            ("off", {**fake.environment("openai"), "LISTEN": "off"}, "off"),
            ("unnamed", {**fake.environment("openai"), "OPENAI_AUDIO_MODEL": ""}, "no_service"),
        ):
            with working(tmp_path / folder, film, **more) as running:
                assert told(running, ran(running))["unheard"] == why
        assert fake.count() == 0


def test_a_film_is_decoded_once(tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its report is written into it afterwards; only a process that finds the file reads it again.

    Where no service hears it, its report is known by then, and its run is written into it once.
    """
    decoded = list[str]()

    def noted(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **more: Any) -> Any:
            decoded.append(name)
            return original(*given, **more)

        return called

    monkeypatch.setattr("media.videos.probe", noted("probed", media.videos.probe))
    monkeypatch.setattr("media.last_frame.ending_of", noted("looked at", media.last_frame.ending_of))
    monkeypatch.setattr("listening.sound.TakeSound.of", noted("listened to", TakeSound.of))
    monkeypatch.setattr("media.tags.write_tagged", noted("written", media.tags.write_tagged))
    with working(tmp_path, film) as running:
        assert told(running, ran(running))["ending"] == {"unclean": 0, "jumps": False}
    assert decoded == ["probed", "written"]


@pytest.mark.long
def test_words_stay_out_of_the_video_where_prompts_do(tmp_path: Path, film: bytes) -> None:
    more = {"PROVENANCE_PROMPTS": "false"}
    with FakeServices() as fake, working(tmp_path, film, **fake.environment("openai"), **more) as running:
        fake.script("openai.hearing", "the light must not go out and hello there")
        job = ran(running)
        folder = running.service.files.folder(job.id)
        inside = read_tags(folder / "video.mp4").words["comment"]
        assert "light" not in inside
        assert "hello" not in inside
        assert json.loads(inside)["report"]["verdict"] == "said"
        assert job.report is not None
        assert job.report["lines"][0]["heard"]


@pytest.mark.long
@pytest.mark.parametrize("cut", ["reported", "move_to"])
def test_a_kill_while_listening_fetches_and_asks_nothing_again(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    from jobs.execution.finalize import FinalizeStage
    from jobs.store.jobs import Jobs

    class Cut(BaseException):
        pass

    owner: Any = FinalizeStage if cut == "reported" else Jobs
    original: Callable[..., Any] = getattr(owner, cut)
    stages, cuts = jobs.execution.render.RenderStage.advance, list[str]()

    def once(self: Any, *given: Any, **more: Any) -> Any:
        if cuts or (cut == "move_to" and given[1] != "completed"):
            return original(self, *given, **more)
        cuts.append("cut")
        if cut == "reported":
            original(self, *given, **more)
        raise Cut

    def advance(self: jobs.execution.render.RenderStage, job_id: str) -> bool:
        try:
            return stages(self, job_id)
        except Cut:
            return True  # and again, as another process would

    monkeypatch.setattr(owner, cut, once)
    monkeypatch.setattr(jobs.execution.render.RenderStage, "advance", advance)
    served = list[str]()

    def serve(_: FakeJob) -> bytes:
        served.append("film")
        return film

    with FakeServices() as fake, running_service(tmp_path, VideoServer(video=serve), **named(fake)) as running:
        fake.script("openai.hearing", "the light must not go out")
        job = ran(running)
        assert told(running, job)["verdict"] == "said"
        assert cuts == ["cut"]
        assert fake.count("openai.hearing") == 1
        assert served == ["film"]


def test_a_speakers_voice_is_told_beside_the_other_shots_of_the_film(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_pitches(monkeypatch)
    shots = FILM.model_dump(mode="json", by_alias=True)["scenes"][0]["shots"]
    story = Film.model_validate(changed(FILM, {"scenes.0.shots.1.utterances": shots[0]["utterances"]}))
    with working(tmp_path, film) as running:
        running.service.films.save(story)
        store, heard = running.worker.store, voices_heard(tone(300, 2), [KEEPER], [(0.0, 2.0)], None)
        first, second = (
            running.service.create(white_order(text=TEXT, owner=running.service.person.name)) for _ in range(2)
        )
        for shot, job in (("s1", first), ("s2", second)):
            store.films.add_job(job.owner, story.id, ShotJob(shot, job.id, "now"))
        store.jobs.update(first.id, state="completed", report={"voices": [vars(one) for one in heard]})
        assert running.service.start(second.id)
        (voice,) = told(running, running.becomes(second.id, "completed"))["voices"]
        assert (voice["speaker"], voice["name"], voice["beside"]) == ("keeper", "the old keeper", [first.id])
        assert 0 <= voice["likeness"] < 1
        assert [one.others for one in speakers_of(store, first, [LINE])] == [{second.id: voice["vector"]}]
        # What the shot says by now is something else: who says it is not known.
        assert speakers_of(store, first, [LINE, "Who is there?"]) == ()


@pytest.mark.long
def test_in_a_crowd_every_file_is_made_safe_before_a_service_hears_one(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers do not keep their files for ever; a service can be asked at any time."""
    monkeypatch.setattr(jobs.execution.render, "SAVED_AT_ONCE", 1)
    servers = [VideoServer(video=lambda _: film) for _ in range(3)]
    done: list[str] = []
    with FakeServices() as fake, running_service(tmp_path, *servers, **named(fake)) as running:
        fake.script("openai.hearing", "the light must not go out")

        def spied(name: str) -> Callable[..., Any]:
            real = getattr(FinalizeStage, name)

            def spy(*given: Any, **more: Any) -> Any:
                until(lambda: not running.worker.store.jobs.in_states({"queued", "submitted", "rendering"}))
                done.append(name)
                return real(*given, **more)

            return spy

        for name in ("recorded", "reported"):
            monkeypatch.setattr(FinalizeStage, name, spied(name))
        ordered = [running.service.create(white_order(text=TEXT)).id for _ in range(3)]
        assert all(running.service.start(job) for job in ordered)
        reports = [running.becomes(job, "completed").report for job in ordered]
    assert done == 3 * ["recorded"] + 3 * ["reported"]
    assert all(report and report["sound"] and report["unheard"] is None for report in reports)
    assert sum(server.posts() for server in servers) == 3
