"""What the person may ask for, and for which model."""

from __future__ import annotations

import pytest

from errors import BadOption, LaunchError, NoModelPath, OptionMisplaced, OptionsUnclear
from launcher.options import Wish, wishes

ENVIRONMENT = {"MOVA_MODEL_PATH": "/models/MOVA-360p"}


def test_the_environment_names_the_checkpoint() -> None:
    assert wishes([], ENVIRONMENT) == ([Wish("/models/MOVA-360p")], False)
    assert wishes(["--model-path", "/b"], ENVIRONMENT)[0] == [Wish("/b")]


@pytest.mark.parametrize("environment", [{}, {"MOVA_MODEL_PATH": ""}])
def test_no_checkpoint(environment: dict[str, str]) -> None:
    with pytest.raises(NoModelPath):
        wishes(["--dry-run"], environment)


def test_every_option() -> None:
    words = (
        "--model mova-720p --gpus 0-1 --num-gpus 2 --gpu-memory 47.5 --ring-degree 2 --ulysses-degree 1 --residency "
        "resident --host 0.0.0.0 --port 31000 --served-model-name x --output-path o --input-save-path i --dry-run "
        "-- --log-level debug --dry-run"
    )
    asked, dry_run = wishes(["--model-path=/m", *words.split()], {})
    passed_on = ("--log-level", "debug", "--dry-run")
    assert asked == [
        Wish("/m", "mova-720p", (0, 1), 2, 47.5, 2, 1, "resident", "0.0.0.0", 31000, "x", "o", "i", passed_on)  # noqa: S104
    ]
    assert dry_run


def test_two_models() -> None:
    words = "--host ::1 --model-path A --gpus 0-3 --model-path=B --gpus 4-7 --port 31000 --dry-run -- --log-level debug"
    (first, second), dry_run = wishes(words.split(), ENVIRONMENT)
    assert (first.model_path, first.gpus, first.port) == ("A", (0, 1, 2, 3), None)
    assert (second.model_path, second.gpus, second.port) == ("B", (4, 5, 6, 7), 31000)
    assert first.host == second.host == "::1"
    assert first.passed_on == second.passed_on == ("--log-level", "debug")
    assert dry_run


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("--frobnicate", OptionsUnclear),
        ("--port x", OptionsUnclear),
        ("--model mova-480p", OptionsUnclear),
        ("--residency warm", OptionsUnclear),
        ("--num 3", OptionsUnclear),
        ("/models/MOVA-360p", OptionsUnclear),
        ("--num-gpus 0", BadOption),
        ("--num-gpus -2", BadOption),
        ("--gpu-memory nan", BadOption),
        ("--gpu-memory inf", BadOption),
        ("--ring-degree 0", BadOption),
        ("--gpus all", BadOption),
        ("-- --port 31000", OptionMisplaced),
        ("--port 31000 -- --log-level debug --host=::1", OptionMisplaced),
    ],
)
def test_what_cannot_be_understood(words: str, problem: type[LaunchError]) -> None:
    with pytest.raises(problem):
        wishes(words.split(), ENVIRONMENT)
