"""The drawn scene: exact, the same every time, with the light, depth and motion that the words ask for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from storyboard.board import Board, View
from storyboard.scene import scene_of
from storyboard.signature import is_still_of, still
from storyboard.weather import flash_times
from tests.storyboard.corpus import SCENES, TALK

SMALL = (320, 176)


@lru_cache(maxsize=64)
def board(text: str, width: int = SMALL[0], height: int = SMALL[1]) -> Board:
    return Board(scene_of(text), width, height)


def pixels(picture: Image.Image) -> npt.NDArray[np.float64]:
    return np.asarray(picture, np.float64)


def brightness(text: str) -> float:
    return float(pixels(board(text).frame()).mean())


def change(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(pixels(one) - pixels(other)).mean())


@pytest.mark.parametrize("size", [SMALL, (176, 320)])
@pytest.mark.parametrize("text", SCENES)
def test_every_scene_is_drawn_in_the_exact_size_with_something_to_see(text: str, size: tuple[int, int]) -> None:
    picture = board(text, *size).frame()
    assert (picture.size, picture.mode) == (size, "RGB")
    assert pixels(picture).std() > 8, "more than one even area"


@pytest.mark.parametrize("size", [(64, 64), (640, 352), (1280, 720), (96, 640)])
def test_other_sizes(size: tuple[int, int]) -> None:
    assert still("A woman walks along a street at night in the rain.", *size).size == size


def test_the_same_words_give_the_same_pixels_and_others_do_not() -> None:
    one, two = (Board(scene_of(TALK), *SMALL) for _ in range(2))
    for seconds in (0.0, 1.3):
        assert one.frame(seconds).tobytes() == two.frame(seconds).tobytes()
    assert still("A dog.", *SMALL).tobytes() != still("A cow.", *SMALL).tobytes()


def test_night_is_darker_than_dusk_and_dusk_than_day() -> None:
    night, dusk, day = (brightness(f"A meadow {hour}.") for hour in ("at night", "at dusk", "at noon"))
    assert night < dusk < day


def test_a_storm_is_darker_and_greyer_than_a_clear_day() -> None:
    clear, storm = (pixels(board(text).frame()) for text in ("The sea.", "The sea in a storm."))
    assert storm.mean() < clear.mean() - 20
    assert np.ptp(storm, axis=2).mean() < np.ptp(clear, axis=2).mean()


def reds(text: str) -> npt.NDArray[np.intp]:
    """The columns of strongly red pixels."""
    shown = pixels(still(text, 640, 352))
    columns: npt.NDArray[np.intp] = np.nonzero(
        (shown[..., 0] > shown[..., 1] + 60) & (shown[..., 0] > shown[..., 2] + 60)
    )[1]
    return columns


def test_the_colour_that_the_words_name_is_there() -> None:
    assert len(reds("A woman in a red coat in a field.")) > 800
    assert len(reds("A woman in a blue coat in a field.")) < 200


def test_a_subject_stands_on_the_side_that_was_asked_for() -> None:
    assert np.median(reds("A man in a red coat on the left in a field.")) < 280
    assert np.median(reds("A man in a red coat on the right in a field.")) > 360


def test_a_close_up_shows_more_of_a_face_than_a_wide_shot() -> None:
    def skin(shot: str) -> int:
        shown = pixels(still(f"{shot} of a woman in a field.", 640, 352))
        return int(((shown[..., 0] > shown[..., 2] + 30) & (shown[..., 0] > 120)).sum())

    assert skin("Close-up") > 10 * skin("A wide shot")


@pytest.mark.parametrize("text", ["Rain in a street.", "Snow in a forest.", "The sea.", "A man walks in a field."])
def test_something_moves_while_the_camera_stands(text: str) -> None:
    assert change(board(text).frame(0.0), board(text).frame(0.5)) > 0.1


def test_who_walks_moves_on() -> None:
    walks = board("A man walks in a desert.")
    early, late = pixels(walks.frame(0.0)), pixels(walks.frame(4.0))
    moved = np.abs(early - late).sum(axis=2)[SMALL[1] // 2 :] > 40
    assert np.ptp(np.nonzero(moved)[1]) > SMALL[0] * 0.15


def test_what_is_near_moves_more_than_what_is_far() -> None:
    mountains = board("Mountains at noon.", 640, 352)
    still_view, panned = mountains.frame(), mountains.frame(0.0, View(0.07, 0.035, 0.93))
    difference = np.abs(pixels(still_view) - pixels(panned)).mean(axis=2)
    assert difference[-80:].mean() > 2 * difference[:80].mean()


def test_a_mouth_moves_only_while_somebody_speaks() -> None:
    face = board('Close-up of a man in a room. He says "Good evening to you all."')
    quiet = face.frame(0.125, speaking=False)
    assert change(quiet, face.frame(0.125, speaking=True)) > 0.01
    assert change(quiet, face.frame(0.25, speaking=False)) < change(quiet, face.frame(0.125, speaking=True))


def test_lightning_brightens_a_storm_and_never_its_first_second() -> None:
    storm = board("A lighthouse in a storm.")
    flashes = flash_times(scene_of("A lighthouse in a storm.").seed)
    assert min(flashes) > 1
    before, during = (pixels(storm.frame(flashes[0] + after)).mean() for after in (-0.05, 0.0))
    assert during > before + 20


def test_a_large_frame_put_together_quickly_is_the_same_picture_only_softer() -> None:
    text = "A woman walks along a street at night in the rain."
    whole, quick = (Board(scene_of(text), 1280, 720, quick=quick).frame() for quick in (False, True))
    assert quick.size == whole.size
    assert change(whole, quick) < 4


def test_a_still_is_known_again_and_nothing_else_is() -> None:
    text = "A lighthouse in a storm."
    drawn = still(text, *SMALL)
    assert is_still_of(drawn, scene_of(text))
    assert change(drawn, board(text).frame()) < 0.01, "nobody sees it"
    assert not is_still_of(drawn, scene_of("A lighthouse."))
    assert not is_still_of(drawn.resize((300, 165)), scene_of(text))
    assert not is_still_of(Image.new("RGB", SMALL, "white"), scene_of(text))
    assert not is_still_of(Image.new("RGB", (20, 20)), scene_of(text))
