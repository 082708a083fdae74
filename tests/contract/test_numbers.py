"""Sizes and frames: what is asked for, what is answered, what is in the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.contract_target import ONE_FRAME, Target

pytestmark = pytest.mark.long

# fields -> size in the answer, size of the file; per model
SIZES: list[tuple[dict[str, Any], dict[str, tuple[str, tuple[int, int]]]]] = [
    ({}, {"mova-360p": ("640x352", (640, 352)), "mova-720p": ("1280x720", (1280, 720))}),
    ({"size": ""}, {"mova-360p": ("640x352", (640, 352)), "mova-720p": ("1280x720", (1280, 720))}),
    ({"size": "640x352"}, {"mova-360p": ("640x352", (640, 352)), "mova-720p": ("640x352", (1280, 704))}),
    ({"size": "352x640"}, {"mova-360p": ("352x640", (352, 640)), "mova-720p": ("352x640", (704, 1280))}),
    ({"size": "640x360"}, {"mova-360p": ("640x360", (624, 352)), "mova-720p": ("640x360", (1280, 720))}),
    ({"size": "1280x720"}, {"mova-360p": ("1280x720", (624, 352)), "mova-720p": ("1280x720", (1280, 720))}),
    ({"size": "720x1280"}, {"mova-360p": ("720x1280", (352, 624)), "mova-720p": ("720x1280", (720, 1280))}),
    ({"size": "512x512"}, {"mova-360p": ("512x512", (464, 464)), "mova-720p": ("512x512", (960, 960))}),
    ({"size": "640X352"}, {"mova-360p": ("640x352", (640, 352)), "mova-720p": ("640x352", (1280, 704))}),
    (
        {"size": "640x352", "width": 512, "height": 512},
        {"mova-360p": ("512x512", (464, 464)), "mova-720p": ("512x512", (960, 960))},
    ),
    ({"width": 512}, {"mova-360p": ("512x352", (560, 384)), "mova-720p": ("512x720", (800, 1136))}),
]


@pytest.mark.parametrize(("fields", "expected"), SIZES)
@pytest.mark.engine_only("a size of MOVA itself is rendered and told")
def test_size(server: Target, fields: dict[str, Any], expected: dict[str, tuple[str, tuple[int, int]]]) -> None:
    answered, rendered = expected[server.model]
    job = server.render(**ONE_FRAME, **fields)
    assert job["size"] == answered
    assert server.clip(job["id"]).size == rendered


@pytest.mark.parametrize(
    ("fields", "seconds", "frames", "fps"),
    [
        pytest.param({"num_frames": 1}, "0", 1, 24, marks=pytest.mark.engine_only("five frames are the least")),
        ({"num_frames": 5}, "0", 5, 24),
        ({"num_frames": 14}, "1", 17, 24),
        ({"num_frames": 16}, "1", 17, 24),
        ({"num_frames": 18}, "1", 21, 24),
        ({"num_frames": None, "seconds": 1}, "1", 25, 24),
        ({"num_frames": None, "seconds": 2, "fps": 12}, "2", 25, 12),
        ({"num_frames": None, "seconds": 2, "fps": 8}, "2", 17, 8),
        ({"num_frames": 17, "seconds": 8, "fps": 12}, "1", 17, 12),
    ],
)
def test_frames(server: Target, fields: dict[str, Any], seconds: str, frames: int, fps: int) -> None:
    job = server.render(**{"size": "352x640", "num_inference_steps": 1, **fields})
    assert job["seconds"] == seconds
    clip = server.clip(job["id"])
    assert (clip.frames, clip.fps) == (frames, fps)


def test_file_is_h264_with_a_sound_track_as_long_as_the_picture(server: Target) -> None:
    clip = server.clip(server.render(num_frames=25)["id"])
    assert clip.codecs == ("h264", "aac")
    assert (clip.sample_rate, clip.channels) == (48_000, 1)
    assert clip.sound_seconds == pytest.approx(25 / 24, abs=0.05)


@pytest.mark.engine_only("a seed is drawn and on record")
def test_the_seed_decides_the_file_and_is_42_if_not_given(server: Target) -> None:
    files = {seed: server.content(server.render(seed=seed)["id"]) for seed in (None, 42, 0, 7)}
    assert server.content(server.render(seed=7)["id"]) == files[7]
    assert files[None] == files[42]
    assert len({files[42], files[0], files[7]}) == 3


@pytest.mark.parametrize("seed", [2**63, 2**64 - 1])
@pytest.mark.engine_only("seeds end at 2**63 - 1")
def test_large_seeds_are_taken(server: Target, seed: int) -> None:
    assert server.render(**ONE_FRAME, seed=seed)["status"] == "completed"
