"""Every decision on made-up machines, up to the command."""

from __future__ import annotations

import errno
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from errors import (
    BadOption,
    DegreesUnfit,
    GpuMissing,
    GpusShared,
    LaunchError,
    NoGpu,
    PortTaken,
    TooFewGpus,
    TooLittleMemory,
)
from launcher import ports
from launcher.command import config_line, environment, options, shown, words
from launcher.fit import COMPONENT, LAYERWISE, RESIDENT
from launcher.gpus import Gpu
from launcher.options import Wish
from launcher.plan import Plan, plans
from tests.launcher.made_up import alike, checkpoint, gpus


@pytest.fixture(autouse=True)
def busy(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The ports that are in use on the made-up machine."""
    taken: set[int] = set()
    monkeypatch.setattr(ports, "_refused", lambda host, port: errno.EADDRINUSE if port in taken else 0)
    monkeypatch.setattr(ports, "_served_on", lambda port: "")
    return taken


@pytest.fixture
def mova(tmp_path: Path) -> str:
    return str(checkpoint(tmp_path / "MOVA-360p"))


@pytest.fixture
def mova_720p(tmp_path: Path) -> str:
    return str(checkpoint(tmp_path / "MOVA-720p-hf"))


def plan(
    path: str, machine: Sequence[Gpu], *, host_gb: float | None = 2000, dry_run: bool = False, **wish: Any
) -> Plan:
    return plans([Wish(path, **wish)], machine, host_gb, dry_run=dry_run)[0]


def said(made: Plan) -> str:
    return "\n".join(note.text() for note in (*made.reasons, *made.warnings))


DEGREES = {1: (1, 1), 2: (1, 2), 4: (1, 4), 8: (2, 4)}
MODES = {12: LAYERWISE, 24: LAYERWISE, 48: COMPONENT, 80: COMPONENT, 141: RESIDENT}


@pytest.mark.parametrize("told", [True, False], ids=["told", "seen"])
@pytest.mark.parametrize("gb", MODES)
@pytest.mark.parametrize("count", DEGREES)
def test_every_machine(mova: str, count: int, gb: int, told: bool) -> None:
    made = plan(mova, [], num_gpus=count, gpu_memory=gb) if told else plan(mova, alike(count, gb))
    assert (made.ring, made.ulysses, made.num_gpus, made.residency) == (*DEGREES[count], count, MODES[gb])
    given = words(options(made), ())
    assert given[given.index("--num-gpus") + 1] == str(count)
    assert environment(made) == {}
    assert ("--enable-torch-compile" in given) == (gb == 141)


@pytest.mark.parametrize("gb", [2, 8, 11])
def test_too_little_memory_is_said_before_loading(mova: str, gb: float) -> None:
    for machine, wish in ((alike(2, gb), {}), ([], {"num_gpus": 2, "gpu_memory": gb}), (alike(2, gb), {"num_gpus": 1})):
        with pytest.raises(TooLittleMemory, match="MOVA needs 12 GB"):
            plan(mova, machine, **wish)


def test_no_gpu_is_said_before_loading(mova: str) -> None:
    with pytest.raises(NoGpu) as caught:
        plan(mova, [])
    assert "--gpu-memory" in caught.value.next_step()


def test_a_dry_run_needs_no_gpu(mova: str) -> None:
    made = plan(mova, [], dry_run=True)
    assert made.num_gpus == 1
    assert "no GPU was found here" in said(made)
    assert plan(mova, [], dry_run=True, num_gpus=8).ulysses == 4


def test_one_size_for_the_gpus_that_there_are(mova: str) -> None:
    made = plan(mova, alike(4, 24), gpu_memory=141)
    assert (made.num_gpus, made.residency) == (4, RESIDENT)


def test_gpus_by_number(mova: str) -> None:
    made = plan(mova, gpus(24, 80, 24, 80), gpus=(1, 3))
    assert environment(made) == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1,3"}
    assert made.residency == COMPONENT


def test_so_many_gpus_are_the_roomiest(mova: str) -> None:
    made = plan(mova, gpus(24, 80, 24, 80), num_gpus=2)
    assert environment(made)["CUDA_VISIBLE_DEVICES"] == "1,3"


def test_a_slow_gpu_is_left_out_and_that_is_said(mova: str) -> None:
    made = plan(mova, gpus(141, 12, 141))
    assert environment(made)["CUDA_VISIBLE_DEVICES"] == "0,2"
    assert "GPU 1 is left out" in said(made)
    assert "left out" not in said(plan(mova, gpus(141, 12, 141), num_gpus=2))


def test_memory_that_others_hold_is_not_there(mova: str) -> None:
    made = plan(mova, gpus(30, total=80))
    assert made.residency == LAYERWISE
    assert "another program holds memory of GPU 0: 30 of 80 GB are free" in said(made)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ({"gpus": (0, 9)}, GpuMissing),
        ({"num_gpus": 5}, TooFewGpus),
        ({"num_gpus": 2, "gpus": (0,)}, BadOption),
        ({"ring_degree": 4, "ulysses_degree": 2}, TooFewGpus),
        ({"ring_degree": 3}, DegreesUnfit),
    ],
)
def test_gpus_that_cannot_be(mova: str, wish: dict[str, Any], problem: type[LaunchError]) -> None:
    with pytest.raises(problem):
        plan(mova, alike(4, 80), **wish)


def test_degrees_say_how_many_gpus(mova: str) -> None:
    made = plan(mova, alike(8, 80), ring_degree=1, ulysses_degree=2)
    assert (made.num_gpus, made.ring, made.ulysses) == (2, 1, 2)


@pytest.mark.parametrize("mode", [RESIDENT, COMPONENT, LAYERWISE])
def test_residency_can_be_chosen_and_is_warned_about(mova: str, mode: str) -> None:
    made = plan(mova, alike(1, 24), residency=mode)
    assert made.residency == mode
    assert ("may run out of memory" in said(made)) == (mode != LAYERWISE)


def test_720p_has_no_published_figures(mova: str, mova_720p: str) -> None:
    assert "none for 720p" in said(plan(mova_720p, alike(1, 80)))
    assert "none for 720p" not in said(plan(mova_720p, alike(1, 141)))
    assert "none for 720p" not in said(plan(mova, alike(1, 80)))


@pytest.mark.parametrize(("host_gb", "warned"), [(32, True), (70, False), (None, False)])
def test_the_machines_own_memory(mova: str, host_gb: float | None, warned: bool) -> None:
    assert ("may be killed" in said(plan(mova, alike(1, 48), host_gb=host_gb))) == warned
    assert "may be killed" not in said(plan(mova, [], host_gb=host_gb, num_gpus=1, gpu_memory=48))


# ---- ports and addresses ---------------------------------------------------------------------------------------


def test_default_ports(mova: str, mova_720p: str) -> None:
    assert (plan(mova, alike(1, 80)).ports.http, plan(mova_720p, alike(1, 80)).ports.http) == (30000, 30100)


@pytest.mark.parametrize("taken", [30000, 30001])
def test_a_port_in_use(mova: str, busy: set[int], taken: int) -> None:
    busy.add(taken)
    with pytest.raises(PortTaken, match=f"Port {taken} cannot be used: another program") as caught:
        plan(mova, alike(1, 80))
    assert "--port 31000" in caught.value.next_step()
    assert f"Port {taken} cannot be used" in said(plan(mova, alike(1, 80), dry_run=True))
    assert plan(mova, alike(1, 80), port=31000).ports.http == 31000


def test_inner_ports_get_out_of_the_way(mova: str, busy: set[int]) -> None:
    busy.update((30002, 30003, 30005))
    made = plan(mova, alike(1, 80)).ports
    assert (made.scheduler, made.master) == (30004, 30006)


@pytest.mark.parametrize("port", [0, -1, 65532, 70000])
def test_no_port(mova: str, port: int) -> None:
    with pytest.raises(BadOption, match="--port"):
        plan(mova, alike(1, 80), port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "::"])  # noqa: S104
def test_others_let_in_is_warned_about(mova: str, host: str) -> None:
    made = plan(mova, alike(1, 80), host=host)
    assert "no login" in said(made)
    assert "localhost" not in made.address
    assert "no login" not in said(plan(mova, alike(1, 80)))


def test_the_line_for_the_config_can_be_pasted(mova: str) -> None:
    from config import Server

    server = eval(config_line(plan(mova, alike(1, 80), port=31000)).rstrip(","), {"Server": Server})  # noqa: S307
    assert server == Server(name="mova-360p", base_url="http://localhost:31000", model="mova-360p")


# ---- two at once -----------------------------------------------------------------------------------------------


def two(first: Wish, second: Wish, machine: Sequence[Gpu]) -> list[Plan]:
    return plans([first, second], machine, None, dry_run=False)


def test_two_models_at_once(mova: str, mova_720p: str) -> None:
    made = two(Wish(mova, gpus=(0, 1, 2, 3)), Wish(mova_720p, gpus=(4, 5, 6, 7)), alike(8, 141))
    assert [environment(one)["CUDA_VISIBLE_DEVICES"] for one in made] == ["0,1,2,3", "4,5,6,7"]
    assert [one.name for one in made] == ["mova-360p", "mova-720p"]
    used = [
        port for one in made for port in (one.ports.http, one.ports.http + 1, one.ports.scheduler, one.ports.master)
    ]
    assert len(set(used)) == 8


def test_twice_the_same_model(mova: str) -> None:
    first, second = two(Wish(mova, gpus=(0,)), Wish(mova, gpus=(1,)), alike(2, 80))
    assert (first.ports.http, second.ports.http) == (30000, 30010)
    assert (first.name, second.name) == ("mova-360p", "mova-360p-30010")
    assert len({first.output_path, second.output_path}) == 2


def test_two_that_want_one_port(mova: str, mova_720p: str) -> None:
    with pytest.raises(PortTaken, match="the other server"):
        two(Wish(mova, gpus=(0,), port=31000), Wish(mova_720p, gpus=(1,), port=31001), alike(2, 80))


@pytest.mark.parametrize(("first", "second"), [((0, 1), (1, 2)), (None, (1,)), ((0,), None), (None, None)])
def test_two_that_would_share_a_gpu(mova: str, first: tuple[int, ...] | None, second: tuple[int, ...] | None) -> None:
    with pytest.raises(GpusShared):
        two(Wish(mova, gpus=first), Wish(mova, gpus=second), alike(4, 80))


# ---- the command -----------------------------------------------------------------------------------------------


def test_the_whole_command(mova: str) -> None:
    made = plan(mova, alike(8, 141), output_path="/data/out", input_save_path="/data/in")
    assert shown(made, options(made)) == (
        f"sglang serve --model-type diffusion --model-path {mova} --served-model-name mova-360p --host 127.0.0.1 "
        "--port 30000 --strict-ports --scheduler-port 30002 --master-port 30003 --num-gpus 8 --ring-degree 2 "
        "--ulysses-degree 4 --tp-size 1 --dit-layerwise-offload false --dit-cpu-offload false --vae-cpu-offload false "
        "--enable-torch-compile --output-path /data/out --input-save-path /data/in --enable-metrics"
    )


def test_what_is_passed_on_wins(mova: str) -> None:
    made = plan(mova, alike(1, 80), passed_on=("--tp-size=2", "--log-level", "debug", "--enable-metrics", "false"))
    given = shlex.split(shown(made, options(made)))
    assert given[-5:] == ["--tp-size=2", "--log-level", "debug", "--enable-metrics", "false"]
    assert [given.count(name) for name in ("--tp-size", "--enable-metrics", "--port")] == [0, 1, 1]


def test_a_dry_run_shows_what_the_command_needs(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "my weights")
    made = plan(str(path), alike(2, 80), model="mova-720p", gpus=(1,), served_model_name="mine")
    lines = shown(made, options(made)).splitlines()
    assert [line.split()[0] for line in lines] == ["mkdir", "ln", "export", "sglang"]
    assert shlex.split(lines[1])[2] == str(path)
    assert "--served-model-name mine" in lines[3]
    assert not (made.model_path).exists()
