"""What --tune measures by and what it believes of files: likeness as numbers, sets, and what was kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.model import drafts
from launcher.gpus import Gpu
from launcher.options import LaunchRequest
from launcher.plan import plans
from launcher.tune import kept
from launcher.tune.clip import ClipRequest, first_frame, stages_of
from launcher.tune.kept import Kept, beside, keep, key_of, look_up
from launcher.tune.likeness import DIFFERENT, NOISE, SAME, Likeness, compare, psnr, spectral_distance, ssim
from launcher.tune.report import table
from launcher.tune.run import best_of
from launcher.tune.server import warmed_up_as
from launcher.tune.sets import BASELINE, FlagSet, combined, from_json, sets_for
from tests.launcher.made_up import checkpoint
from tests.media.test_videos import make_video

NOISY = np.random.default_rng(1)
PICTURE = NOISY.integers(0, 255, (64, 96), dtype=np.uint8)
SOUND = NOISY.normal(0, 0.1, 48_000)


@given(st.integers(1, 100))
def test_psnr_is_that_of_its_definition(error: int) -> None:
    grey = np.full((16, 16), 100, np.uint8)
    assert psnr(grey, grey + np.uint8(error)) == pytest.approx(20 * np.log10(255 / error))


def test_pictures_that_are_alike_and_not() -> None:
    assert psnr(PICTURE, PICTURE) == 99
    assert ssim(PICTURE, PICTURE) == pytest.approx(1)
    assert ssim(PICTURE, 255 - PICTURE) < -0.9
    nearly = np.clip(PICTURE.astype(int) + NOISY.integers(-3, 4, PICTURE.shape), 0, 255).astype(np.uint8)
    assert psnr(PICTURE, nearly) > 35
    assert 0.98 < ssim(PICTURE, nearly) < 1


@given(st.floats(0.3, 0.9))
def test_half_as_loud_is_six_decibels_away(gain: float) -> None:
    assert spectral_distance(SOUND, SOUND) == 0
    assert spectral_distance(SOUND, SOUND * gain) == pytest.approx(-20 * np.log10(gain), abs=0.1)


def test_silence_and_a_short_sound() -> None:
    assert spectral_distance(np.zeros(100), np.zeros(0)) == 0
    assert spectral_distance(np.zeros(48_000), SOUND) > 20


@pytest.mark.parametrize(
    ("likeness", "verdict"),
    [
        (Likeness(99, 1, 1, 0, exact=True), SAME),
        (Likeness(99, 1, 1, 0), NOISE),
        (Likeness(30, 0.95, 0.9, 3), NOISE),
        (Likeness(29.9, 0.95, 0.9, 3), DIFFERENT),
        (Likeness(40, 0.94, 0.9, 0), DIFFERENT),
        (Likeness(40, 0.99, 0.9, 3.1), DIFFERENT),
    ],
)
def test_the_word_for_a_likeness(likeness: Likeness, verdict: str) -> None:
    assert likeness.verdict == verdict


def test_files_are_compared_to_the_last_sample(tmp_path: Path) -> None:
    one, other = (make_video(tmp_path / name) for name in ("one.mp4", "other.mp4"))
    assert compare(one, other).verdict == SAME
    with pytest.raises(ValueError, match="zip"):
        compare(one, make_video(tmp_path / "longer.mp4", num_frames=29))


# ---- sets ------------------------------------------------------------------------------------------------------------


def made(tmp_path: Path, flags: set[str] | None = None, *, quick: bool = False, **more: Any) -> list[FlagSet]:
    path = tmp_path / "MOVA-360p"
    request = LaunchRequest(str(path if path.exists() else checkpoint(path)), **more)
    plan = plans([request], [], None, dry_run=True)[0]
    return sets_for(plan, request, flags, quick=quick)


def test_each_set_can_be_planned_and_differs(tmp_path: Path) -> None:
    request = LaunchRequest(str(tmp_path / "MOVA-360p"), num_gpus=8, gpu_memory=80)
    sets = made(tmp_path, num_gpus=8, gpu_memory=80)
    planned = [plans([one.applied(request)], [], None, dry_run=True)[0] for one in sets]
    assert len({(plan.spread, plan.residency, plan.passed_on) for plan in planned}) == len(sets)
    assert sets[0].name == BASELINE
    quick = made(tmp_path, num_gpus=8, gpu_memory=80, quick=True)
    assert {one.name for one in quick} < {one.name for one in sets}


def test_what_the_person_fixed_is_not_varied(tmp_path: Path) -> None:
    fixed = made(tmp_path, num_gpus=2, gpu_memory=80, residency="component-offload", cfg_parallel_size=1)
    assert {one.axis for one in fixed} == {BASELINE, "attention"}
    passed_on = made(tmp_path, num_gpus=2, gpu_memory=141, passed_on=("--attention-backend", "fa"))
    assert not [one for one in passed_on if one.axis == "attention"]


def test_what_the_installed_sglang_does_not_know_is_left_out(tmp_path: Path) -> None:
    assert [one.name for one in made(tmp_path, {"--port"}, num_gpus=1, gpu_memory=141)] == [BASELINE]


def test_two_sets_at_the_same_time() -> None:
    one = FlagSet("a", "x", {"ring_degree": 2}, ("--attention-backend", "fa"))
    both = combined(one, FlagSet("b", "y", {"ulysses_degree": 4}, ("--dit-offload-prefetch-size", "2")))
    assert both.name == "a + b"
    assert from_json(both.as_json()) == replace(both, axis="kept")


GOOD = FlagSet("a", "kept", {"residency": "resident"}, ("--attention-backend", "fa")).as_json()


@pytest.mark.parametrize(
    "change",
    [
        {"request": {"host": "localhost"}},
        {"request": {"residency": "elsewhere"}},
        {"request": {"ring_degree": -1}},
        {"options": ["--output-path", "/etc"]},
        {"options": ["--attention-backend"]},
        {"options": ["--attention-backend", "--host"]},
        {"options": ["--attention-backend", 5]},
        {"request": 5},
        {"options": None},
    ],
)
def test_nothing_else_is_believed_of_a_file(change: dict[str, Any]) -> None:
    assert from_json(GOOD).as_json() == GOOD
    with pytest.raises(ValueError, match="not a set"):
        from_json({**GOOD, **change})


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_it_holds_for_exactly_this_machine(tmp_path: Path) -> None:
    path, gpus = checkpoint(tmp_path / "MOVA-360p"), [Gpu(0, 141.2, 140, "NVIDIA H200")]
    key = key_of(gpus, "0.5.23", path)
    best = Kept(from_json(GOOD), 50.0, 60.0, "2026-11-29T12:00:00+00:00", 20)
    assert keep(path, key, best) == beside(path)
    keep(path, key_of(gpus * 2, "0.5.23", path), replace(best, seconds=30.0))
    keep(path, key, replace(best, seconds=49.0))
    assert look_up(path, key) == replace(best, seconds=49.0)
    others = (key_of(gpus, "0.5.24", path), key_of([Gpu(0, 80, 80, "NVIDIA H100")], "0.5.23", path))
    assert [look_up(path, other) for other in others] == [None, None]
    (path / "video_dit" / "model.safetensors").write_bytes(b"other weights")
    assert look_up(path, key_of(gpus, "0.5.23", path)) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1, "entries": 5}', '{"version": 9, "entries": []}'])
def test_a_file_that_cannot_be_read_is_no_obstacle(tmp_path: Path, content: str) -> None:
    path = checkpoint(tmp_path / "MOVA-360p")
    beside(path).write_text(content)
    key = key_of([], "0.5.23", path)
    assert look_up(path, key) is None
    keep(path, key, Kept(from_json(GOOD), 1, 2, "2026"))
    assert look_up(path, key)
    document = json.loads(beside(path).read_bytes())
    document["entries"][0]["flags"]["options"] = ["--output-path", "/etc"]
    beside(path).write_text(json.dumps(document))
    assert look_up(path, key) is None


def test_the_steps_of_a_draft_come_to_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from config import Settings

    monkeypatch.setattr(kept, "_DRAFTS", tmp_path / "draft_steps.json")
    settings = Settings()
    assert drafts.draft_steps(settings, "mova-360p") == 25
    kept.keep_draft_steps("mova-360p", 15)
    kept.keep_draft_steps("mova-720p", 20)
    assert [drafts.draft_steps(settings, model) for model in ("mova-360p", "mova-720p")] == [15, 20]
    assert drafts.draft_steps(Settings(draft_steps=30), "mova-360p") == 30
    (tmp_path / "draft_steps.json").write_text('{"mova-360p": "many"}')
    assert drafts.draft_steps(settings, "mova-360p") == 25


# ---- the clip and the table ------------------------------------------------------------------------------------------


def test_the_first_frame_is_always_the_same_picture() -> None:
    import io

    from PIL import Image

    opened = Image.open(io.BytesIO(first_frame(64, 48)))
    assert (opened.size, opened.mode) == ((64, 48), "RGB")
    assert len(opened.getcolors(5000) or ()) > 50
    assert first_frame(64, 48) == first_frame(64, 48)


def test_stages_by_what_they_do() -> None:
    told = [("TextEncodingStage", 500.0), ("ImageVAEEncodingStage", 250.0), ("MOVADenoisingStage", 4000.0)]
    assert stages_of([*told, ("MOVADecodingStage", 1000.0)]) == {"encoding": 0.75, "denoising": 4.0, "decoding": 1.0}


def test_the_warm_up_is_in_the_clips_shape_unless_the_person_says_otherwise() -> None:
    clip = ClipRequest(640, 352, 49, 10)
    request = LaunchRequest("x", host="::", passed_on=("--warmup-num-frames", "97"))
    warmed = warmed_up_as(clip, request, None)
    assert warmed.host == "127.0.0.1"
    assert warmed.passed_on == ("--warmup-num-frames", "97", "--warmup-resolutions", "640x352")
    assert warmed_up_as(clip, request, frozenset()).passed_on == request.passed_on


def test_one_table_with_what_failed_last() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "broken", "verdict": "failed", "reason": "out of\nmemory | now"},
        {"name": "slow", "verdict": "same", "seconds": 60.0, "stages": {"denoising": 50.0}, "step_seconds": 1.0},
        {"name": "快", "verdict": "noise", "seconds": 50.0, "likeness": {"psnr": 40.0, "ssim": 0.99, "sound": 0.1}},
    ]
    _, _, *found = table(rows).splitlines()
    assert [line.split("|")[1].strip() for line in found] == ["快", "slow", "broken"]
    assert "failed: out of memory / now" in found[2]


@pytest.mark.parametrize(
    ("seconds", "best"),
    [
        ({"baseline": 4.6, "a": 2.34, "b": 4.4, "a + b": 2.32}, "a"),  # as fast, and less is changed
        ({"baseline": 4.6, "a": 2.34, "b": 4.4, "a + b": 2.10}, "a + b"),
        ({"baseline": 4.6, "a": 4.55, "b": 4.7, "a + b": 4.6}, "baseline"),
    ],
)
def test_the_best_is_really_faster_and_changes_least(seconds: dict[str, float], best: str) -> None:
    one, other = FlagSet("a", "x", {}, ("--attention-backend", "fa")), FlagSet("b", "y", {"ring_degree": 2})
    rows = [{"name": name, "verdict": "same", "seconds": taken} for name, taken in seconds.items()]
    assert best_of([FlagSet(BASELINE), one, other, combined(one, other)], rows).name == best
    rows[1]["verdict"] = rows[3]["verdict"] = "different"
    assert best_of([FlagSet(BASELINE), one, other, combined(one, other)], rows).name in (BASELINE, "b")
