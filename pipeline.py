"""The steps in their order: the only place that knows it. Plain functions from materials to results.

They know no browser, no database and no queue, so that a folder, a test and a job engine can all walk them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from notes import N_, note
from step_result import STEPS, Step, StepResult

if TYPE_CHECKING:
    from config import Settings
    from providers.base import Capability, Provider
    from render_settings import Orientation, RenderSettings

PREVIEW_NOTE = note(N_("This is a preview and not MOVA: the preview engine draws an animatic of the first frame."))
OFFLINE_NOTE = note(
    N_(
        "Texts or a frame made offline, without a model, go to a real GPU now. "
        "Set a key for Gemini or DashScope, or OPENAI_BASE_URL, for much better ones."
    )
)

PREPARATION: tuple[Step, ...] = STEPS[:-1]


@dataclass(frozen=True, kw_only=True)
class Materials:
    """What the steps work from: the person's wish, and what earlier steps have made of it.

    ``first_frame`` is PNG bytes of exactly ``render.width`` x ``render.height``.
    """

    description: str
    orientation: Orientation
    render: RenderSettings
    captions: bool = False
    subtitle_marker: bool = True
    image_prompt: str = ""
    first_frame: bytes = b""
    visual_elements: str = ""
    video_description: str = ""

    def with_text(self, step: Step, text: str) -> Materials:
        """With a text step's output in place."""
        texts = {"image_prompt": self.image_prompt, "visual_elements": self.visual_elements}
        texts |= {"video_description": self.video_description, step: text}
        return replace(
            self,
            image_prompt=texts["image_prompt"],
            visual_elements=texts["visual_elements"],
            video_description=texts["video_description"],
        )

    def inputs(self, step: Step) -> tuple[object, ...]:
        """What decides a step's result. A picture once made is not bought again for another size of render."""
        clip = (self.render.seconds, self.captions, self.subtitle_marker)
        return {
            "image_prompt": (self.description, self.orientation),
            "first_frame": (self.image_prompt, self.orientation),
            "visual_elements": (hashlib.sha256(self.first_frame).hexdigest(),),
            "video_description": (self.description, self.visual_elements, *clip),
            "render": (self.video_description, hashlib.sha256(self.first_frame).hexdigest(), str(self.render)),
        }[step]

    def input_hash(self, step: Step) -> str:
        """A step whose hash is unchanged need not be made again."""
        return hashlib.sha256(json.dumps([step, *self.inputs(step)], ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Tools:
    """``choose`` gives the provider for a capability, so that only a step that is walked loads its SDK."""

    settings: Settings
    choose: Callable[[Capability], Provider]


@dataclass(frozen=True)
class Made:
    """A step's result; ``files`` are further files to keep, by name."""

    result: StepResult
    files: Mapping[str, bytes] = field(default_factory=dict)


def make(step: Step, materials: Materials, tools: Tools) -> Made:
    """Walk one step of the preparation.

    Raises:
        InputError, ProviderError, NoProvider.
    """
    makers: dict[Step, Callable[[Materials, Tools], Made]] = {
        "image_prompt": _image_prompt,
        "first_frame": _first_frame,
        "visual_elements": _visual_elements,
        "video_description": _video_description,
    }
    return makers[step](materials, tools)


def _image_prompt(materials: Materials, tools: Tools) -> Made:
    from generate_first_frame import write_image_prompt

    result = write_image_prompt(
        materials.description,
        orientation=materials.orientation,
        writer=tools.choose("text"),
        limit=tools.choose("image").prompt_limit,
    )
    return Made(result)


def _first_frame(materials: Materials, tools: Tools) -> Made:
    from generate_first_frame import make_first_frame

    frame = make_first_frame(
        materials.image_prompt,
        size=(materials.render.width, materials.render.height),
        artist=tools.choose("image"),
        writer=tools.choose("text"),
        settings=tools.settings,
    )
    original = {f"first_frame_original.{frame.original_suffix}": frame.original}
    return Made(frame.result, original)


def _visual_elements(materials: Materials, tools: Tools) -> Made:
    from qwen_vl_api import extract_visual_elements

    result = extract_visual_elements(materials.first_frame, viewer=tools.choose("vision"))
    return Made(result)


def _video_description(materials: Materials, tools: Tools) -> Made:
    from prompt_rewriter_with_image import Wish, write_video_description

    wish = Wish(
        user_text=materials.description,
        elements=materials.visual_elements,
        seconds=materials.render.seconds,
        captions=materials.captions,
        marker=materials.subtitle_marker,
    )
    described = write_video_description(wish, writer=tools.choose("text"))
    return Made(described.result)
