"""The program as a later version may be, with a step more: python -m tests.jobs.crash.newer_version < LIFE

``mood`` comes before the video description, and what makes the steps is another function than before.
"""

from __future__ import annotations

import json
import sys
from typing import Literal, get_args

from core import steps as step_result

# Before anything else is imported: every module then sees the newer steps, as it would after an upgrade.
_Newer = Literal["image_prompt", "first_frame", "visual_elements", "mood", "video_description", "render"]
step_result.Step = _Newer
step_result.STEPS = get_args(_Newer)


def _upgrade() -> None:
    import pipeline

    make, inputs = pipeline.make, pipeline.StepInputs.of

    def newer_make(step: str, materials: pipeline.Materials, tools: pipeline.Tools) -> pipeline.Made:
        if step != "mood":
            return make(step, materials, tools)  # type: ignore[arg-type]
        result = step_result.StepResult(step=step, output="calm", provider="newer", model="newer", seconds=0.0)  # type: ignore[arg-type]
        return pipeline.Made(result)

    def newer_inputs(self: pipeline.StepInputs, step: str) -> tuple[object, ...]:
        return (self.visual_elements,) if step == "mood" else inputs(self, step)  # type: ignore[arg-type]

    pipeline.ASKS["mood"] = "text"  # type: ignore[index]
    pipeline._PROMPTS["mood"] = ()  # type: ignore[index]
    pipeline.make = newer_make
    pipeline.StepInputs.of = newer_inputs  # type: ignore[method-assign]


def main() -> None:
    _upgrade()
    from tests.jobs.crash import victim

    victim.live(json.load(sys.stdin))


if __name__ == "__main__":
    main()
