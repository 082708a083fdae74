"""The three scripts as their users run them: offline, in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.terminal import with_values
from description.text import MARKER
from tests import forked
from tests.cli.shell import TINY

REPO = Path(__file__).resolve().parents[2]
CAT = "An orange cat chases a blue ball of yarn across a sunlit floor. The yarn rustles."


def run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull, "OUTPUT_DIR": str(folder / "outputs")}
    command = [sys.executable, str(REPO / f"{script}.py"), *arguments]
    done = forked.run(command, cwd=folder, env=variables)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def last_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def test_the_three_scripts_hand_over_to_each_other(tmp_path: Path) -> None:
    made = run(tmp_path, "generate_first_frame", "full", "--user-input", CAT, "--output", "a/frame.png", "--json")
    assert made.returncode == 0
    assert len(made.stdout.splitlines()) == 1
    frame = last_json(made)
    assert frame["image_prompt"]["provider"] == frame["first_frame"]["provider"] == "offline"
    assert (tmp_path / "a" / "frame_original.png").exists()
    assert (tmp_path / "a" / "frame_prompt.txt").read_text().startswith("An orange cat chases")
    with Image.open(tmp_path / "a" / "frame.png") as picture:
        assert picture.size == (640, 352)

    seen = run(tmp_path, "qwen_vl_api", "--image", "a/frame.png", "--output", "a/elements.json")
    assert seen.returncode == 0
    elements = json.loads((tmp_path / "a" / "elements.json").read_text())
    assert seen.stdout.strip() == elements["visual_description"]
    assert (elements["provider"], elements["model"], elements["image"]) == ("offline", "words", "frame.png")
    assert "landscape format" in elements["visual_description"]

    options = ("--user-input", CAT, "--image-elements-file", "a/elements.json", "--output", "a/text.txt", "--json")
    written = last_json(run(tmp_path, "prompt_rewriter_with_image", *options))
    assert written["output"].endswith(MARKER)
    assert written["negative_prompt"] is None
    assert (tmp_path / "a" / "text.txt").read_text() == written["output"] + "\n"


def test_generate_draws_a_given_prompt_in_portrait_and_720p(tmp_path: Path) -> None:
    options = ("--image-prompt", "一只橘猫", "--orientation", "portrait", "--model", "mova-720p")
    done = run(tmp_path, "generate_first_frame", "generate", *options)
    assert done.returncode == 0
    with Image.open(done.stdout.strip()) as picture:
        assert picture.size == (720, 1280)


def test_captions_need_no_marker_and_another_negative_prompt(tmp_path: Path) -> None:
    options = ("--user-input", CAT, "--image-elements", "A cat.", "--captions", "--json")
    written = last_json(run(tmp_path, "prompt_rewriter_with_image", *options))
    assert MARKER not in written["output"]
    assert "字幕" not in written["negative_prompt"]["value"]


def test_a_text_that_begins_with_a_dash_or_names_a_file_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("TOP SECRET")
    for text in ("-一只猫", "notes.txt", "/etc/hostname"):
        done = run(tmp_path, "generate_first_frame", "prompt", "--user-input", text)
        assert done.returncode == 0
        assert text in done.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    ("script", "arguments", "kind"),
    [
        ("generate_first_frame", ("prompt", "--user-input", " "), "EmptyText"),
        ("qwen_vl_api", ("--image", "missing.png"), "FileMissing"),
        ("prompt_rewriter_with_image", ("--user-input", "a", "--image-elements", ""), "EmptyText"),
        ("prompt_rewriter_with_image", ("--user-input", "a", "--image-elements-file", "missing"), "FileMissing"),
        ("prompt_rewriter_with_image", ("--user-input", "a", "--image-elements", "b", "--fps=-1"), "NumberOutOfRange"),
    ],
)
def test_wrong_input_is_exit_code_2_with_its_kind(
    tmp_path: Path, script: str, arguments: tuple[str, ...], kind: str
) -> None:
    done = run(tmp_path, script, *arguments, "--json")
    assert done.returncode == 2
    assert last_json(done)["error"]["kind"] == kind
    assert "Error: " in done.stderr


def test_a_wrong_option_is_exit_code_2(tmp_path: Path) -> None:
    assert run(tmp_path, "generate_first_frame", "generate").returncode == 2


def test_an_output_that_cannot_be_written_is_said_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path, "generate_first_frame", "full", "--user-input", CAT, "--output", "file/frame.png", "--json")
    assert done.returncode == 1
    assert last_json(done)["error"]["kind"] == "StorageError"
    assert "image_prompt" not in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("length", [238, 249, 255, 300])
@pytest.mark.parametrize("script", ["full", "generate"])
def test_a_name_that_leaves_no_room_is_said_before_anything_is_bought(tmp_path: Path, script: str, length: int) -> None:
    """The frame's own name may fit where that of the file beside it does not."""
    name = "猫" * 70 + "x" * (length - 214) + ".png"
    text = ("--user-input", CAT) if script == "full" else ("--image-prompt", CAT)
    done = run(tmp_path, "generate_first_frame", script, *text, "--output", name, "--json")
    problem = last_json(done).get("error", {})
    fits = length + len("_original.") <= 255
    assert (done.returncode, problem.get("kind")) == ((0, None) if fits else (2, "NameTooLong"))
    assert fits or "image_prompt" not in done.stderr
    assert len(list(tmp_path.glob("*.png"))) == (2 if fits else 0)


@pytest.mark.parametrize("script", ["qwen_vl_api", "workflow"])
def test_a_picture_out_of_a_pipe_is_read_once(tmp_path: Path, script: str) -> None:
    Image.new("RGB", (640, 352), "teal").save(tmp_path / "a.png")
    more = {"qwen_vl_api": "", "workflow": f'simple --prompt "{CAT}" {" ".join(TINY)}'}
    words = f"{sys.executable} {REPO / script}.py {more[script]} --image <(cat a.png) --json"
    variables = {"PATH": os.environ["PATH"], "MOVA_ENV_FILE": os.devnull, "OUTPUT_DIR": str(tmp_path / "outputs")}
    done = subprocess.run(["/bin/bash", "-c", words], cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "joined"),
    [
        (["--user-input", "-一只猫", "--json"], ["--user-input=-一只猫", "--json"]),
        (["--user-input", "a cat"], ["--user-input", "a cat"]),
        (["--user-input", "--json"], ["--user-input", "--json"]),
        (["prompt", "-x y"], ["prompt", "-x y"]),
    ],
)
def test_only_texts_are_joined_to_their_option(arguments: list[str], joined: list[str]) -> None:
    assert with_values(arguments, ("--user-input",)) == joined
