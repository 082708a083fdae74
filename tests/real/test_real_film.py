"""A film of two shots on SGLang's own MOVA pipeline: the second goes on from the first, and both are joined."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
from PIL import Image

from media.last_frame import last_frame
from tests.cli.shell import Shell
from tests.real.conftest import Shells
from tests.real_sglang.launched import LaunchedServer

SCRIPT = "INT. LIGHTHOUSE - NIGHT\n\nA keeper lights the lamp.\n\nHe turns to the window.\n"
FRAMES = 5


def test_two_shots_joined_by_continue(shells: Shells, mova: LaunchedServer) -> None:
    servers = json.dumps([{"name": "gpu", "base_url": mova.address, "model": "mova-360p"}])
    small = {"SGLANG_SERVERS": servers, "NUM_FRAMES": str(FRAMES), "NUM_INFERENCE_STEPS": "2"}
    shell = Shell(shells("film").folder, small)
    (shell.folder / "lamp.txt").write_text(SCRIPT)
    shell("film", "draft", "--script", "lamp.txt", "--output", "film.json")
    document = json.loads((shell.folder / "film.json").read_text())
    (scene,) = document["scenes"]
    scene["shots"][1] |= {"join": {"kind": "continue"}, "frame": {"source": "last"}}
    (shell.folder / "film.json").write_text(json.dumps(document))
    rendered = shell("film", "render", "film.json", "--json")
    assert rendered.returncode == 0, rendered.stderr
    first, second = rendered.json["shots"]
    assert [(shot["state"], shot["preview"]) for shot in (first, second)] == [("completed", False)] * 2
    joined = shell("film", "join", "film.json", "--output", "lamp.mp4", "--json")
    assert joined.returncode == 0, joined.stderr
    trim = json.loads((shell.folder / "film.json").read_text())["scenes"][0]["shots"][0]["trim"]["end"]
    frame = shell.folder / "outputs" / second["job"] / "first_frame.png"
    if not trim:
        before = last_frame(shell.folder / "outputs" / first["take"] / "video.mp4")
        with Image.open(io.BytesIO(frame.read_bytes())) as begun:
            assert np.array_equal(np.asarray(begun), np.asarray(before))
    with av.open(joined.json["video"]) as film:
        assert len(list(film.decode(video=0))) == joined.json["num_frames"] == 2 * FRAMES - 1 - trim
    assert Path(joined.json["video"]).stat().st_size > 1000
