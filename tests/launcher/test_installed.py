"""The options that an installed SGLang knows: unknown ones of ours are left out, a person's are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import SGLangLacksDiffusion
from launcher.installed import kept, known_flags, read_help, unknown

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
