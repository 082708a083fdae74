"""The camera move that the words of a prompt choose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preview.camera import FARTHEST, Move, move_of, view


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("The camera slowly pushes in on the cat.", Move.PUSH_IN),
        ("A slow dolly in towards the window", Move.PUSH_IN),
        ("Gentle zoom in.", Move.PUSH_IN),
        ("The camera moves slowly closer", Move.PUSH_IN),
        ("The camera pulls back to reveal the room", Move.PULL_OUT),
        ("zooming out from the city", Move.PULL_OUT),
        ("a dolly-out over the field", Move.PULL_OUT),
        ("The camera pans left across the shelf", Move.PAN_LEFT),
        ("slow pan to the right", Move.PAN_RIGHT),
        ("the camera drifts gently right", Move.PAN_RIGHT),
        ("Tilt up to the sky", Move.TILT_UP),
        ("the camera tilts slowly down", Move.TILT_DOWN),
        ("The camera orbits the dancer", Move.ORBIT),
        ("an arc shot around her", Move.ORBIT),
        ("Static shot of a service", Move.STILL),
        ("The camera remains still.", Move.STILL),
        ("镜头缓缓推近橘猫", Move.PUSH_IN),
        ("镜头拉近,橘猫抬头", Move.PUSH_IN),
        ("镜头慢慢拉远", Move.PULL_OUT),
        ("镜头向左缓缓平移", Move.PAN_LEFT),
        ("镜头缓慢右移", Move.PAN_RIGHT),
        ("镜头向上,露出天空", Move.TILT_UP),
        ("镜头缓缓下移", Move.TILT_DOWN),
        ("镜头环绕人物", Move.ORBIT),
        ("固定镜头,雨落在窗上", Move.STILL),
    ],
)
def test_words_choose_the_move(prompt: str, move: Move) -> None:
    assert move_of(prompt) is move


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "The cat pounces on the yarn.",
        "橘猫扑向毛线球",
        "She walks left and looks down.",
        "Up in the tree a bird sings.",
    ],
)
def test_without_camera_words_it_pushes_in(prompt: str) -> None:
    assert move_of(prompt) is Move.PUSH_IN


def test_the_first_move_named_wins() -> None:
    assert move_of("The camera pans right, then tilts up.") is Move.PAN_RIGHT
    assert move_of("The camera tilts up, then pans right.") is Move.TILT_UP


@given(st.sampled_from(Move), st.floats(0, 1), st.floats(0.01, 60))
def test_the_view_never_leaves_the_frame(move: Move, moment: float, seconds: float) -> None:
    left, top, scale = view(move, moment, seconds)
    assert 1 - FARTHEST - 1e-9 <= scale <= 1
    assert 0 <= left <= left + scale <= 1 + 1e-9
    assert 0 <= top <= top + scale <= 1 + 1e-9


@pytest.mark.parametrize("move", [Move.PUSH_IN, Move.STILL])
def test_the_whole_frame_is_seen_first(move: Move) -> None:
    assert view(move, 0, 8) == (0, 0, 1)


def test_the_moves_go_where_they_say() -> None:
    begin, end = ({move: view(move, moment, 8) for move in Move} for moment in (0, 1))
    assert end[Move.PUSH_IN].scale < begin[Move.PUSH_IN].scale
    assert end[Move.PULL_OUT].scale > begin[Move.PULL_OUT].scale
    assert end[Move.PAN_LEFT].left < begin[Move.PAN_LEFT].left
    assert end[Move.PAN_RIGHT].left > begin[Move.PAN_RIGHT].left
    assert end[Move.TILT_UP].top < begin[Move.TILT_UP].top
    assert end[Move.TILT_DOWN].top > begin[Move.TILT_DOWN].top
    assert end[Move.ORBIT].left > begin[Move.ORBIT].left
    assert end[Move.STILL] == begin[Move.STILL]
