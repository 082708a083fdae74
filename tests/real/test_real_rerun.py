"""A run from its file alone on SGLang itself: the same request gives the same film, picture for picture."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from media.tags import film_of, read_tags
from tests.real_sglang.ports import free_block
from tests.real_sglang.real_server import RealServer
from tests.workflow.shell import TINY, Shell


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that is running already, under SGLANG_BASE_URL, or one of our own."""
    if running := os.environ.get("SGLANG_BASE_URL"):
        yield running
        return
    with RealServer(tmp_path_factory.mktemp("rerun"), free_block(), step_time=0.05) as server:
        yield server.address


def decoded(path: Path) -> list[str]:
    """A digest of each decoded frame of pictures and of sound."""
    with av.open(str(path)) as film:
        pictures = [frame.to_ndarray().tobytes() for frame in film.decode(video=0)]
    with av.open(str(path)) as film:
        sound = [frame.to_ndarray().tobytes() for frame in film.decode(audio=0)]
    return [hashlib.sha256(frame).hexdigest() for frame in (*pictures, *sound)]


@pytest.mark.parametrize("kind", ["white", "picture"])
def test_the_film_is_the_same(tmp_path: Path, address: str, kind: str) -> None:
    first, elsewhere = Shell(tmp_path / "first", {}), Shell(tmp_path / "elsewhere", {})
    for shell in (first, elsewhere):
        shell.folder.mkdir()
    Image.radial_gradient("L").resize((900, 700)).convert("RGB").save(first.folder / "photo.png")
    frame = ("--white-frame",) if kind == "white" else ("--image", "photo.png", "--bars")
    options = ("simple", "--prompt", "A cat purrs.", *frame, "--server", address, "--json", *TINY)
    done = first(*options)
    video = Path(done.json["video"])
    shutil.copy(video, elsewhere.folder / "found.mp4")
    again = elsewhere("rerun", "found.mp4", "--server", address, "--json")
    assert (again.json["state"], again.json["preview"]) == ("completed", False), again.stderr
    repeated = Path(again.json["video"])
    assert decoded(repeated) == decoded(video)
    assert film_of(repeated) == film_of(video)
    assert read_tags(repeated).cover == read_tags(video).cover
    other = Path(elsewhere("rerun", "found.mp4", "--seed", "5", "--server", address, "--json").json["video"])
    assert read_tags(other).words["comment"] != read_tags(video).words["comment"]
