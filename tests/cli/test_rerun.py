"""A run from its file alone: on an installation that never saw it, the server gets the very same request."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media.tags import read_tags
from tests.cli.shell import TINY, Done, Shell
from tests.jobs.load.video_server import FakeJob, VideoServer

# A text or image service that is asked for anything fails the run.
NO_SERVICES = {"OPENAI_BASE_URL": "http://127.0.0.1:9", "OPENAI_TEXT_MODEL": "t", "OPENAI_IMAGE_MODEL": "i"}


@pytest.fixture
def server() -> Iterator[VideoServer]:
    with VideoServer() as started:
        yield started


def picture(folder: Path) -> str:
    path = folder / "photo.png"
    image = Image.radial_gradient("L").resize((900, 700)).convert("RGB")
    image.putpixel((5, 5), (255, 0, 0))
    image.save(path)
    return str(path)


def sent(job: FakeJob) -> tuple[dict[str, str], bytes]:
    """What reached the server, the job's tag aside."""
    return {name: value for name, value in job.fields.items() if name != "model"}, job.frame


RUNS: dict[str, tuple[str, ...]] = {
    "simple, cropped": ("simple", "--prompt", "A cat purrs. 猫在叫。", "--image", "PHOTO", "--crop-shift", "0.7"),
    "simple, bars, a really empty negative prompt": (
        *("simple", "--prompt", "-x: a cat", "--image", "PHOTO", "--bars"),
        *("--negative-prompt", "", "--orientation", "portrait"),
    ),
    "white, a negative prompt": ("simple", "--prompt", "cat", "--white-frame", "--negative-prompt", "blurred, 模糊"),
    "full": ("full", "--description", 'An orange cat says "hello, 你好". Rain patters.', "--fps", "12"),
    "full, own picture": (
        *("full", "--description", "A cat looks up. It purrs.", "--image", "PHOTO", "--captions"),
        *("--negative-prompt", ""),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_request_is_the_same(tmp_path: Path, server: VideoServer, name: str) -> None:
    first = Shell(tmp_path / "first", {})
    first.folder.mkdir()
    photo = picture(first.folder)
    options = [photo if word == "PHOTO" else word for word in RUNS[name]]
    done = first(*options, "--server", server.url, "--guidance-scale", "4.5", "--json", *TINY)
    video, folder = Path(done.json["video"]), Path(done.json["folder"])

    elsewhere = Shell(tmp_path / "elsewhere", NO_SERVICES)
    elsewhere.folder.mkdir()
    shutil.copy(video, elsewhere.folder / "found.mp4")
    for kept in ("job.json", "first_frame.png"):
        shutil.copy(folder / kept, elsewhere.folder)
    shutil.rmtree(first.folder)

    for file in ("found.mp4", "job.json"):
        again = elsewhere("rerun", file, "--server", server.url, "--json")
        assert (again.json["state"], again.json["seed"]) == ("completed", done.json["seed"]), again.stderr
        assert sent(server.accepted[-1]) == sent(server.accepted[0])
        record = json.loads((Path(again.json["folder"]) / "job.json").read_text())
        made = [(step["step"], step["provider"], step["output"]) for step in done.json["steps"]]
        assert [(step["step"], step["provider"], step["output"]) for step in record["steps"]][:4] == made[:4]


def small(server: VideoServer, shell: Shell) -> Done:
    options = ("simple", "--prompt", "A cat purrs.", "--white-frame", "--server", server.url, "--seed", "9", "--json")
    return shell(*options, *TINY)


def test_another_seed_and_a_random_one(shell: Shell, server: VideoServer) -> None:
    job = small(server, shell).json["id"]
    assert shell("rerun", job, "--seed", "77", "--server", server.url, "--json").json["seed"] == 77
    drawn = shell("rerun", job, "--seed", "0", "--server", server.url, "--json").json
    assert drawn["seed"] not in (0, 9)
    first, second, third = (sent(one) for one in server.accepted)
    assert {**first[0], "seed": "77"} == second[0]
    assert first[1] == second[1] == third[1]
    record = json.loads((Path(drawn["folder"]) / "job.json").read_text())
    assert record["parent"] == job


def test_prompts_that_were_left_out_are_missed_with_the_reason(shell: Shell, server: VideoServer) -> None:
    options = ("simple", "--prompt", "A cat.", "--white-frame", "--server", server.url, "--json", *TINY)
    done = shell(*options, PROVENANCE_PROMPTS="false")
    refused = shell("rerun", done.json["video"], "--server", server.url, "--json")
    assert refused.returncode == 2
    assert refused.json["error"]["kind"] == "RunIncomplete"
    assert "its prompts were left out when it was saved" in refused.stderr
    assert server.posts() == 1
    assert shell("rerun", done.json["id"], "--server", server.url, "--json").json["state"] == "completed"


def test_a_record_without_its_frame_says_what_is_missing(shell: Shell, server: VideoServer) -> None:
    done = shell(
        "simple", "--prompt", "A cat.", "--image", picture(shell.folder), "--server", server.url, "--json", *TINY
    )
    shutil.copy(Path(done.json["folder"]) / "job.json", shell.folder)
    refused = shell("rerun", "job.json", "--server", server.url)
    assert refused.returncode == 2
    assert "first_frame.png belongs next to job.json" in refused.stderr
    shutil.copy(Path(picture(shell.folder)), shell.folder / "first_frame.png")
    refused = shell("rerun", "job.json", "--server", server.url)
    assert "the checksums differ" in refused.stderr
    assert server.posts() == 1


@pytest.mark.parametrize("run", ["20260101-000000-abcdef", "no/such/file.mp4"])
def test_what_is_neither_job_nor_file(shell: Shell, run: str) -> None:
    refused = shell("rerun", run, "--json")
    assert refused.returncode == 2
    assert refused.json["error"]["kind"] in ("UnknownJob", "BadId")


def test_a_server_of_another_size_is_refused(shell: Shell, server: VideoServer) -> None:
    done = small(server, shell)
    with VideoServer(model="mova-720p") as other:
        refused = shell("rerun", done.json["video"], "--server", other.url, "--json")
        assert (refused.returncode, refused.json["error"]["kind"]) == (1, "ServerMismatch")
        assert other.posts() == 0


def test_without_a_server_the_preview_engine_takes_it(shell: Shell, server: VideoServer) -> None:
    done = small(server, shell)
    found: dict[str, Any] = shell("rerun", done.json["video"], "--json").json
    assert (found["state"], found["preview"], found["look"]) == ("completed", True, None)


def test_a_draft_and_its_final(shell: Shell, server: VideoServer) -> None:
    options = ("simple", "--prompt", "A cat.", "--white-frame", "--server", server.url, "--json", "--num-frames", "5")
    draft = shell(*options, "--draft", DRAFT_STEPS="3", NUM_INFERENCE_STEPS="8").json
    document = json.loads((Path(draft["folder"]) / "job.json").read_text())
    assert (document["draft"], document["num_inference_steps"]) == (True, 3)
    assert json.loads(read_tags(Path(draft["video"])).words["comment"])["draft"] is True
    assert "draft" in read_tags(Path(draft["video"])).words["keywords"]
    shutil.copy(draft["video"], shell.folder / "draft.mp4")
    for run in (draft["id"], "draft.mp4"):
        final = shell("rerun", run, "--final", "--server", server.url, "--json", NUM_INFERENCE_STEPS="8").json
        document = json.loads((Path(final["folder"]) / "job.json").read_text())
        assert (document["draft"], document["num_inference_steps"], document["parent"]) == (False, 8, draft["id"])
        first, last = sent(server.accepted[0]), sent(server.accepted[-1])
        assert last == ({**first[0], "num_inference_steps": "8"}, first[1])
    assert server.posts() == 2  # of one draft there is one final
    refused = shell("rerun", final["id"], "--final", "--json")
    assert (refused.returncode, refused.json["error"]["kind"]) == (2, "NoDraft")


def test_the_steps_of_a_draft_may_be_named_and_are_never_more_than_usual(shell: Shell, server: VideoServer) -> None:
    options = ("simple", "--prompt", "A cat.", "--white-frame", "--server", server.url, "--num-frames", "5", "--draft")
    shell(*options, "--num-inference-steps", "6")
    shell(*options, NUM_INFERENCE_STEPS="4")
    assert [job.fields["num_inference_steps"] for job in server.accepted] == ["6", "4"]
