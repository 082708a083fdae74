"""Simple, Full, extend and rerun on SGLang's own MOVA pipeline, as their user runs them."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from media.last_frame import last_frame
from media.tags import film_of, read_tags
from tests.real.conftest import SMALL, Shells

SIZE, FRAMES, RATE = (640, 352), 5, 24


def record(run: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(run["folder"]) / "job.json").read_text())
    return document


def packets(path: Path, kind: str) -> str:
    """A digest of a film's pictures or of its sound, as they are coded."""
    with av.open(str(path)) as film:
        coded = [bytes(packet) for packet in film.demux(**{kind: 0})]
    return hashlib.md5(b"".join(coded)).hexdigest()  # noqa: S324


def check(run: dict[str, Any]) -> None:
    """A run whose video is what was asked for, seen to its end."""
    assert (run["state"], run["preview"]) == ("completed", False)
    with av.open(run["video"]) as film:
        pictures = list(film.decode(video=0))
        assert [len(pictures), film.streams.video[0].average_rate] == [FRAMES, RATE]
        assert {(frame.width, frame.height) for frame in pictures} == {SIZE}
    with av.open(run["video"]) as film:
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)
        assert sound.shape[1] / film.streams.audio[0].rate == pytest.approx(FRAMES / RATE, abs=0.05)
    assert np.abs(sound).max() > 0.001, "no sound"
    told = record(run)
    assert (told["size"], told["num_frames"]) == ("640x352", FRAMES)


def test_simple_then_extend_in_full(shells: Shells) -> None:
    shell = shells("home")
    one = shell("simple", "--prompt", "A cat purrs.", "--white-frame", *shells.server, *SMALL).json
    check(one)
    two = shell("full", "--description", 'A girl says "跟我回家吧。"', "--extend", one["id"], *shells.server)
    assert two.returncode == 0, two.stderr
    check(two.json)
    assert record(two.json)["extends"] == one["id"]
    with Image.open(io.BytesIO(Path(two.json["first_frame"]).read_bytes())) as frame:
        assert np.array_equal(np.asarray(frame), np.asarray(last_frame(Path(one["video"]))))


def test_full_in_portrait(shells: Shells) -> None:
    """Every step of it offline."""
    shell = shells("home")
    done = shell("full", "--description", "橘猫追着毛线球跑。", "--orientation", "portrait", *shells.server, *SMALL)
    assert done.returncode == 0, done.stderr
    told = record(done.json)
    assert (done.json["state"], told["size"]) == ("completed", "352x640")
    assert [step["state"] for step in told["steps"]] == ["done"] * 5


@pytest.mark.parametrize("kind", ["white", "picture"])
def test_rerun_from_the_mp4_alone(shells: Shells, kind: str) -> None:
    first, elsewhere = shells("first"), shells("elsewhere")
    Image.radial_gradient("L").resize((900, 700)).convert("RGB").save(first.folder / "photo.png")
    frame = ("--white-frame",) if kind == "white" else ("--image", "photo.png", "--bars")
    video = Path(first("simple", "--prompt", "A cat purrs.", *frame, *shells.server, *SMALL).json["video"])
    shutil.copy(video, elsewhere.folder / "found.mp4")
    again = elsewhere("rerun", "found.mp4", *shells.server)
    assert (again.returncode, again.json["preview"]) == (0, False), again.stderr
    repeated = Path(again.json["video"])
    for stream in ("video", "audio"):
        assert packets(repeated, stream) == packets(video, stream)
    assert film_of(repeated) == film_of(video)
    assert read_tags(repeated).cover == read_tags(video).cover
    if kind == "picture":
        return
    other = Path(elsewhere("rerun", "found.mp4", "--seed", "5", *shells.server).json["video"])
    for stream in ("video", "audio"):
        assert packets(other, stream) != packets(video, stream)
    assert read_tags(other).words["comment"] != read_tags(video).words["comment"]
