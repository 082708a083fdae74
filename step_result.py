"""What every step leaves behind: its output and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from notes import Note

Step = Literal["image_prompt", "first_frame", "visual_elements", "video_description", "render"]
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """``output`` is the step's text, or the name of its file in the job's folder; ``seconds`` is wall time."""

    step: Step
    output: str
    provider: str
    model: str
    seconds: float
    tokens: int | None = None
    warnings: tuple[Note, ...] = ()

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
