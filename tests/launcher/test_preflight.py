"""What a set-up lacks, each from made-up figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import SetUpUnfit
from core.version import TESTED_SGLANG
from launcher.disk import Reading
from launcher.fit import COMPONENT, LAYERWISE, RESIDENT
from launcher.gpus import Gpu
from launcher.preflight import SetUp, problems, refuse, version_problem
from tests.launcher.made_up import alike

WELL = SetUp(
    gpus=alike(2, 141),
    driver="580.65.06",
    sglang=TESTED_SGLANG,
    torch="2.14.1",
    cuda="13.0",
    host_gb=500,
    shm_gb=8,
    residency=RESIDENT,
    reading=Reading(78 * 10**9, 10**9, 1.0),
)


def found(**other: object) -> list[tuple[str, bool, str]]:
    return [(one.key, one.blocks, one.says.text()) for one in problems(replace(WELL, **other))]  # type: ignore[arg-type]


def test_a_set_up_that_is_well() -> None:
    assert found() == []
    assert problems(SetUp()) == []


@pytest.mark.parametrize(
    ("driver", "cuda", "old"),
    [
        ("580.65.06", "13.0", False),
        ("570.124.06", "13.0", True),
        ("575.1", "12.9", False),
        ("525.60.13", "12.9", False),
        ("525.50", "12.4", True),
        ("470.82", "11.8", False),
        ("", "13.0", False),
        ("570.1", "", False),
        ("570.1", "14.0", False),  # which drivers that takes nobody knows yet
        ("unknown", "13.0", False),
    ],
)
def test_a_driver_that_is_too_old_for_torch(driver: str, cuda: str, old: bool) -> None:
    told = found(driver=driver, cuda=cuda, torch="" if not cuda else "2.14.1")
    assert [(key, blocks) for key, blocks, _ in told] == ([("gpu.driver", True)] if old else [])
    if old:
        assert f"driver {driver} is too old for the torch of SGLang (CUDA {cuda})" in told[0][2]


def test_a_torch_without_cuda() -> None:
    assert [key for key, _, _ in found(cuda="", torch="2.14.1+cpu")] == ["gpu.torch"]
    assert found(cuda="", torch="2.14.1+cpu", gpus=()) == []


def test_a_gpu_in_parts() -> None:
    parts = [Gpu(0, 141, 141, mig=True)]
    assert [(key, blocks) for key, blocks, _ in found(gpus=parts)] == [("gpu.mig", False)]
    assert ("gpu.mig", True) in [(key, blocks) for key, blocks, _ in found(gpus=[*parts, Gpu(1, 141, 141)])]


def test_another_program_on_a_gpu_is_named_where_it_can_be() -> None:
    (told,) = found(gpus=[Gpu(3, 141, 140, users=("python3 (PID 7, 1 GB)", "? (PID 8)"))])
    assert told == ("gpu.others", False, "GPU 3 is used by python3 (PID 7, 1 GB), ? (PID 8): 140 of 141 GB are free.")
    (told,) = found(gpus=[Gpu(0, 141, 100)])
    assert told == ("gpu.others", False, "Another program uses GPU 0: 100 of 141 GB are free.")


def test_gpus_that_differ() -> None:
    (told,) = found(gpus=[Gpu(0, 141, 141, "H200"), Gpu(1, 141, 141, "H200"), Gpu(2, 192, 192, "B200")])
    assert told == ("gpu.unlike", False, "The GPUs differ (H200, B200): all wait for the slowest in every step.")


def test_too_little_memory_on_a_gpu() -> None:
    assert ("gpu.memory", False, "GPU 0 has 8 GB free, and MOVA needs 12 even layer by layer.") in found(
        gpus=[Gpu(0, 8, 8)], residency=None
    )


@pytest.mark.parametrize(("size", "count", "small"), [(0.067, 2, True), (0.067, 1, False), (1.1, 8, False)])
def test_shared_memory(size: float, count: int, small: bool) -> None:
    told = found(shm_gb=size, gpus=alike(count, 141))
    assert [key for key, _, _ in told] == (["machine.shm"] if small else [])
    assert not told or "/dev/shm has only 0.07 GB" in told[0][2]  # noqa: S108


@pytest.mark.parametrize(
    ("mode", "count", "free", "little"),
    [
        (RESIDENT, 8, 1, False),
        (COMPONENT, 1, 70, False),
        (COMPONENT, 2, 70, True),
        (LAYERWISE, 1, 70, True),
        (LAYERWISE, 1, None, False),
        (None, 1, 1, False),
    ],
)
def test_memory_for_weights_outside_the_gpu(mode: str | None, count: int, free: float | None, little: bool) -> None:
    told = found(residency=mode, gpus=alike(count, 141), host_gb=free)
    assert [key for key, _, _ in told] == (["machine.memory"] if little else [])


def test_a_slow_disk() -> None:
    (told,) = found(reading=Reading(78 * 10**9, 10**8, 1.0))
    words = "The disk under the checkpoint gives 100 MB/s: its 78 GB take about 13 min to load."
    assert told == ("machine.disk", False, words)


@pytest.mark.parametrize(
    ("version", "word"),
    [("0.5.22", "older"), ("0.4", "older"), ("0.5.24", "newer"), ("1.0.0", "newer"), ("0.5.30.post1+cu130", "newer")],
)
def test_another_sglang(version: str, word: str) -> None:
    problem = version_problem(version)
    assert problem
    assert f"SGLang {version} is {word} than" in problem.says.text()
    assert TESTED_SGLANG in problem.advice.text()


@pytest.mark.parametrize("version", ["", TESTED_SGLANG, f"{TESTED_SGLANG}.post2", f"{TESTED_SGLANG}+cpu", "main"])
def test_the_sglang_that_was_tested_or_an_unknown_one(version: str) -> None:
    assert version_problem(version) is None


def test_what_blocks_comes_first_and_stops_the_start_unless_forced() -> None:
    told = problems(replace(WELL, driver="470.1", gpus=[Gpu(0, 141, 100)], sglang="0.5.1"))
    assert [one.key for one in told] == ["gpu.driver", "gpu.others", "sglang.version"]
    with pytest.raises(SetUpUnfit) as caught:
        refuse(told, force=False)
    assert caught.value.message() == (
        "MOVA would not run like this: The NVIDIA driver 470.1 is too old for the torch of SGLang (CUDA 13.0)."
    )
    assert caught.value.next_step().endswith("To start it anyway: --force")
    refuse(told, force=True)
    refuse(told[1:], force=False)
