"""Simple Mode as a user runs it: from a prompt and a picture to a checked file."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from media.tags import film_of
from tests.cli.shell import TINY, Shell, engine
from tests.forked import Forked


def picture(folder: Path, name: str = "in.png", size: tuple[int, int] = (1280, 720), **how: Any) -> str:
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    image.save(folder / name, **how)
    return name


def record(done: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(done["video"] or done["first_frame"]).parent / "job.json").read_text())
    return document


def test_nothing_configured_leaves_a_preview_video_and_says_so(shell: Shell) -> None:
    done = shell("simple", "--prompt", "The cat pounces. 它跳起来。", "--image", picture(shell.folder))
    assert done.returncode == 0
    assert "preview and not MOVA" in done.stdout.splitlines()[0]
    assert "640x352 · 193 frames · 8.04 s · seed " in done.stdout
    (document,) = shell.folder.glob("outputs/*/job.json")
    assert json.loads(document.read_bytes())["settings"]["output_quality"] == "high"
    assert "(1280x720) is cropped to 1280x704" in done.stdout
    video = Path(done.stdout.splitlines()[-1])
    with av.open(str(shell.folder / video)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        assert (stream.width, stream.height, frames) == (640, 352, 193)
        assert stream.average_rate == Fraction(24)
        assert [audio.rate for audio in container.streams.audio] == [48000]


def test_json_is_one_object_at_the_end_of_stdout_and_says_what_the_file_says(shell: Shell) -> None:
    done = shell("simple", "--prompt", "cat", "--image", picture(shell.folder), "--json", "--seed", "42", *TINY)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    told, kept = done.json, record(done.json)
    assert {"id", "state", "video", "first_frame", "seed", "server", "size", "num_frames", "warnings", "steps"} <= set(
        told
    )
    assert (told["state"], told["seed"], told["size"], told["num_frames"]) == ("completed", 42, "640x352", 17)
    assert told["server"] == "preview"
    assert any("preview and not MOVA" in warning for warning in told["warnings"])
    assert "preview and not MOVA" in done.stderr.splitlines()[0]
    assert kept["schema"] == 2
    assert (kept["id"], kept["prompt"], kept["seed"], kept["size"]) == (told["id"], "cat", 42, "640x352")
    assert Path(told["video"]).parent == shell.folder / "outputs" / told["id"]
    assert sorted(file.name for file in Path(told["video"]).parent.iterdir()) == [
        "first_frame.png",
        "first_frame_original_v1.png",
        "job.json",
        "video.mp4",
    ]
    frame = Path(told["first_frame"]).read_bytes()
    assert hashlib.sha256(frame).hexdigest() == kept["first_frame_sha256"]
    assert str(shell.folder) not in json.dumps(kept)


def test_a_phone_photo_is_turned_and_cropped_for_portrait(shell: Shell) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    name = picture(shell.folder, "photo.jpg", (1600, 1200), exif=exif)
    arguments = ("--image", name, "--orientation", "portrait", "--crop-shift", "1", "--json")
    done = shell("simple", "--prompt", "cat", *arguments, *TINY)
    assert (done.json["size"], record(done.json)["source_picture"]) == ("352x640", "1200x1600")
    with Image.open(done.json["first_frame"]) as frame:
        assert (frame.size, frame.mode, frame.format) == ((352, 640), "RGB", "PNG")


def test_a_white_frame_is_made_and_what_is_known_of_it_is_said(shell: Shell) -> None:
    done = shell("simple", "--prompt", "cat", "--white-frame", "--json", *TINY)
    assert any("40 %" in warning for warning in done.json["warnings"])
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.getextrema() == ((255, 255),) * 3


def test_the_same_seed_gives_the_same_film(shell: Shell, server_360p: str) -> None:
    name = picture(shell.folder)
    videos = []
    for _ in range(2):
        done = shell(
            "simple", "--prompt", "cat", "--image", name, "--seed", "9", "--json", "--server", server_360p, *TINY
        )
        videos.append(film_of(Path(done.json["video"])))  # the file around it tells of its own run
    assert videos[0] == videos[1]


def test_a_named_720p_server_renders_its_own_size(shell: Shell, server_360p: str, server_720p: str) -> None:
    servers = {"SGLANG_360P_URL": server_360p, "SGLANG_720P_URL": server_720p}
    done = shell("simple", "--prompt", "cat", "--white-frame", "--server", "mova-720p", "--json", *TINY, **servers)
    assert (done.json["size"], done.json["server"]) == ("1280x720", "mova-720p")
    done = shell("simple", "--prompt", "cat", "--white-frame", "--json", *TINY, **servers)
    assert (done.json["size"], done.json["server"]) == ("640x352", "mova-360p")


def test_a_server_of_the_other_resolution_never_gets_the_job(shell: Shell, server_720p: str) -> None:
    done = shell("simple", "--prompt", "cat", "--white-frame", *TINY, SGLANG_360P_URL=server_720p)
    assert done.returncode == 1
    assert "serves mova-720p, not mova-360p" in done.stderr
    listed = shell("list", "--server", server_720p, "--json", script="sglang_client.py")
    assert not any("mova-360p" in job["model"] for job in listed.json["jobs"])


def test_a_configured_server_that_is_down_is_reported_and_not_replaced(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    done = shell("simple", "--prompt", "cat", "--white-frame", "--json", *TINY, SGLANG_360P_URL=address)
    assert done.returncode == 1
    assert done.json["error"]["kind"] == "NoServerReady"
    assert "refused" in done.stderr
    assert not (shell.folder / "outputs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prompt", "   ", "--white-frame"), "The prompt is empty."),
        (("--prompt", "cat", "--image", "nowhere.png"), "nowhere.png"),
        (("--prompt", "cat", "--image", "text.png"), "not a picture"),
        (("--prompt", "cat", "--image", "small.png"), "16x16"),
        (("--prompt", "cat", "--white-frame", "--seed", "-1"), "seed is -1"),
        (("--prompt", "cat", "--white-frame", "--num-frames", "100000"), "num_frames is 100000"),
        (("--prompt", "cat", "--white-frame", "--guidance-scale", "nan"), "guidance_scale is nan"),
        (("--prompt", "cat", "--white-frame", "--server", "nobody"), "no server named nobody"),
        (("--prompt", "cat", "--white-frame", "--server", "http://a:b@c"), "not a server address"),
        (("--prompt", "cat", "--white-frame", "--crop-shift", "7"), "7"),
        (("--prompt", "cat"), "--image"),
    ],
)
def test_wrong_input_is_said_before_anything_is_sent(shell: Shell, arguments: tuple[str, ...], words: str) -> None:
    (shell.folder / "text.png").write_text("hello")
    picture(shell.folder, "small.png", (16, 16))
    done = shell("simple", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (shell.folder / "outputs").exists()


def test_an_output_folder_that_cannot_be_made_is_said(shell: Shell) -> None:
    (shell.folder / "file").write_text("")
    done = shell("simple", "--prompt", "cat", "--white-frame", "--output-dir", "file/outputs", *TINY)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_a_server_that_restarts_in_the_middle_has_lost_the_job(shell: Shell) -> None:
    with engine() as address:
        port = int(address.rsplit(":", 1)[1])
        process = _start(shell, "--white-frame", "--server", address, "--num-inference-steps", "200")
        job = _wait_until(shell, "rendering")
    with engine(port=port):
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "may have been restarted" in stderr
    assert "cannot be reached" in stderr
    assert json.loads(stdout.splitlines()[-1])["state"] == "lost"
    assert json.loads(job.read_text())["seed"] == json.loads(stdout.splitlines()[-1])["seed"]


def test_ctrl_c_says_what_happens_to_a_job_on_the_gpu(shell: Shell) -> None:
    with engine() as address:
        process = _start(shell, "--white-frame", "--server", address)
        job = _wait_until(shell, "rendering")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "the GPU finishes it" in stderr
        done = json.loads(stdout.splitlines()[-1])
        assert done["state"] == "rendering"
        assert f"resume {done['id']}" in stderr
        resumed = shell("resume", done["id"], "--json")
        assert (resumed.returncode, resumed.json["state"]) == (0, "completed")
        assert resumed.json["seed"] == json.loads(job.read_text())["seed"]
        listed = shell("list", "--server", address, "--json", script="sglang_client.py").json["jobs"]
        assert len(listed) == 1


def test_ctrl_c_ends_a_preview_of_our_own(shell: Shell) -> None:
    process = _start(shell, "--white-frame")
    job = _wait_until(shell, "rendering")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Nothing is running" in stderr
    assert json.loads(job.read_text())["state"] == "cancelled"


def _start(shell: Shell, *arguments: str) -> subprocess.Popen[str]:
    return Forked(
        shell.command("simple", "--prompt", "cat", "--json", *arguments),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_until(shell: Shell, state: str) -> Path:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in (shell.folder / "outputs").glob("*/job.json"):
            if json.loads(path.read_text())["state"] == state:
                return path
        time.sleep(0.02)
    raise AssertionError(f"no job became {state}")


def test_the_scripts_of_the_client_walk_from_submit_to_file(shell: Shell, server_360p: str) -> None:
    name, server = picture(shell.folder), ("--server", server_360p)
    done = shell("submit", "--prompt", "cat", "--image", name, *server, *TINY, script="sglang_client.py")
    job = done.stdout.strip()
    assert shell("status", job, *server, "--json", script="sglang_client.py").json["state"] in (
        "queued",
        "in_progress",
        "completed",
    )
    assert shell("wait", job, *server, "--json", script="sglang_client.py").json["state"] == "completed"
    fetched = shell("download", job, "--output", "v.mp4", *server, "--json", script="sglang_client.py")
    assert fetched.json["num_frames"] == 17
    assert (shell.folder / "v.mp4").stat().st_size > 1000
    assert job in shell("list", *server, script="sglang_client.py").stdout


def test_the_client_refuses_ids_that_are_not_plain(shell: Shell, server_360p: str) -> None:
    for bad in ("../../etc/passwd", "a/b", "a%2fb"):
        done = shell("status", bad, "--server", server_360p, script="sglang_client.py")
        assert done.returncode == 2
        assert "not a job id" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a full disk")
def test_a_full_disk_is_said_and_the_job_goes_on_once_there_is_space(shell: Shell, server_360p: str) -> None:
    disk = shell.folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=760k", "tmpfs", str(disk)], check=False).returncode:  # noqa: S607
        pytest.skip("no tmpfs can be mounted here")
    try:
        process = _start(shell, "--white-frame", "--server", server_360p, "--output-dir", str(disk))
        assert process.stderr
        words = ""
        while "space" not in words:
            words = process.stderr.readline()
            assert words, "the process ended"
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)  # noqa: S607
        stdout, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
        assert json.loads(stdout.splitlines()[-1])["state"] == "completed"
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)  # noqa: S607


def test_what_does_not_fit_is_said_before_anything_is_spent(shell: Shell) -> None:
    line = " ".join(["word"] * 60)
    picture(shell.folder, size=(160, 90))
    given = ("simple", "--prompt", f'He says, "{line}."', "--image", "in.png", "--json", *TINY)
    done = shell(*given)
    assert done.returncode == 0
    said = [one.removeprefix("Note: ") for one in done.stderr.splitlines()]
    blurred = "The picture has 160x90 pixels and is enlarged 4.0 times: the video begins blurred."
    assert blurred in said
    assert any("it will not fit" in one for one in said)
    assert said.index(blurred) < next(place for place, one in enumerate(said) if "%" in one)
    again = shell("resume", done.json["id"], "--json")
    assert blurred not in again.stderr  # it is finished: nothing is spent
