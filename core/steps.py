"""What every step leaves behind: its output and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from core.messages import Message

Step = Literal["image_prompt", "first_frame", "visual_elements", "video_description", "render"]
STEPS: tuple[Step, ...] = get_args(Step)


def following(step: Step) -> tuple[Step, ...]:
    """The steps of the preparation after one."""
    return STEPS[STEPS.index(step) + 1 : -1]


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Who makes a step: a service, the model that it is asked for, and a digest of the content of its prompt files.

    ``shortens``: the image service takes only so many characters, so that a prompt may have to be shortened first.
    """

    provider: str
    model: str
    prompts: str = ""
    shortens: bool = field(default=False, compare=False)

    def as_json(self) -> dict[str, str]:
        """What is recorded of it."""
        return {"provider": self.provider, "model": self.model, "prompts": self.prompts}


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """``output`` is the step's text, or the name of its file in the job's folder; ``seconds`` is wall time."""

    step: Step
    output: str
    provider: str
    model: str
    seconds: float
    tokens: int | None = None
    warnings: tuple[Message, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "step": self.step,
            "provider": self.provider,
            "model": self.model,
            "seconds": round(self.seconds, 3),
            "tokens": self.tokens,
            "output": self.output,
            "warnings": [str(warning) for warning in self.warnings],
        }
