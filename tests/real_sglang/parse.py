"""Run SGLang's own parser over command lines: JSON lists of words come in on stdin, JSON facts go out, one a line.

With the Python of the environment that setup.sh makes. SGLang skips its check of the degrees without a GPU, so it is
called by hand.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from typing import Any

FACTS = (
    *("host", "port", "scheduler_port", "master_port", "strict_ports", "num_gpus", "tp_size", "sp_degree"),
    *("ring_degree", "ulysses_degree", "served_model_name", "performance_mode", "warmup_mode", "enable_torch_compile"),
    *("enable_cfg_parallel", "dit_layerwise_offload", "output_path", "input_save_path", "log_level"),
)
RESIDENT_PARTS = ("video_dit", "video_dit_2", "dual_tower_bridge", "text_encoder", "video_vae", "audio_vae")


def facts(words: list[str]) -> dict[str, Any]:
    from sglang.cli.serve import _extract_model_type_override
    from sglang.multimodal_gen.runtime.entrypoints.cli.serve import add_multimodal_gen_serve_args
    from sglang.multimodal_gen.runtime.server_args import ServerArgs

    kind, rest = _extract_model_type_override(words)
    sys.argv = ["sglang", *rest]
    parser = add_multimodal_gen_serve_args(argparse.ArgumentParser("sglang serve"))
    named, unknown = parser.parse_known_args(rest)
    told = ServerArgs.from_cli_args(named, unknown, default_args={"warmup_mode": "server"})
    told._validate_parallelism()
    found = {name: getattr(told, name) for name in FACTS}
    found["residency"] = {part: told.explicit_residency_mode(part) for part in RESIDENT_PARTS}
    return {**found, "kind": kind, "unknown": unknown, "config": type(told.pipeline_config).__name__}


def main() -> None:
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):  # SGLang's log
            try:
                answer = facts(json.loads(line))
            except (Exception, SystemExit) as problem:
                answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
