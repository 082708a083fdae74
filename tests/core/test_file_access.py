"""Modes of what the app and the command line make; each in a process of its own, since the umask is the process's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import config

REPO = Path(config.__file__).parent
_OPEN_AN_OFFICE = """
import os; os.umask(0o022)
import config
from ui import app_context
app_context.open_app_context()
app_context.close_app_context()
"""
_RENDER = """
import os, sys; os.umask(0o022)
sys.argv = ["workflow.py", "simple", "--prompt", "a cat", "--white-frame", "--server", "preview", "--num-frames", "5"]
from workflow import main
main()
"""


def run(code: str, **variables: str) -> None:
    environment = {**os.environ, **variables}
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize(
    ("access", "folder_mode", "file_mode"), [("", 0o700, 0o600), ("owner", 0o700, 0o600), ("group", 0o770, 0o660)]
)
@pytest.mark.parametrize("code", [_OPEN_AN_OFFICE, _RENDER], ids=["app", "command line"])
def test_what_is_made_is_for_its_owner_alone_or_for_one_group(
    tmp_path: Path, code: str, access: str, folder_mode: int, file_mode: int
) -> None:
    outputs = tmp_path / "new" / "outputs"
    run(code, OUTPUT_DIR=str(outputs), FILE_ACCESS=access)
    found = modes(outputs)
    assert {"jobs.db"} < found.keys()
    strange = {
        name: oct(mode)
        for name, mode in found.items()
        if mode != (folder_mode if (outputs / name).is_dir() else file_mode)
    }
    assert not strange


_BACK_UP = """
import os, sys; os.umask(0o022)
sys.argv = ["backup", "made/back-up"]
from cli.backup import main
main()
"""
_STEP = """
import os, sys; os.umask(0o022)
sys.argv = ["generate_first_frame.py", "full", "--user-input", "a cat", "--output", "made/frame.png"]
from cli.first_frame import main
main()
"""


@pytest.mark.parametrize("code", [_BACK_UP, _STEP], ids=["back-up", "a step by itself"])
def test_what_is_made_beside_is_no_less_private(tmp_path: Path, code: str) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made").chmod(0o755)
    run(_RENDER, OUTPUT_DIR=str(tmp_path / "outputs"))
    code = code.replace("made/", f"{tmp_path}/made/")
    run(code, OUTPUT_DIR=str(tmp_path / "outputs"))
    found = modes(tmp_path / "made")
    assert len(found) > 1
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {".": "0o755"}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir(mode=0o755)
    (tmp_path / "outputs").chmod(0o755)
    run(_OPEN_AN_OFFICE, OUTPUT_DIR=str(tmp_path / "outputs"))
    found = modes(tmp_path / "outputs")
    assert found["."] == 0o755
    assert found["jobs.db"] == found[".address-secret"] == 0o600
