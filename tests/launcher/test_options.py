"""What the person may ask for, and for which model."""

from __future__ import annotations

import pytest

from core.errors import BadOption, LaunchError, NoModelPath, OptionMisplaced, OptionsUnclear
from launcher.options import LaunchRequest, wishes

ENVIRONMENT = {"MOVA_MODEL_PATH": "/models/MOVA-360p"}


def test_the_environment_names_the_checkpoint() -> None:
    assert wishes([], ENVIRONMENT) == ([LaunchRequest("/models/MOVA-360p")], False)
    assert wishes(["--model-path", "/b"], ENVIRONMENT)[0] == [LaunchRequest("/b")]


@pytest.mark.parametrize("environment", [{}, {"MOVA_MODEL_PATH": ""}])
def test_no_checkpoint(environment: dict[str, str]) -> None:
    with pytest.raises(NoModelPath):
        wishes(["--dry-run"], environment)


def test_every_option() -> None:
    words = (
        "--model mova-720p --gpus 0-1 --num-gpus 2 --gpu-memory 47.5 --cfg-parallel-size 1 --ring-degree 2 "
        "--ulysses-degree 1 --residency resident --host 0.0.0.0 --port 31000 --served-model-name x --output-path o "
        "--input-save-path i --force --tune=quick --tune-frames 49 --tune-steps 5 --tune-path t --no-tuned "
        "--dry-run -- --log-level debug --dry-run"
    )
    asked, dry_run = wishes(["--model-path=/m", *words.split()], {})
    passed_on = ("--log-level", "debug", "--dry-run")
    assert asked == [
        LaunchRequest(
            *("/m", "mova-720p", (0, 1), 2, 47.5, 1, 2, 1, "resident", "0.0.0.0", 31000, "x", "o", "i", True),  # noqa: S104
            *("quick", 49, 5, "t", True),
            passed_on,
        )
    ]
    assert dry_run


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("--cfg-parallel-size 2", 2),
        ("--cfg-parallel-size 1 -- --cfg-parallel-size 2", 2),
        ("--enable-cfg-parallel", 2),
        ("--enable-cfg-parallel false", 1),
        ("-- --enable-cfg-parallel --log-level debug", 2),
        ("-- --log-level debug --enable-cfg-parallel=False", 1),
        ("-- --log-level debug", None),
    ],
)
def test_cfg_parallel_in_every_form_before_and_after_the_dashes(words: str, size: int | None) -> None:
    (asked,), _ = wishes(words.split(), ENVIRONMENT)
    assert asked.cfg_parallel_size == size
    assert asked.passed_on == (("--log-level", "debug") if "log-level" in words else ())


def test_degrees_after_the_dashes_are_planned_with() -> None:
    words = "-- --log-level debug --ring-degree 2 --enable-metrics false"
    (asked,), _ = wishes(words.split(), ENVIRONMENT)
    assert (asked.ring_degree, asked.passed_on) == (2, ("--log-level", "debug", "--enable-metrics", "false"))
    words = "-- --ulysses-degree 2 --tp-size 2"
    (asked,), _ = wishes(words.split(), ENVIRONMENT)
    assert (asked.ulysses_degree, asked.passed_on) == (None, ("--ulysses-degree", "2", "--tp-size", "2"))


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
        ("--cfg-parallel-size 3", BadOption),
        ("-- --cfg-parallel-size 0", BadOption),
        ("--enable-cfg-parallel maybe", OptionsUnclear),
        ("--gpus all", BadOption),
        ("-- --port 31000", OptionMisplaced),
        ("--port 31000 -- --log-level debug --host=::1", OptionMisplaced),
    ],
)
def test_what_cannot_be_understood(words: str, problem: type[LaunchError]) -> None:
    with pytest.raises(problem):
        wishes(words.split(), ENVIRONMENT)
