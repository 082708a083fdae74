"""``--extend``: the true last frame of a finished job is the first frame of the next one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from media.last_frame import last_frame
from tests.cli.shell import TINY, Shell
from tests.hostile.odd_videos import sound_only
from tests.media.foreign_films import foreign


def record(run: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(run["folder"]) / "job.json").read_text())
    return document


def test_a_shot_goes_on_from_another_in_both_modes(shell: Shell, server_360p: str) -> None:
    server, portrait = ("--server", server_360p, "--json"), ("--orientation", "portrait", "--fps", "12", *TINY)
    one = shell("simple", "--prompt", "A cat.", "--white-frame", *server, *portrait).json
    two = shell("simple", "--prompt", "It sits.", "--extend", one["id"], *server)
    assert two.returncode == 0, two.stderr
    three = shell("full", "--description", "An orange cat runs.", "--extend", two.json["id"], *server)
    assert three.returncode == 0, three.stderr
    for before, after in ((one, two.json), (two.json, three.json)):
        told = record(after)
        assert (told["parent"], told["extends"]) == (before["id"], before["id"])
        # What the command line did not say is as it was; the seed is a new one.
        assert (told["size"], told["num_frames"], told["fps"]) == ("352x640", 17, 12.0)
        assert told["seed"] != record(before)["seed"]
        with Image.open(io.BytesIO(Path(after["first_frame"]).read_bytes())) as frame:
            assert np.array_equal(np.asarray(frame), np.asarray(last_frame(Path(before["video"]))))
    assert [step["state"] for step in record(three.json)["steps"] if step["step"] == "image_prompt"] == ["skipped"]


def test_a_job_that_cannot_be_extended_is_said_before_anything_is_made(shell: Shell) -> None:
    done = shell("simple", "--prompt", "It sits.", "--extend", "20260101-000000-abcdef")
    assert (done.returncode, "There is no job" in done.stderr) == (2, True)
    draft = shell("full", "--description", "An orange cat.", "--until", "image_prompt", "--json").json["id"]
    done = shell("simple", "--prompt", "It sits.", "--extend", draft)
    assert done.returncode == 2
    assert f"Job {draft} has no finished video to continue from." in done.stderr
    assert len(list((shell.folder / "outputs").glob("*/job.json"))) == 1


@pytest.mark.parametrize("option", ["--extend", "--image"])
def test_a_film_from_elsewhere(shell: Shell, option: str) -> None:
    film = foreign(shell.folder, turned=90)
    done = shell("simple", "--prompt", "It sits.", option, "clip.mp4", "--orientation", "portrait", *TINY, "--json")
    assert done.returncode == 0, done.stderr
    told = record(done.json)
    assert "clip.mp4 is a video: its last frame is used as the first frame." in told["warnings"]
    assert (told["parent"], told["extends"], told["source_picture"]) == (None, None, "240x320")
    assert film == (shell.folder / "clip.mp4").read_bytes()


def test_what_is_neither_a_job_nor_a_film(shell: Shell) -> None:
    (shell.folder / "song.mp4").write_bytes(sound_only())
    for name, words in (("gone.mp4", "cannot be read: gone.mp4"), ("song.mp4", "it has no moving pictures")):
        done = shell("simple", "--prompt", "It sits.", "--extend", name)
        assert (done.returncode, words in done.stderr) == (2, True)
    assert not (shell.folder / "outputs").exists()
