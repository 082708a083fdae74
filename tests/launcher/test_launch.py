"""The script from its call to its end, with a command that plays `sglang`: states, signals, statuses, nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import options
from tests.launcher.made_up import checkpoint
from tests.real_sglang.ports import free_block
from tests.waiting import until

REPO = Path(__file__).resolve().parents[2]
SCRIPT = REPO / "launch_sglang_server.sh"
ACTOR = Path(__file__).with_name("acting_sglang.py")
_SECONDS = 60
_started: list[Launch] = []


class Launch:
    """The script at work; what it says, both streams together, in ``said``."""

    def __init__(self, folder: Path, *words: str, act: str = "serve", **variables: str) -> None:
        commands = folder / "bin"
        commands.mkdir(exist_ok=True)
        (commands / "sglang").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ACTOR}" "$@"\n')
        (commands / "sglang").chmod(0o755)
        own = {"PATH": f"{commands}:{os.environ['PATH']}", "PYTHON": sys.executable, "MOVA_LANGUAGE": "en", "ACT": act}
        self._log = folder / f"log-{act}"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [SCRIPT, *words], cwd=folder, env={**own, **variables}, stdout=log, stderr=log, start_new_session=True
            )
        _started.append(self)

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def waits_for(self, text: str) -> None:
        ends = time.monotonic() + _SECONDS
        while text not in self.said:
            assert time.monotonic() < ends, self.said
            assert self.process.poll() is None or text in self.said, self.said
            time.sleep(0.05)

    def ends(self) -> int:
        return self.process.wait(_SECONDS)

    @property
    def pids(self) -> list[int]:
        """Of the servers and their workers."""
        pairs = re.findall(r"pids (\d+) (\d+)", self.said)
        return [int(pid) for pair in dict.fromkeys(pairs) for pid in pair]  # last lines say them again

    def left(self) -> list[int]:
        return [pid for pid in self.pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(autouse=True)
def _clear_up() -> Iterator[None]:
    """A test that fails leaves nothing behind either."""
    yield
    for launch in _started:
        launch.process.kill()
        launch.process.wait()
        for pid in launch.left():
            os.kill(pid, signal.SIGKILL)
    _started.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoint(tmp_path / "MOVA-360p")
    checkpoint(tmp_path / "MOVA-720p")
    return tmp_path


def one(port: int, folder: Path) -> list[str]:
    files = ["--output-path", f"{folder}/out", "--input-save-path", f"{folder}/in"]
    return ["--model-path", "MOVA-360p", "--num-gpus", "1", "--gpu-memory", "80", "--port", str(port), *files]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, *(pytest.param(one, marks=pytest.mark.long) for one in (signal.SIGINT, signal.SIGHUP))]
)
def test_a_start_and_a_stop(folder: Path, number: signal.Signals) -> None:
    port = free_block()
    launch = Launch(folder, *one(port, folder))
    launch.waits_for("ready after")
    said = launch.said
    order = ["loading the weights", "warming up", "ready after"]
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)
    assert f'Server(name="mova-360p", base_url="http://localhost:{port}", model="mova-360p"),' in said
    assert (folder / "out").is_dir()
    assert (folder / "in").is_dir()
    launch.process.send_signal(number)
    assert launch.ends() in (0, 129)
    assert len(launch.pids) == 2
    assert launch.left() == []
    assert "mova-360p: stopped" in launch.said


@pytest.mark.long
@pytest.mark.parametrize(
    ("act", "status", "words"),
    [
        ("die-loading", 3, "status 3 while it loaded the weights. Its last lines:"),
        ("die-warming", 137, "status 137 while it warmed up. Its last lines:"),
        ("die-serving", 137, "SGLang ended with status 137 after"),
        ("lose-worker", 1, "its worker has died; the server is stopped"),
    ],
)
def test_a_server_that_dies(folder: Path, act: str, status: int, words: str) -> None:
    launch = Launch(folder, *one(free_block(), folder), act=act)
    assert launch.ends() == status
    assert words in launch.said
    last = launch.said[launch.said.index("Its last lines:") :]
    assert ("the very last words" in last) == act.startswith("die-") or act == "die-loading"
    assert ("try --residency layerwise-offload" in last) == (act == "die-loading")
    assert ("the worker's own words" in last) == (act == "lose-worker")
    assert "Shutting down" not in last
    assert len(launch.pids) == 2
    assert launch.left() == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            "fail-warm-up",
            "the warm-up failed, so it cannot render, and it is stopped: Error executing request None: no",
        ),
        (
            "abort-warm-up",
            "the warm-up failed, so it cannot render, and it is stopped: Error executing request None: no",
        ),
        ("shrink-warm-up", "the GPU's memory was too small for 640x352x193f; 640x352x97f was rendered"),
    ],
)
def test_a_server_that_fails_its_warm_up_is_never_called_ready(folder: Path, act: str, words: str) -> None:
    launch = Launch(folder, *one(free_block(), folder), act=act)
    assert launch.ends() == 1
    assert words in launch.said
    assert "ready after" not in launch.said
    told = launch.said[launch.said.index(words) :]
    assert ("-- --warmup-mode off" in told) == ("Its last lines:" in told) == (act != "shrink-warm-up")
    assert "Shutting down" not in told.partition("Its last lines:")[2]
    assert launch.left() == []


@pytest.mark.long
def test_a_server_in_the_middle_of_a_render_is_waited_for(folder: Path) -> None:
    launch = Launch(folder, *one(free_block(), folder), act="slow-to-end")
    launch.waits_for("ready after")
    launch.process.send_signal(signal.SIGINT)
    launch.waits_for("in the middle of a render that takes up to 60 s")
    assert launch.ends() == 0
    assert launch.left() == []


@pytest.mark.long
def test_a_server_that_does_not_listen_is_ended_by_the_second_signal(folder: Path) -> None:
    launch = Launch(folder, *one(free_block(), folder), act="deaf")
    launch.waits_for("ready after")
    launch.process.send_signal(signal.SIGINT)
    launch.waits_for("shutting down after signal 2")
    launch.process.send_signal(signal.SIGINT)
    assert launch.ends() == 137
    assert launch.left() == []


def test_nothing_is_left_where_the_launcher_itself_is_killed(folder: Path) -> None:
    launch = Launch(folder, *one(free_block(), folder))
    launch.waits_for("ready after")
    launch.process.kill()
    launch.ends()
    until(lambda: not _runs(launch.pids[0]), _SECONDS)
    os.kill(launch.pids[1], signal.SIGKILL)  # SGLang's workers watch their parent; the actor's does not


@pytest.mark.long
def test_two_at_once_of_which_one_dies(folder: Path) -> None:
    port = free_block()
    words = ["--num-gpus", "1", "--gpu-memory", "80", *one(port, folder)[-4:]]
    first, second = (["--model-path", f"MOVA-{size}p", "--gpus", gpu] for size, gpu in (("360", "3"), ("720", "5")))
    launch = Launch(folder, *words, *first, "--port", str(port), *second, "--port", str(free_block()))
    for name in ("mova-360p", "mova-720p"):
        launch.waits_for(f"{name}: ready after")
    assert "[mova-360p] pids" in launch.said
    seen = re.findall(r"\[(mova-\d+p)\] pids \d+ \d+ gpus (\d)", launch.said)
    assert sorted(seen) == [("mova-360p", "3"), ("mova-720p", "5")]
    victim = re.search(r"\[mova-360p\] pids (\d+)", launch.said)
    assert victim
    os.kill(int(victim[1]), signal.SIGKILL)
    launch.waits_for("mova-360p: SGLang ended with status 137")
    assert launch.process.poll() is None
    launch.process.terminate()
    assert launch.ends() == 137
    assert "mova-720p: stopped" in launch.said
    assert launch.left() == []


# ---- without a start -------------------------------------------------------------------------------------------


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "MOVA_LANGUAGE": "en"}
    return subprocess.run([SCRIPT, *words], cwd=folder, env={**own, **variables}, capture_output=True, text=True)


@pytest.fixture
def bare_python(tmp_path: Path) -> str:
    """A Python without any package."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).resolve()}" -S "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_dry_run_with_a_bare_python(folder: Path, bare_python: str, language: str) -> None:
    done = run(folder, "--dry-run", "--model-path", "MOVA-360p", PYTHON=bare_python, MOVA_LANGUAGE=language)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"sglang serve --model-type diffusion --model-path {folder}/MOVA-360p ")
    assert ("by the name of its folder" in done.stderr) == (language == "en")
    assert ("文件夹" in done.stderr) == (language == "zh_CN")


def test_a_dry_run_leaves_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = run(folder, "--dry-run", MOVA_MODEL_PATH="MOVA-720p")
    assert "--port 30100" in done.stdout
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--model-path", "nowhere"], "There is no folder"),
        (["--model-path", "MOVA-360p"], "No NVIDIA GPU"),
        (["--model-path", "MOVA-360p", "--num-gpus", "1", "--gpu-memory", "80"], "sglang is not installed"),
        ([], "No checkpoint to serve was given"),
        (["--port", "x"], "options are not valid"),
    ],
)
def test_a_refusal_is_two_sentences_and_no_traceback(folder: Path, words: list[str], told: str) -> None:
    done = run(folder, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_a_missing_or_old_python_is_said(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for python in ("no-such-python", str(old)):
        done = run(folder, PYTHON=python)
        assert done.returncode == 1
        assert "PYTHON=python3.12" in done.stderr


def test_an_unknown_option_is_left_out_and_said(folder: Path) -> None:
    launch = Launch(folder, *one(free_block(), folder), "--", "--adjust-frames", "false", act="die-loading")
    assert launch.ends() == 3
    assert "this SGLang does not know --strict-ports: left out" in launch.said
    assert "this SGLang does not know --adjust-frames: passed on anyway" in launch.said
    command = next(line for line in launch.said.splitlines() if line.startswith("sglang serve"))
    assert "--strict-ports" not in command
    assert command.endswith("--adjust-frames false")


SMI = """#!/bin/sh
case "$*" in
  *apps*) echo "GPU-1f, 4194305, 20000";;
  *) echo "0, GPU-1f, NVIDIA H200, 143771, 120000, Enabled"; echo "1, GPU-2f, NVIDIA B200, 183000, 183000, Disabled";;
esac
"""


def test_what_the_machine_lacks_is_said_before_anything_is_loaded(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "nvidia-smi").write_text(SMI)
    (folder / "bin" / "nvidia-smi").chmod(0o755)
    words = [*one(free_block(), folder)[:2], *one(free_block(), folder)[-6:], "--num-gpus", "2"]
    refused = Launch(folder, *words)
    assert refused.ends() == 2
    for told in ("GPU 0 is split by MIG", "GPU 0 is used by ? (PID 4194305, 21 GB)", "The GPUs differ"):
        assert f"! {told}" in refused.said
    assert "To start it anyway: --force" in refused.said
    assert "loading the weights" not in refused.said
    forced = Launch(folder, *words, "--force", act="die-loading")
    assert forced.ends() == 3
    assert "GPU 0 is split by MIG" in forced.said
    dry = run(
        folder, "--dry-run", "--model-path", "MOVA-360p", "--num-gpus", "2", PATH=f"{folder / 'bin'}:/usr/bin:/bin"
    )
    assert (dry.returncode, "GPU 0 is split by MIG" in dry.stderr) == (0, True)


def test_files_that_cannot_be_written_are_said(folder: Path) -> None:
    (folder / "file").write_text("")
    launch = Launch(folder, *one(free_block(), folder)[:-4], "--output-path", "file/out")
    assert launch.ends() == 2
    assert "The folder" in launch.said
    assert "--output-path" in launch.said


def test_files_of_the_program_are_ignored_by_git() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", f"{options.FILES}/x"], cwd=REPO, check=False)  # noqa: S607
    assert ignored.returncode == 0
