"""Every decision on made-up machines, up to the command."""

from __future__ import annotations

import errno
import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    BadOption,
    DegreesUnfit,
    GpuMissing,
    GpusShared,
    LaunchError,
    NoGpu,
    PortTaken,
    QuantizationRefused,
    TooFewGpus,
    TooLittleMemory,
)
from core.render_settings import SIZES, TRAINED_FRAMES
from launcher import ports
from launcher.command import config_line, environment, options, shown, words
from launcher.fit import COMPONENT, LAYERWISE, RESIDENT, Spread
from launcher.gpus import Gpu
from launcher.options import LaunchRequest
from launcher.plan import Plan, for_installed, plans
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
    path: str, machine: Sequence[Gpu], *, host_gb: float | None = 2000, dry_run: bool = False, **wanted: Any
) -> Plan:
    return plans([LaunchRequest(path, **wanted)], machine, host_gb, dry_run=dry_run)[0]


def said(made: Plan) -> str:
    return "\n".join(message.text() for message in (*made.reasons, *made.warnings))


# What SGLang 0.5.23's parser takes for MOVA: CFG parallel, ring, Ulysses.
DEGREES = {1: (1, 1, 1), 2: (2, 1, 1), 3: (1, 3, 1), 4: (2, 1, 2), 8: (2, 1, 4)}
PARALLEL = ("--cfg-parallel-size", "--ring-degree", "--ulysses-degree", "--tp-size")
MODES = {12: LAYERWISE, 24: LAYERWISE, 48: COMPONENT, 80: COMPONENT, 141: RESIDENT}


@pytest.mark.parametrize("told", [True, False], ids=["told", "seen"])
@pytest.mark.parametrize("gb", MODES)
@pytest.mark.parametrize("count", DEGREES)
def test_every_machine(mova: str, count: int, gb: int, told: bool) -> None:
    made = plan(mova, [], num_gpus=count, gpu_memory=gb) if told else plan(mova, alike(count, gb))
    assert (made.spread, made.num_gpus, made.residency) == (Spread(*DEGREES[count]), count, MODES[gb])
    given = words(options(made), ())
    assert given[given.index("--num-gpus") + 1] == str(count)
    assert environment(made) == {}
    assert "--enable-torch-compile" not in given


@pytest.mark.parametrize("gb", [2, 8, 11])
def test_too_little_memory_is_said_before_loading(mova: str, gb: float) -> None:
    for machine, wanted in (
        (alike(2, gb), {}),
        ([], {"num_gpus": 2, "gpu_memory": gb}),
        (alike(2, gb), {"num_gpus": 1}),
    ):
        with pytest.raises(TooLittleMemory, match="MOVA needs 12 GB"):
            plan(mova, machine, **wanted)


def test_no_gpu_is_said_before_loading(mova: str) -> None:
    with pytest.raises(NoGpu) as caught:
        plan(mova, [])
    assert "--gpu-memory" in caught.value.next_step()


def test_a_dry_run_needs_no_gpu(mova: str) -> None:
    made = plan(mova, [], dry_run=True)
    assert made.num_gpus == 1
    assert "no GPU was found here" in said(made)
    assert plan(mova, [], dry_run=True, num_gpus=8).spread.ulysses == 4


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
    assert plan(mova, gpus(30, total=80)).residency == LAYERWISE


def test_who_has_the_memory_that_is_missing_is_named(mova: str) -> None:
    with pytest.raises(TooLittleMemory) as caught:
        plan(mova, [Gpu(0, 80, 5, users=("python3 (PID 7, 75 GB)",))])
    assert caught.value.raw == "python3 (PID 7, 75 GB)"


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"gpus": (0, 9)}, GpuMissing),
        ({"num_gpus": 5}, TooFewGpus),
        ({"num_gpus": 2, "gpus": (0,)}, BadOption),
        ({"ring_degree": 4, "ulysses_degree": 2}, TooFewGpus),
        ({"ring_degree": 3}, DegreesUnfit),
    ],
)
def test_gpus_that_cannot_be(mova: str, wanted: dict[str, Any], problem: type[LaunchError]) -> None:
    with pytest.raises(problem):
        plan(mova, alike(4, 80), **wanted)


def test_degrees_say_how_many_gpus(mova: str) -> None:
    made = plan(mova, alike(8, 80), ring_degree=1, ulysses_degree=2)
    assert (made.num_gpus, made.spread) == (2, Spread(1, 1, 2))
    made = plan(mova, alike(8, 80), ring_degree=1, ulysses_degree=2, cfg_parallel_size=2)
    assert (made.num_gpus, made.spread) == (4, Spread(2, 1, 2))


@pytest.mark.parametrize("count", DEGREES)
def test_the_reasons_say_what_the_command_does(mova: str, count: int) -> None:
    made = plan(mova, alike(count, 80))
    reasons, given = "\n".join(reason.text() for reason in made.reasons), words(options(made), ())
    told = {name: int(given[given.index(name) + 1]) for name in PARALLEL if name in given}
    assert math.prod(told.values()) == count
    assert ("CFG parallel 2" in reasons) == ("--cfg-parallel-size" in given) == (count % 2 == 0)
    assert ("ring" in reasons) == (told["--ring-degree"] * told["--ulysses-degree"] > 1)
    if "ring" in reasons:
        assert f"ring {told['--ring-degree']} x ulysses {told['--ulysses-degree']}" in reasons


def test_a_render_on_many_gpus_without_cfg_parallel(mova: str) -> None:
    made = plan(mova, alike(8, 80), cfg_parallel_size=1)
    assert made.spread == Spread(1, 2, 4)
    assert "CFG parallel" not in said(made)
    assert "--cfg-parallel-size" not in shown(made, options(made))


def test_an_sglang_that_does_not_know_cfg_parallel(mova: str) -> None:
    made = plan(mova, alike(4, 80))
    assert for_installed(made, None) == for_installed(made, {"--cfg-parallel-size"}) == made
    older = for_installed(made, {"--ring-degree"})
    assert older.spread == Spread(1, 1, 4)
    assert "does not know --cfg-parallel-size: planned without it" in said(older)
    assert "ring 1 x ulysses 4" in said(older)
    assert "CFG parallel 2" not in said(older)


@pytest.mark.parametrize("option", ["--tp-size", "--sp-degree"])
def test_a_spread_that_is_passed_on_is_left_to_sglang(mova: str, option: str) -> None:
    made = plan(mova, alike(4, 80), passed_on=(option, "4"))
    assert f"is left to SGLang, as {option} is passed on" in said(made)
    assert "CFG" not in said(made)
    given = shlex.split(shown(made, options(made)))
    assert [name for name in PARALLEL if name in given] == ([option] if option in PARALLEL else [])
    assert for_installed(made, {"--ring-degree"}) == made


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


def two(first: LaunchRequest, second: LaunchRequest, machine: Sequence[Gpu]) -> list[Plan]:
    return plans([first, second], machine, None, dry_run=False)


def test_two_models_at_once(mova: str, mova_720p: str) -> None:
    made = two(LaunchRequest(mova, gpus=(0, 1, 2, 3)), LaunchRequest(mova_720p, gpus=(4, 5, 6, 7)), alike(8, 141))
    assert [environment(one)["CUDA_VISIBLE_DEVICES"] for one in made] == ["0,1,2,3", "4,5,6,7"]
    assert [one.name for one in made] == ["mova-360p", "mova-720p"]
    used = [
        port for one in made for port in (one.ports.http, one.ports.http + 1, one.ports.scheduler, one.ports.master)
    ]
    assert len(set(used)) == 8


def test_twice_the_same_model(mova: str) -> None:
    first, second = two(LaunchRequest(mova, gpus=(0,)), LaunchRequest(mova, gpus=(1,)), alike(2, 80))
    assert (first.ports.http, second.ports.http) == (30000, 30010)
    assert (first.name, second.name) == ("mova-360p", "mova-360p-30010")
    assert len({first.output_path, second.output_path}) == 2


def test_two_that_want_one_port(mova: str, mova_720p: str) -> None:
    with pytest.raises(PortTaken, match="the other server"):
        two(LaunchRequest(mova, gpus=(0,), port=31000), LaunchRequest(mova_720p, gpus=(1,), port=31001), alike(2, 80))


@pytest.mark.parametrize(("first", "second"), [((0, 1), (1, 2)), (None, (1,)), ((0,), None), (None, None)])
def test_two_that_would_share_a_gpu(mova: str, first: tuple[int, ...] | None, second: tuple[int, ...] | None) -> None:
    with pytest.raises(GpusShared):
        two(LaunchRequest(mova, gpus=first), LaunchRequest(mova, gpus=second), alike(4, 80))


# ---- the command -----------------------------------------------------------------------------------------------


def test_the_whole_command(mova: str) -> None:
    made = plan(mova, alike(8, 141), output_path="/data/out", input_save_path="/data/in")
    assert shown(made, options(made)) == (
        f"sglang serve --model-type diffusion --model-path {mova} --served-model-name mova-360p --host 127.0.0.1 "
        "--port 30000 --strict-ports --scheduler-port 30002 --master-port 30003 --num-gpus 8 --cfg-parallel-size 2 "
        "--ring-degree 1 --ulysses-degree 4 --tp-size 1 --dit-layerwise-offload false --dit-cpu-offload false "
        "--vae-cpu-offload false --output-path /data/out --input-save-path /data/in --enable-metrics "
        "--warmup-resolutions 640x352 352x640 --warmup-num-frames 193 --uvicorn-access-log-exclude-prefixes /health "
        "--http-graceful-shutdown-timeout 5"
    )


def test_what_is_passed_on_wins(mova: str) -> None:
    made = plan(mova, alike(1, 80), passed_on=("--tp-size=2", "--log-level", "debug", "--enable-metrics", "false"))
    given = shlex.split(shown(made, options(made)))
    assert given[-5:] == ["--tp-size=2", "--log-level", "debug", "--enable-metrics", "false"]
    assert [given.count(name) for name in ("--tp-size", "--enable-metrics", "--port")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("words", "said_so"),
    [(("--enable-torch-compile",), True), (("--enable-torch-compile", "true", "--log-level", "debug"), True),
     (("--enable-torch-compile=false",), False), (("--enable-torch-compile", "false"), False), ((), False)],
)  # fmt: skip
def test_what_does_nothing_for_mova_is_said(mova: str, words: tuple[str, ...], said_so: bool) -> None:
    assert (
        "--enable-torch-compile does nothing for MOVA" in said(plan(mova, alike(1, 141), passed_on=words))
    ) == said_so


def test_the_warm_up_is_in_the_shapes_of_the_model(mova: str, mova_720p: str) -> None:
    for path, model in ((mova, "mova-360p"), (mova_720p, "mova-720p")):
        made = plan(path, alike(1, 141))
        given = words(options(made), ())
        first = given.index("--warmup-resolutions") + 1
        sizes = [f"{width}x{height}" for width, height in SIZES[model].values()]
        assert given[first : first + 4] == [*sizes, "--warmup-num-frames", str(TRAINED_FRAMES)]
        assert f"warm-up: {', '.join(sizes)} with 193 frames" in said(made)


def test_without_a_warm_up_its_options_would_switch_it_on_again(mova: str) -> None:
    made = plan(mova, alike(1, 141), passed_on=("--warmup-mode", "off"))
    assert "--warmup-resolutions" not in shown(made, options(made))
    assert "ready only means that it answers" in said(made)
    assert "warm-up: " not in said(made)
    made = plan(mova, alike(1, 141), passed_on=("--warmup-mode=server", "--warmup-num-frames", "17"))
    assert "--warmup-resolutions 640x352 352x640 " in shown(made, options(made))
    assert "--warmup-num-frames 193" not in shown(made, options(made))
    assert "193 frames" not in said(made)


@pytest.mark.parametrize(
    "words", [("--quantization", "fp8"), ("--quantization=nonsense",), ("--component-quantizations.video_dit", "fp8")]
)
def test_quantization_is_refused_unless_it_is_forced(mova: str, words: tuple[str, ...]) -> None:
    with pytest.raises(QuantizationRefused) as caught:
        plan(mova, alike(1, 141), passed_on=words)
    assert words[0].split("=")[0] in caught.value.message()
    assert "--force" in caught.value.next_step()
    made = plan(mova, alike(1, 141), passed_on=words, force=True)
    assert shlex.split(shown(made, options(made)))[-len(words) :] == list(words)


def test_a_dry_run_shows_what_the_command_needs(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "my weights")
    made = plan(str(path), alike(2, 80), model="mova-720p", gpus=(1,), served_model_name="mine")
    lines = shown(made, options(made)).splitlines()
    assert [line.split()[0] for line in lines] == ["mkdir", "ln", "export", "sglang"]
    assert shlex.split(lines[1])[2] == str(path)
    assert "--served-model-name mine" in lines[3]
    assert not (made.model_path).exists()
