"""What the person asks for: one set of options for each ``--model-path``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from core.errors import BadOption, NoModelPath, OptionMisplaced, OptionsUnclear
from core.messages import gettext_noop
from launcher.fit import BRANCHES, RESIDENCIES
from launcher.gpus import listed
from launcher.passed_on import parallel
from launcher.resolution import MODELS

# What the launcher itself has to know of the server that it watches.
_WATCHED = ("--model-path", "--host", "--port")
_COUNTS = (
    *("num_gpus", "gpu_memory", "cfg_parallel_size", "ring_degree", "ulysses_degree"),
    *("tune_frames", "tune_steps"),
)
FILES = Path(__file__).resolve().parent.parent / "sglang_files"

_ABOUT = """Start SGLang serving MOVA, with options that fit this machine, and supervise it until it ends.

Options before the first --model-path hold for all models, those after it for that model alone:
  %(prog)s --model-path /models/MOVA-360p --gpus 0-3 --model-path /models/MOVA-720p --gpus 4-7
"""


@dataclass(frozen=True)
class LaunchRequest:
    """The options of one server; None is left to the launcher. ``passed_on`` goes to SGLang as it stands."""

    model_path: str
    model: str | None = None
    gpus: tuple[int, ...] | None = None
    num_gpus: int | None = None
    gpu_memory: float | None = None
    cfg_parallel_size: int | None = None
    ring_degree: int | None = None
    ulysses_degree: int | None = None
    residency: str | None = None
    host: str = "127.0.0.1"
    port: int | None = None
    served_model_name: str | None = None
    output_path: str | None = None
    input_save_path: str | None = None
    force: bool = False
    tune: str | None = None
    tune_frames: int | None = None
    tune_steps: int | None = None
    tune_path: str | None = None
    no_tuned: bool = False
    passed_on: tuple[str, ...] = ()


def wishes(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[list[LaunchRequest], bool]:
    """The servers that are asked for, and whether to start them for real.

    Raises:
        OptionsUnclear, OptionMisplaced, BadOption: an option or a value that cannot be.
        NoModelPath: neither --model-path nor MOVA_MODEL_PATH.
    """
    ours, passed_on = _cut(list(arguments), "--")
    for name in passed_on:
        if name.split("=", 1)[0] in _WATCHED:
            raise OptionMisplaced(option=name.split("=", 1)[0])
    planned, passed_on = _planned(passed_on)
    parsed = [argparse.Namespace(**vars(_parser().parse_args(group)) | planned) for group in _groups(ours)]
    for options in parsed:
        options.model_path = options.model_path or environment.get("MOVA_MODEL_PATH")
        if not options.model_path:
            raise NoModelPath
    return [_wish(options, passed_on) for options in parsed], any(options.dry_run for options in parsed)


def without_install(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The other arguments, and whether SGLang is to be installed first."""
    ours, passed_on = _cut(list(arguments), "--")
    others = [word for word in ours if word != "--install"]
    return [*others, *(["--", *passed_on] if "--" in arguments else [])], len(others) < len(ours)


def _wish(options: argparse.Namespace, passed_on: Sequence[str]) -> LaunchRequest:
    given = {name: value for name, value in vars(options).items() if name not in ("dry_run", "gpus", "install")}
    for name in _COUNTS:
        if given[name] is not None and not 0 < given[name] < 10_000:
            raise BadOption(
                option=f"--{name.replace('_', '-')}", value=given[name], accepted=gettext_noop("a positive number")
            )
    if (given["cfg_parallel_size"] or 1) > BRANCHES:
        size, accepted = given["cfg_parallel_size"], gettext_noop("1 or 2: MOVA's guidance has two branches")
        raise BadOption(option="--cfg-parallel-size", value=size, accepted=accepted)
    gpus = listed(options.gpus) if options.gpus is not None else None
    return LaunchRequest(**given, gpus=gpus, passed_on=tuple(passed_on))


def _planned(passed_on: list[str]) -> tuple[dict[str, Any], list[str]]:
    """How a render is to be spread, where that comes after ``--``, and the other words.

    SGLang refuses one degree that is told without the others, which are planned here.
    """
    if parallel(passed_on):
        return {}, passed_on
    parser = _Parser(add_help=False, allow_abbrev=False)
    _add_spread(parser)
    found, others = parser.parse_known_args(passed_on)
    return {name: value for name, value in vars(found).items() if value is not None}, others


def _groups(words: list[str]) -> list[list[str]]:
    """The words of each model: those before the first --model-path, then its own."""
    starts = [n for n, word in enumerate(words) if word == "--model-path" or word.startswith("--model-path=")]
    if not starts:
        return [words]
    ends = [*starts[1:], len(words)]
    return [words[: starts[0]] + words[start:end] for start, end in zip(starts, ends, strict=True)]


def _cut(words: list[str], at: str) -> tuple[list[str], list[str]]:
    return (words[: words.index(at)], words[words.index(at) + 1 :]) if at in words else (words, [])


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OptionsUnclear(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="launch_sglang_server.sh",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog="Everything after -- goes to `sglang serve` as it stands.",
    )
    for add in (_add_model, _add_gpus, _add_network, _add_tuning):
        add(parser)
    parser.add_argument(
        "--install", action="store_true", help="first put SGLang into an environment of its own (.venv-sglang)"
    )
    parser.add_argument("--force", action="store_true", help="start also what is refused because it is known to fail")
    parser.add_argument("--dry-run", action="store_true", help="print the command and the reasons, start nothing")
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model-path", metavar="DIR", help="the checkpoint; default: MOVA_MODEL_PATH")
    parser.add_argument("--model", choices=MODELS, help="where neither its name nor its settings tell")
    parser.add_argument("--served-model-name", metavar="NAME", help="default: the model")


def _add_gpus(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gpus", metavar="LIST", help="which GPUs, as nvidia-smi counts them: 0-3 or 0,2; default: all"
    )
    parser.add_argument("--gpu-memory", type=float, metavar="GB", help="memory of each, instead of looking")
    _add_spread(parser)
    parser.add_argument("--residency", choices=RESIDENCIES, help="where weights rest; default: what fits the memory")


def _add_spread(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--num-gpus", type=int, metavar="N", help="how many of them; default: all that fit")
    parser.add_argument(
        "--cfg-parallel-size",
        type=int,
        metavar="N",
        help="2: both branches of guidance at the same time, half of the GPUs each; default where their number is even",
    )
    parser.add_argument(
        "--enable-cfg-parallel",
        dest="cfg_parallel_size",
        nargs="?",
        type=_branches,
        const=BRANCHES,
        metavar="true|false",
        help="the same as --cfg-parallel-size 2 or 1",
    )
    parser.add_argument("--ring-degree", type=int, metavar="N", help="cfg x ring x ulysses = the number of GPUs")
    parser.add_argument("--ulysses-degree", type=int, metavar="N", help="has to divide the attention heads: 1, 2 or 4")


def _branches(text: str) -> int:
    try:
        return {"true": BRANCHES, "false": 1}[text.lower()]
    except KeyError:
        raise argparse.ArgumentTypeError("true or false") from None


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in; SGLang has no login")
    parser.add_argument("--port", type=int, metavar="P", help="default 30000, 30100 for 720p; P to P+3 are used")
    parser.add_argument("--output-path", metavar="DIR", help="where SGLang leaves videos; default: sglang_files/")
    parser.add_argument("--input-save-path", metavar="DIR", help="where SGLang leaves first frames")


def _add_tuning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tune",
        nargs="?",
        const="full",
        choices=("full", "quick"),
        help="measure which options render fastest here, keep the best; with --dry-run only list what is measured",
    )
    parser.add_argument("--tune-frames", type=int, metavar="N", help="of each clip; default 193, quick 49")
    parser.add_argument("--tune-steps", type=int, metavar="N", help="of each clip; default 50, quick 10")
    parser.add_argument("--tune-path", metavar="DIR", help="where clips, logs and results lie; default: sglang_files/")
    parser.add_argument("--no-tuned", action="store_true", help="leave out what an earlier --tune found")
