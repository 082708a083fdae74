"""The options that an installed SGLang knows: unknown ones of ours are left out, a person's are reported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import SGLangLacksDiffusion
from launcher import installed
from launcher.installed import Versions, kept, known_flags, read_help, unknown, versions

HELP = """usage: sglang serve [-h] [--config CONFIG] [--model-path MODEL_PATH] [--port PORT]
options:
  --tp-size TP_SIZE, --tp TP_SIZE   see also `--not--this` and a--that
  --enable-torch-compile [ENABLE_TORCH_COMPILE]
"""


def sglang(folder: Path, script: str) -> str:
    program = folder / "sglang"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_options_of_a_help_text() -> None:
    flags = read_help(HELP)
    assert flags
    assert {"--model-path", "--port", "--tp", "--tp-size", "--enable-torch-compile", "--model-type"} <= flags
    assert not flags & {"--this", "--that", "--h"}


@pytest.mark.parametrize("text", ["", "usage: something else --port", "Traceback (most recent call last):"])
def test_no_help_text(text: str) -> None:
    assert read_help(text) is None


def test_an_installation_without_the_part_for_videos(tmp_path: Path) -> None:
    with pytest.raises(SGLangLacksDiffusion):
        known_flags(sglang(tmp_path, "echo 'Diffusion model support is not available. Install with: …'"))


def test_an_older_one_that_takes_no_model_type(tmp_path: Path) -> None:
    script = f'case "$*" in *--model-type*) exit 2;; esac\ncat <<EOF\n{HELP}\nEOF'
    assert "--tp-size" in (known_flags(sglang(tmp_path, script)) or ())


@pytest.mark.parametrize("script", ["exit 1", "echo ImportError >&2; exit 1", "kill -9 $$"])
def test_a_broken_one_says_nothing(tmp_path: Path, script: str) -> None:
    assert known_flags(sglang(tmp_path, script)) is None
    assert known_flags(str(tmp_path / "gone")) is None


def test_what_is_not_known_is_left_out() -> None:
    options = [("--port", "1"), ("--strict-ports",), ("--ring-degree", "2")]
    assert kept(options, frozenset({"--port", "--ring-degree"})) == ([options[0], options[2]], ["--strict-ports"])
    assert kept(options, None) == (options, [])


def test_what_a_person_passes_on_is_reported() -> None:
    flags = frozenset({"--tp-size", "--log-level"})
    assert unknown(["--tp", "2", "--log-level=debug", "--adjust-frames", "false", "-x"], flags) == ["--adjust-frames"]
    assert unknown(["--adjust-frames"], None) == []


@pytest.fixture
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "files" / "options"
    monkeypatch.setattr(installed, "_KEPT_IN", folder)
    return folder


def test_what_its_help_said_is_kept_for_its_version(tmp_path: Path, kept_in: Path) -> None:
    asked = tmp_path / "asked"
    program = sglang(tmp_path, f'echo x >> "{asked}"\ncat <<EOF\n{HELP}\nEOF')
    first = known_flags(program, "0.5.23")
    assert first
    assert "--tp-size" in first
    assert known_flags(program, "0.5.23") == first
    assert asked.read_text() == "x\n"
    known_flags(program, "0.5.24")
    known_flags(program)  # a version that is not known
    known_flags(program)
    assert asked.read_text() == "x\n" * 4
    assert kept_in.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in kept_in.iterdir()} == {0o600}
    assert len(list(kept_in.iterdir())) == 2


@pytest.mark.parametrize("text", ["", "{", "3", '["0.5.23"]', '["0.5.23", "x", null]'])
def test_a_kept_answer_that_is_broken_is_asked_for_again(tmp_path: Path, kept_in: Path, text: str) -> None:
    program = sglang(tmp_path, f"cat <<EOF\n{HELP}\nEOF")
    known_flags(program, "0.5.23")
    next(kept_in.iterdir()).write_text(text)
    assert "--tp-size" in (known_flags(program, "0.5.23") or ())


def test_an_answer_that_cannot_be_kept_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(installed, "_KEPT_IN", tmp_path / "file" / "options")
    program = sglang(tmp_path, f"cat <<EOF\n{HELP}\nEOF")
    assert "--tp-size" in (known_flags(program, "0.5.23") or ())


def test_nothing_is_kept_of_one_that_said_nothing(tmp_path: Path, kept_in: Path) -> None:
    assert known_flags(sglang(tmp_path, "exit 1"), "0.5.23") is None
    assert not kept_in.exists()


@pytest.mark.parametrize("head", ["#!{python}", "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''"])
def test_versions_are_those_of_the_python_that_it_runs_with(tmp_path: Path, head: str) -> None:
    site = tmp_path / "site"
    info = site / "sglang-0.5.23.dist-info" / "METADATA"
    info.parent.mkdir(parents=True)
    info.write_text("Metadata-Version: 2.1\nName: sglang\nVersion: 0.5.23\n")
    (site / "torch").mkdir()
    (site / "torch" / "__init__.py").write_text("raise SystemExit('torch is not to be imported')")
    (site / "torch" / "version.py").write_text("__version__ = '2.14.1+cu130'\ncuda: Optional[str] = '13.0'\n")
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{site}" exec "{Path(sys.executable).resolve()}" -S "$@"\n')
    python.chmod(0o755)
    program = tmp_path / "sglang"
    program.write_text(head.format(python=python) + "\n")
    assert versions(str(program)) == Versions("0.5.23", "", "13.0")


def test_versions_that_cannot_be_told(tmp_path: Path) -> None:
    assert versions(str(tmp_path / "gone")) == Versions()
    assert versions(sglang(tmp_path, "exit 1")) == Versions()
    (tmp_path / "sglang").write_text("#!/nowhere/python3\n")
    assert versions(str(tmp_path / "sglang")) == Versions()
