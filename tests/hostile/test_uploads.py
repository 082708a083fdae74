"""More than 300 files that somebody might upload: no crash, no hang, little memory, one of our messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Settings
from core import errors
from generate_first_frame import make_first_frame
from tests.conftest import REPO
from tests.hostile.corpus import corpus, kinds
from tests.hostile.open_all import opened
from tests.steps.fake_provider import FakeProvider

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
PICTURE = "picture"
MESSAGES = {
    errors.NotAPicture.what,
    errors.PictureDamaged.what,
    errors.PictureTooSmall.what,
    errors.PictureTooNarrow.what,
    errors.PictureTooLarge.what,
}
# The memory of a process that opens all of them, one after the other, with the program itself in it.
SMALL_PEAK_MB, ADDRESS_SPACE_MB, HANGS_SECONDS = 200, 1_500, 240
NAMES = list(corpus())


def opened_in_a_process(files: Iterable[tuple[str, bytes]], folder: Path, megabytes: int) -> dict[str, Any]:
    """What becomes of each, by its name, and the peak of the process's memory."""
    names = {}
    for number, (name, data) in enumerate(files):
        names[f"{number:03}"] = name
        (folder / f"{number:03}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.open_all", str(folder), str(megabytes)],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=HANGS_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout)
    assert "Traceback" not in done.stderr
    return {**said, "outcomes": {names[number]: what for number, what in said["outcomes"].items()}}


def test_all_of_them_in_one_small_process(tmp_path: Path) -> None:
    said = opened_in_a_process(corpus().items(), tmp_path, ADDRESS_SPACE_MB)
    outcomes = said["outcomes"]
    assert len(outcomes) == len(corpus()) > 300
    assert set(outcomes.values()) == MESSAGES | {PICTURE}
    assert said["peak_mb"] < SMALL_PEAK_MB
    bad = Counter(outcomes.values())
    assert bad.total() - bad[PICTURE] > 200


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (("photo.txt", "photo.pdf", "photo", "not-a-jpg.jpg", "../../up.png", "two.png.exe"), PICTURE),
        (("cmyk.jpg", "deep.png", "deep-and-clear.png", "clear.gif", "moving.webp", "pages.tif"), PICTURE),
        (("turned-65535.jpg", "exif-loop.jpg", "exif-garbage.png", "profile-huge.jpg", "with-zip.png"), PICTURE),
        (
            ("page.png", "drawing.svg", "film-of-heic.mp4", "archive.zip", "film.mp4", "empty.png"),
            errors.NotAPicture.what,
        ),
        (("begins-as.pdf.jpg", "page-first.png", "other.eps", "other.psd", "program.exe"), errors.NotAPicture.what),
        (("script.gif", "bitmap.bmp", "0x80-said.png", "phone.heic", "new.avif"), errors.PictureDamaged.what),
        (("moving.avif", "alpha.avif", "alpha.heic", "grey.heic", "deep.heic", "named-a-jpg.jpg"), PICTURE),
        (("1x1.png", "63x500.png", "500x63.png"), errors.PictureTooSmall.what),
        (("64x1281.png", "9000x64.png"), errors.PictureTooNarrow.what),
        (("65535x65535-said.png", "13500x13500-said.png"), errors.PictureTooLarge.what),
    ],
)
def test_the_content_decides_and_each_has_its_message(names: tuple[str, ...], outcome: str) -> None:
    assert {name: opened(corpus()[name], Settings()) for name in names} == dict.fromkeys(names, outcome)


def test_as_pictures_of_a_service() -> None:
    """What a service returns is opened with the same care: a first frame, or an error that says whose it is."""
    ends = Counter[str]()
    for data in corpus().values():
        artist = FakeProvider(picture=data)
        try:
            frame = make_first_frame("a cat", size=(640, 352), artist=artist, writer=artist, settings=Settings())
        except errors.NoImageReturned:
            ends["refused"] += 1
        else:
            assert frame.png.startswith(b"\x89PNG")
            assert frame.original_suffix in ("png", "jpg", "gif", "webp", "bmp", "tif", "mpo", "heic", "avif")
            ends["frame"] += 1
    assert ends["refused"] > 200
    assert ends["frame"] > 50


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.floats(0, 1), st.binary(max_size=40), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_any_two_of_them_in_one_file(first: str, second: str, ends: float, between: bytes, begins: float) -> None:
    a, b = corpus()[first][:20_000], corpus()[second][:20_000]
    data = a[: int(len(a) * ends)] + between + b[int(len(b) * begins) :]
    assert opened(data, Settings()) in MESSAGES | {PICTURE}


@given(st.sampled_from(sorted(kinds())), st.data())
@settings(max_examples=150, deadline=None)
def test_a_piece_taken_out_anywhere(kind: str, data: st.DataObject) -> None:
    whole = kinds()[kind]
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(1, 400))
    assert opened(whole[:start] + whole[start + length :], Settings()) in MESSAGES | {PICTURE}
