"""Terminals, folders and files of settings as they really are: the command line works there, or says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import REPO, TINY, Done, Shell, engine
from tests.pictures import picture

pytestmark = pytest.mark.long

ENCODINGS = ("gbk", "cp1252")
RENDER = ("simple", "--prompt", "A cat · 猫 →", "--white-frame", *TINY)


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """For runs that need no engine of their own, whose streams and encoding it would have."""
    with engine() as address:
        yield {"SGLANG_360P_URL": address}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, {})


def in_bytes(shell: Shell, *arguments: bytes | str, code: str = "", **variables: str) -> Done:
    """Run it with arguments of any bytes; ``code`` is what bash adds, such as a redirection."""
    script = f'exec "$0" "$@" {code}'
    done = subprocess.run(
        ["bash", "-c", script, *shell.command(), *arguments],  # noqa: S607
        cwd=shell.folder,
        env=shell.environment(**variables),
        capture_output=True,
        check=False,
    )
    out, err = done.stdout.decode("latin-1"), done.stderr.decode("latin-1")
    assert "Traceback" not in err, err
    return Done(done.returncode, out, err)


# ---- what is printed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_run_in_a_terminal_of_another_encoding(shell: Shell, encoding: str, server: dict[str, str]) -> None:
    own_engine = encoding == "gbk"
    done = in_bytes(shell, *RENDER, PYTHONIOENCODING=encoding, LC_ALL="C.UTF-8", **({} if own_engine else server))
    assert done.returncode == 0, done.stderr
    listed = in_bytes(shell, "jobs", "--json", PYTHONIOENCODING=encoding)
    assert json.loads(listed.stdout)[0]["text"] == "A cat · 猫 →"
    assert listed.stdout.isascii()
    for words in (("jobs",), ("--help",)):
        assert in_bytes(shell, *words, PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_doctor_in_a_terminal_of_another_encoding(shell: Shell, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "doctor"],
        cwd=REPO,
        env=shell.environment(PYTHONIOENCODING=encoding, OUTPUT_DIR=str(shell.folder), LANG="zh_CN.UTF-8"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Python 3" in done.stdout


def test_a_full_stdout_ends_no_run_and_is_told_in_one_line(shell: Shell, server: dict[str, str]) -> None:
    done = in_bytes(shell, *RENDER, "--json", code=">/dev/full", **server)
    assert done.returncode == 1
    assert "The output is incomplete: No space left on device." in done.stderr
    assert len(list(shell.folder.glob("outputs/*/video.mp4"))) == 1
    for words in (("jobs",), ("--help",)):
        again = in_bytes(shell, *words, code=">/dev/full")
        assert (again.returncode, len(again.stderr.splitlines())) == (1, 2)


@pytest.mark.parametrize("code", ["2>/dev/full", "2>&-", ">&-", "> >(head -c 1 >/dev/null)"])
def test_a_run_that_nobody_can_hear(shell: Shell, code: str, server: dict[str, str]) -> None:
    own_engine = "&-" in code  # it may get the number of a closed stream
    assert in_bytes(shell, *RENDER, code=code, **({} if own_engine else server)).returncode == 0
    assert len(list(shell.folder.glob("outputs/*/video.mp4"))) == 1


# ---- what is typed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "variables", "encoding"),
    [
        ("一只猫追着毛线球跑".encode("gbk"), {"LC_ALL": "C.UTF-8"}, "UTF-8"),
        ("一只猫。".encode(), {"LC_ALL": "C", "PYTHONUTF8": "0"}, "ASCII"),
    ],
    ids=["GBK in UTF-8", "UTF-8 in ASCII"],
)
def test_a_text_in_another_encoding_is_refused_before_anything(
    shell: Shell, prompt: bytes, variables: dict[str, str], encoding: str
) -> None:
    Path(os.fsdecode(bytes(shell.folder) + b"/" + prompt)).touch()  # a file of that very name makes it no text
    for words in (("simple", "--white-frame", "--prompt", prompt), ("full", "--description", prompt)):
        done = in_bytes(shell, *words, **variables)
        assert done.returncode == 2
        assert f"is not text in {encoding}, which this terminal is set to: \\x" in done.stderr
    assert not (shell.folder / "outputs").exists()


def test_a_file_whose_name_is_in_another_encoding_is_taken(shell: Shell, server: dict[str, str]) -> None:
    name = "猫.png".encode("gbk")
    (shell.folder / name.decode("utf-8", "surrogateescape")).write_bytes(picture())
    done = in_bytes(shell, "simple", "--prompt", "A cat.", "--image", name, *TINY, "--json", **server)
    assert done.returncode == 0, done.stderr


# ---- where it is kept ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["My%20Videos", "what?x", "视频 #1&b=c:@;100%"])
def test_a_folder_whose_name_means_something_in_an_address(shell: Shell, name: str, server: dict[str, str]) -> None:
    assert shell(*RENDER, OUTPUT_DIR=f"{shell.folder}/{name}", **server).returncode == 0
    found = {path.relative_to(shell.folder) for path in shell.folder.rglob("*.db")}
    assert found == {Path(name, "jobs.db"), Path(name, "jobs-engine.db")}


def test_a_tilde_is_the_home_folder(shell: Shell) -> None:
    assert shell("jobs", OUTPUT_DIR="~/videos", HOME=str(shell.folder / "ann")).returncode == 0
    assert shell("jobs", "--output-dir=~/others", HOME=str(shell.folder / "ann")).returncode == 0
    found = {path.parent.relative_to(shell.folder) for path in shell.folder.rglob("jobs.db")}
    assert found == {Path("ann/videos"), Path("ann/others")}
    refused = shell("jobs", OUTPUT_DIR="~nobody-of-this-name/videos")
    assert (refused.returncode, "~ stands for no known home folder" in refused.stderr) == (2, True)


def test_a_folder_whose_name_is_no_text_is_refused(shell: Shell) -> None:
    done = in_bytes(shell, "jobs", b"--output-dir", b"v\xe9")
    assert done.returncode == 2
    assert "OUTPUT_DIR" in done.stderr


def test_a_damaged_engine_database_is_said_and_may_be_moved_away(shell: Shell, server: dict[str, str]) -> None:
    folder = shell("full", "--description", "A cat.", *TINY, "--until", "image_prompt", "--json").json["folder"]
    file = shell.folder / "outputs" / "jobs-engine.db"
    for damage in (b"A letter to a friend." * 400, file.read_bytes()[:4096] + b"Z" * 40_000):
        file.write_bytes(damage)
        done = shell("full", "--from", folder)
        assert done.returncode == 1
        assert "Error: The job database jobs-engine.db is damaged, or is not a database." in done.stderr
    file.unlink()
    assert shell("full", "--from", folder, "--json", **server).json["state"] == "completed"


# ---- the file of settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-sig"])
def test_a_file_of_settings_as_windows_writes_it(shell: Shell, encoding: str) -> None:
    text = "FPS=0\n# 每秒帧数\n"
    data = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-sig" else text.encode(encoding)
    (shell.folder / "own.env").write_bytes(data)
    done = shell("jobs", MOVA_ENV_FILE="own.env")
    assert "Setting FPS: '0' is not accepted" in done.stderr


@pytest.mark.parametrize("encoding", ["gbk", "utf-16-le"])
def test_a_file_of_settings_in_an_unknown_encoding_is_refused(shell: Shell, encoding: str) -> None:
    (shell.folder / "own.env").write_bytes("# 每秒帧数的设置\nFPS=12\n".encode(encoding))
    done = shell("jobs", MOVA_ENV_FILE="own.env")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == ("Error: The settings file own.env cannot be read: it is not text in UTF-8.")


def test_the_app_says_in_words_why_it_does_not_start(shell: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(REPO / "app.py"), "--server.port", "0"],
        cwd=shell.folder,
        env=shell.environment(FPS="0"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "Error: Setting FPS: '0' is not accepted" in done.stderr
    assert "Traceback" not in done.stderr
