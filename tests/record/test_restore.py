"""Runs out of files: ours come back whole; what is foreign, broken or was changed is refused with the reason."""

from __future__ import annotations

import dataclasses
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from core.errors import BadRunFile, RunIncomplete
from record.folder import SCHEMA
from record.restore import MAX_DOCUMENT, run_of
from tests.jobs.load.tiny_video import tiny_video
from tests.saved_runs import SMALL, TEXTS, as_json, frame, full_document, saved_mp4, simple_document

SETTINGS = config.load()


def test_a_full_run_comes_back_whole(tmp_path: Path) -> None:
    png = frame()
    run = run_of(saved_mp4(tmp_path, full_document(png), png), SETTINGS, name="a.mp4")
    assert (run.mode, run.description, run.prompt) == (
        "full",
        "A cat by the window. 雨声。",
        TEXTS["video_description"],
    )
    assert (run.render, run.model, run.orientation) == (SMALL, "mova-360p", "landscape")
    assert (run.frame, run.frame_trouble) == (png, None)
    assert {step: run.steps[step].output for step in TEXTS} == TEXTS
    run.check_complete()


@pytest.mark.parametrize("negative", [None, "", "blurred, 模糊"])
def test_a_simple_run_from_its_record(negative: str | None) -> None:
    png = frame()
    settings = dataclasses.asdict(dataclasses.replace(SMALL, negative_prompt=negative))
    run = run_of(as_json(simple_document(png, settings=settings)), SETTINGS, name="job.json", frame=png)
    assert run.render.negative_prompt == negative
    run.check_complete()


def test_a_record_of_the_first_schema() -> None:
    png = frame()
    old = simple_document(png, schema=1, fps=24.0, size="640x352", negative_prompt=None)
    del old["settings"], old["kind"]
    run = run_of(as_json(old), SETTINGS, name="job.json", frame=png)
    assert run.render == SMALL


def test_the_frame_of_a_white_run_need_not_be_there() -> None:
    from media.frames import white_png

    white = white_png(SMALL)
    run = run_of(as_json(simple_document(white, white_frame=True)), SETTINGS, name="job.json")
    assert (run.frame, run.white_frame) == (white, True)


def test_prompts_that_were_left_out(tmp_path: Path) -> None:
    png = frame()
    run = run_of(saved_mp4(tmp_path, full_document(png), png, prompts=False), SETTINGS, name="a.mp4")
    assert (run.prompt, run.description, run.frame, run.render.seed) == ("", "", png, 77)
    with pytest.raises(RunIncomplete, match="left out"):
        run.check_complete()


def test_another_frame_is_not_taken(tmp_path: Path) -> None:
    run = run_of(saved_mp4(tmp_path, full_document(frame()), frame("red")), SETTINGS, name="a.mp4")
    assert run.frame == b""
    assert [step.step for step in run.kept("video_description")] == ["image_prompt"]
    with pytest.raises(RunIncomplete, match="the checksums differ"):
        run.check_complete()


def test_a_frame_that_is_no_picture_or_of_another_size() -> None:
    for png in (b"not a picture", tiny_video(64, 64, 5, 24)):
        run = run_of(as_json(full_document(png)), SETTINGS, name="job.json", frame=png)
        assert run.frame == b""
    other = dataclasses.asdict(dataclasses.replace(SMALL, width=352, height=640))
    run = run_of(as_json(full_document(frame(), settings=other)), SETTINGS, name="job.json", frame=frame())
    assert str(run.frame_trouble) == "its first frame and its video differ in size"


FOREIGN: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello",
    "a list": b"[1, 2]",
    "a number": b"7",
    "another program's JSON": b'{"prompt": "a cat", "seed": 3}',
    "a preset": b'{"schema": "mova-preset", "version": 1}',
    "deep": b"[" * 100_000,
    "not a number": b'{"schema": 2, "kind": "mova-run", "seed": NaN}',
    "many digits": b'{"schema": ' + b"9" * 10_000 + b"}",
    "too long": b'{"a": "' + b"x" * MAX_DOCUMENT + b'"}',
    "half an mp4": tiny_video(640, 352, 17, 24)[:2000],
    "a plain mp4": tiny_video(640, 352, 17, 24),
    "a zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files(name: str) -> None:
    with pytest.raises(BadRunFile) as caught:
        run_of(FOREIGN[name], SETTINGS, name=f"{'n' * 300}.json")
    assert len(caught.value.message()) < 300
    assert len(caught.value.raw) <= 2000


def settings_with(**more: Any) -> dict[str, Any]:
    return {"settings": {**dataclasses.asdict(SMALL), **more}}


CHANGED: dict[str, dict[str, Any]] = {
    "a seed out of range": settings_with(seed=2**63),
    "seed 0": settings_with(seed=0),
    "a seed as text": settings_with(seed="7"),
    "true for a number": settings_with(num_frames=True),
    "frames": settings_with(num_frames=481_001),
    "frames not 4k+1": settings_with(num_frames=18),
    "a size": settings_with(width=10_000, height=10_000),
    "steps": settings_with(num_inference_steps=10**9),
    "a negative prompt that is endless": settings_with(negative_prompt="x" * 100_000),
    "no settings": {"settings": None},
    "an id with a path": {"id": "../../etc/passwd"},
    "an id with markup": {"id": "<script>"},
    "a mode": {"mode": "shell"},
    "a prompt that is a list": {"prompt": ["a"]},
    "an endless prompt": {"prompt": "x" * 100_000},
    "a checksum that is none": {"first_frame_sha256": "../../frame"},
    "unknown steps": {"steps": [{"step": "rm -rf", "output": ""}]},
    "many steps": {"steps": [{"step": "render", "output": ""}] * 10_000},
    "another prompt than its description": {"prompt": "Something else entirely."},
    "a newer schema": {"schema": SCHEMA + 1},
    "no schema": {"schema": None},
    "schema true": {"schema": True},
    "another kind": {"kind": "preset"},
}


@pytest.mark.parametrize("name", CHANGED)
def test_changed_records(name: str) -> None:
    png = frame()
    with pytest.raises(BadRunFile):
        run_of(as_json(full_document(png, **CHANGED[name])), SETTINGS, name="job.json", frame=png)


@given(document=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_any_value_in_any_place_is_refused_in_words_or_taken_as_text(document: object) -> None:
    png = frame()
    for place in ("prompt", "settings", "steps", "id", "created", "captions", "kind", "schema"):
        with suppress(BadRunFile):
            run_of(json.dumps(full_document(png, **{place: document})).encode(), SETTINGS, name="job.json", frame=png)


def test_paths_and_addresses_in_a_file_lead_nowhere(tmp_path: Path) -> None:
    png = frame()
    (tmp_path / "secret.png").write_bytes(png)
    more = {"first_frame": str(tmp_path / "secret.png"), "video": "http://127.0.0.1:9/x.mp4", "server": "http://x"}
    run = run_of(as_json(full_document(png, **more)), SETTINGS, name="job.json")
    assert run.frame == b""
    assert str(tmp_path) not in repr(run)
    assert "http://" not in repr(run)
