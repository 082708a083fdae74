"""The rendered file: exactly what was asked for, recognisably a preview, the same every time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from preview.animatic import render
from preview.captions import mark
from preview.pictures import MAX_PIXELS, PictureFailed, first_frame
from preview.plan import Plan
from storyboard.script import lines
from storyboard.signature import still
from tests.preview.preview_samples import gradient, picture_file, plan

Frames = list[npt.NDArray[np.uint8]]


def rendered(folder: Path, asked: Plan, image: Image.Image | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    video = folder / "video.mp4"
    size = (asked.width, asked.height)
    render(asked, picture_file(folder / "picture", image or gradient(size)), video, lambda done, total: None)
    return video


def frames_of(video: Path) -> Frames:
    with av.open(str(video), "r") as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(video=0)]


def difference(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize(
    ("fields", "size", "frames"),
    [
        ({}, (640, 352), 9),
        ({"size": "352x640", "num_frames": 10}, (352, 640), 13),
        ({"size": "1280x720", "num_frames": 5, "fps": 12}, (624, 352), 5),
        ({"model": "mova-720p", "num_frames": 1}, (1280, 720), 1),
        ({"size": "1x300", "num_frames": 1}, (16, 8208), 1),
    ],
)
def test_size_frames_and_speed_are_exact(
    tmp_path: Path, fields: dict[str, Any], size: tuple[int, int], frames: int
) -> None:
    asked = plan(**fields)
    with av.open(str(rendered(tmp_path, asked)), "r") as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.width, video.height, video.frames) == (*size, frames)
        assert video.average_rate == asked.fps
        assert video.pix_fmt == "yuv420p"
        assert (audio.rate, audio.channels) == (48_000, 1)
        assert audio.duration
        assert audio.time_base
        assert float(audio.duration * audio.time_base) == pytest.approx(asked.seconds, abs=0.002)
        assert sum(1 for _ in container.decode(video=0)) == frames


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    asked = plan(prompt="橘猫。The camera pans left.", seed=5, num_frames=25)
    assert rendered(tmp_path / "one", asked).read_bytes() == rendered(tmp_path / "two", asked).read_bytes()


@pytest.mark.parametrize("other", [{"seed": 6}, {"prompt": "A dog. Static shot."}])
def test_seed_and_prompt_change_the_file(tmp_path: Path, other: dict[str, Any]) -> None:
    one, two = rendered(tmp_path / "one", plan(seed=5)), rendered(tmp_path / "two", plan(**{"seed": 5, **other}))
    assert one.read_bytes() != two.read_bytes()


def test_the_file_says_that_it_is_a_preview(tmp_path: Path) -> None:
    with av.open(str(rendered(tmp_path, plan(seed=5))), "r") as container:
        assert container.metadata["title"] == "PREVIEW, not MOVA"
        assert "MOVA rendered nothing of this. Seed 5." in container.metadata["comment"]
        assert "creation_time" not in container.metadata


def test_every_frame_carries_the_mark(tmp_path: Path) -> None:
    black = Image.new("RGB", (640, 352))
    patch = mark(640, 352)
    letters = np.asarray(patch.image)[..., 0] > 200
    for frame in frames_of(rendered(tmp_path, plan(prompt="😀"), black)):
        there = frame[patch.top : patch.top + patch.image.height, patch.left : patch.left + patch.image.width]
        assert there[letters].mean() > 180
        assert there[~letters].mean() < 40


def test_a_line_is_shown_while_it_is_said_and_sounds_below_it_all_the_time(tmp_path: Path) -> None:
    grey = Image.new("RGB", (640, 352), (128, 128, 128))
    text = 'Static shot. A man waits for a while in a room. He says "Now." He leaves. The sound of rain.'
    frames = frames_of(rendered(tmp_path, plan(prompt=text, num_frames=97), grey))
    start, end = (round(second * 24) for second in (lines(text, 97 / 24)[0].start, lines(text, 97 / 24)[0].end))
    before, during, after = frames[start - 3], frames[(start + end) // 2], frames[-1]
    assert difference(before[:230], during[:230]) < 1, "the picture stands still"
    assert difference(before[290:325, 250:390], during[290:325, 250:390]) > 5, "the line is shown"
    assert difference(before[:325], after[:325]) < 1, "and then it is gone"
    for frame in frames:
        assert difference(frame[330:], np.full_like(frame[330:], 128)) > 3, "the sounds stay"


def test_the_description_itself_is_not_written_over_the_picture(tmp_path: Path) -> None:
    grey = Image.new("RGB", (640, 352), (128, 128, 128))
    for frame in frames_of(rendered(tmp_path, plan(prompt="Static shot. A grey room. A cat looks."), grey)):
        assert difference(frame[40:], np.full_like(frame[40:], 128)) < 1


@pytest.mark.parametrize("picture", ["its still", "white"])
def test_the_scene_of_the_words_moves_where_the_picture_is_its_still_or_white(tmp_path: Path, picture: str) -> None:
    text = "Static shot of a street in the rain at night. A man walks."
    image = still(text, 640, 352) if picture == "its still" else Image.new("RGB", (640, 352), "white")
    frames = frames_of(rendered(tmp_path, plan(prompt=text, num_frames=25), image))
    assert difference(frames[0], np.asarray(still(text, 640, 352))) < 6, "it begins with the still"
    assert difference(frames[0][60:], frames[-1][60:]) > 1, "rain falls, somebody walks"


def test_the_still_of_other_words_stays_the_picture_that_it_is(tmp_path: Path) -> None:
    image = still("A street in the rain at night.", 640, 352)
    frames = frames_of(rendered(tmp_path, plan(prompt="Static shot of a cat.", num_frames=25), image))
    assert difference(frames[0][60:], frames[-1][60:]) < 1
    assert difference(frames[-1][60:], np.asarray(image)[60:]) < 5


def test_the_first_frame_is_the_picture(tmp_path: Path) -> None:
    image = gradient((640, 352))
    first = frames_of(rendered(tmp_path, plan(prompt="The camera pushes in."), image))[0]
    assert difference(first[60:250], np.asarray(image)[60:250]) < 4, "colours and place are kept"


def test_the_camera_moves(tmp_path: Path) -> None:
    frames = frames_of(rendered(tmp_path, plan(prompt="The camera tilts down.", num_frames=49)))
    brightness = [frame[60:250, :, 1].mean() for frame in frames]
    assert brightness[-1] > brightness[0] + 2, "the gradient is brighter below"
    assert all(later >= earlier - 0.5 for earlier, later in pairwise(brightness)), "steadily"


def test_the_file_can_be_played_while_it_loads(tmp_path: Path) -> None:
    data = rendered(tmp_path, plan()).read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_progress_counts_frames_and_the_file_appears_whole(tmp_path: Path) -> None:
    counted = []

    def progress(done: int, total: int) -> None:
        counted.append((done, total))
        assert not (tmp_path / "video.mp4").exists()

    picture = picture_file(tmp_path / "picture", gradient((640, 352)))
    render(plan(), picture, tmp_path / "video.mp4", progress)
    assert counted == [(done, 9) for done in range(1, 10)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["picture", "video.mp4"]


def test_a_render_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def progress(done: int, total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        render(plan(), picture_file(tmp_path / "picture", gradient((640, 352))), tmp_path / "video.mp4", progress)
    assert [path.name for path in tmp_path.iterdir()] == ["picture"]


def test_a_picture_is_turned_as_its_exif_says_and_cropped_in_the_middle(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 100), "red")
    image.paste("green", (150, 0, 200, 100))
    image.paste("blue", (200, 0, 250, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    frame = first_frame(picture_file(tmp_path / "picture", image, exif=exif), (64, 64))
    assert frame.size == (64, 64)
    assert [frame.getpixel(at) for at in ((2, 2), (61, 2))] == [(0, 128, 0)] * 2
    assert [frame.getpixel(at) for at in ((2, 61), (61, 61))] == [(0, 0, 255)] * 2


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_pictures_of_every_mode_are_taken(tmp_path: Path, mode: str) -> None:
    image = Image.new("I;16", (64, 64)) if mode == "I;16" else gradient((64, 64)).convert(mode)
    image.save(tmp_path / "picture", "TIFF")
    assert first_frame(tmp_path / "picture", (32, 32)).mode == "RGB"


@pytest.mark.parametrize("size", [(64_000, 1001), (1, 10_000)])
def test_pictures_too_large_or_too_thin_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = picture_file(tmp_path / "picture", Image.new("1", size))
    with pytest.raises(PictureFailed, match=f"{MAX_PIXELS} pixels|nothing is left"):
        first_frame(picture, (640, 352))


def test_a_refusal_names_no_path(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"no picture")
    with pytest.raises(PictureFailed) as failure:
        first_frame(tmp_path / "picture", (640, 352))
    assert str(failure.value) == "cannot identify image file 'input_reference'"
