"""Steps 1 to 4 over a job's folder, whose files people may edit between two walks.

A step is made once: again only where its file is gone, or where something before it has changed. A file that was
edited, or put there by hand, is kept as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from errors import EmptyText, FileMissing
from job_folder import FIRST_FRAME, JobFolder, JobRecord
from pipeline import PREPARATION, Made, Materials, Tools, make
from step_result import Step, StepResult

if TYPE_CHECKING:
    from description.negative import NegativePrompt
    from media.crop import CropChoice

FILES: dict[Step, str] = {
    "image_prompt": "image_prompt.txt",
    "first_frame": FIRST_FRAME,
    "visual_elements": "visual_elements.txt",
    "video_description": "video_description.txt",
}
ORIGINAL = "first_frame_original"
YOURS = "user"

OnStep = Callable[[Step], AbstractContextManager[Callable[[StepResult], None]]]


@dataclass
class FolderWalk:
    """One walk; ``materials`` grow with it."""

    folder: JobFolder
    record: JobRecord
    materials: Materials
    tools: Tools
    crop: CropChoice
    negative_prompt: NegativePrompt | None = None

    def to(self, last: Step, on_step: OnStep) -> None:
        """Walk every step up to ``last``, recording each before the next begins.

        Raises:
            InputError, ProviderError, NoProvider, StorageError: what was made before is kept.
        """
        for step in PREPARATION[: PREPARATION.index(last) + 1]:
            if not self._is_kept(step):
                with on_step(step) as done:
                    self._keep(step, make(step, self.materials, self.tools))
                    done(self._result(step))
            self.folder.save(self.record)

    def give_picture(self, source: bytes, suffix: str) -> None:
        """Take the person's own picture for the first frame; no image prompt is needed then."""
        self._drop_originals()
        self.folder.write(f"{ORIGINAL}.{suffix}", source)
        self._refit()
        self._note_step("image_prompt", self._yours("image_prompt"), state="skipped", file=None)
        self._note_step("first_frame", self._yours("first_frame"))

    def _is_kept(self, step: Step) -> bool:
        """Whether the step's file can stay; then the materials take it."""
        recorded, digest = self._recorded(step), self._digest(step)
        if recorded.get("state") == "skipped":
            return True
        if digest is None:
            return False
        if digest != recorded.get("sha256"):
            self._take_edit(step, recorded)
        elif recorded.get("input_hash") != self.materials.input_hash(step) and not self._is_yours(recorded):
            return False
        self._take(step)
        return True

    def _take_edit(self, step: Step, recorded: dict[str, Any]) -> None:
        """Record a file that was edited or put there by hand."""
        if step == "first_frame":
            self._drop_originals()
        provider = str(recorded.get("provider") or YOURS)
        self._note_step(step, self._yours(step, provider, str(recorded.get("model") or "")), edited=True)

    def _take(self, step: Step) -> None:
        if step == "first_frame":
            self._refit()
            self._recorded(step)["sha256"] = self._digest(step)
        else:
            text = self._text(step)
            self.materials = self.materials.with_text(step, text)
            self._recorded(step)["output"] = text

    def _keep(self, step: Step, made: Made) -> None:
        """Write a step's files first, then its record."""
        for name, data in made.files.items():
            self._drop_originals()
            self.folder.write(name, data)
        if step != "first_frame":
            self.folder.write(FILES[step], f"{made.result.output}\n".encode())
        self._note_step(step, made.result, edited=False)
        if made.negative_prompt:
            self._offer(step, made.negative_prompt)
        self._take(step)

    def _offer(self, step: Step, offered: NegativePrompt) -> None:
        self.negative_prompt = offered
        reasons = [str(reason) for reason in offered.notes]
        self._recorded(step)["negative_prompt"] = {"value": offered.value, "reasons": reasons}

    def _refit(self) -> None:
        """Fit the original to the size of the render: free, so it is not a reason to buy a picture again."""
        from media.frames import open_source, render_frame

        original = next(iter(sorted(self.folder.path.glob(f"{ORIGINAL}.*"))), None)
        if original is None:
            original = self.folder.write(f"{ORIGINAL}.png", (self.folder.path / FIRST_FRAME).read_bytes())
        picture = open_source(original, self.tools.settings)
        frame, notes = render_frame(picture, self.materials.render, self.crop)
        self.folder.write_first_frame(self.record, frame)
        self.record.source_picture = f"{picture.width}x{picture.height}"
        self.record.warn(notes)
        self.materials = replace(self.materials, first_frame=frame)

    def _drop_originals(self) -> None:
        for old in self.folder.path.glob(f"{ORIGINAL}.*"):
            old.unlink()

    def _text(self, step: Step) -> str:
        try:
            text = (self.folder.path / FILES[step]).read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as problem:
            raise FileMissing(name=FILES[step], reason=type(problem).__name__) from None
        if not text:
            raise EmptyText(name=FILES[step])
        return text

    def _digest(self, step: Step) -> str | None:
        path = self.folder.path / FILES[step]
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    def _recorded(self, step: Step) -> dict[str, Any]:
        return next((one for one in self.record.steps if one["step"] == step), {})

    def _result(self, step: Step) -> StepResult:
        one = self._recorded(step)
        return StepResult(
            step=step, output=str(one["output"]), provider=one["provider"], model=one["model"], seconds=one["seconds"]
        )

    def _note_step(self, step: Step, result: StepResult, **more: object) -> None:
        self.record.take_step(result)
        kept = {"file": FILES[step], "sha256": self._digest(step), "input_hash": self.materials.input_hash(step)}
        self._recorded(step).update({**kept, **more})

    @staticmethod
    def _yours(step: Step, provider: str = YOURS, model: str = "") -> StepResult:
        return StepResult(step=step, output=FILES[step], provider=provider, model=model, seconds=0.0)

    @staticmethod
    def _is_yours(recorded: dict[str, Any]) -> bool:
        return bool(recorded.get("edited")) or recorded.get("provider") == YOURS
