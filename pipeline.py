"""The steps in their order: the only place that knows it. Plain functions from materials to results.

They know no browser, no database and no queue, so that a folder, a test and a job engine can all walk them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from core.messages import gettext_noop, message
from core.references import Reference, ReferenceFile, names_of
from core.steps import STEPS, Maker, Step, StepResult

if TYPE_CHECKING:
    from config import Settings
    from core.references import Role
    from core.render_settings import Orientation, RenderSettings
    from generate_first_frame import FirstFrame
    from providers.base import Capability, Provider

PREVIEW_MESSAGE = message(
    gettext_noop("This is a preview and not MOVA: the preview engine draws an animatic of the first frame.")
)
OFFLINE_MESSAGE = message(
    gettext_noop(
        "Texts or a frame made offline, without a model, are about to go to a real GPU. Set a key for Gemini or "
        "DashScope, or OPENAI_BASE_URL, for much better ones."
    )
)
KEPT_DRAFTS_NOTE = message(
    gettext_noop(
        "Texts or a frame made offline, without a model, are about to go to a real GPU, although a service is set up."
    )
)

PREPARATION: tuple[Step, ...] = STEPS[:-1]
# What a step asks a service for, and the prompt files that it goes by.
ASKS: dict[Step, Capability] = {
    "image_prompt": "text",
    "first_frame": "image",
    "visual_elements": "vision",
    "video_description": "text",
}
_PROMPTS: dict[Step, tuple[str, ...]] = {
    "image_prompt": ("image_prompt",),
    "first_frame": (),
    "visual_elements": ("visual_elements",),
    "video_description": ("video_description", "correction"),
}
_NAMED: tuple[Role, ...] = ("person", "place")  # what an image prompt calls by name
SHORTENED: tuple[Step, ...] = ("image_prompt", "first_frame")


@dataclass(frozen=True, kw_only=True)
class StepInputs:
    """What decides the results of the steps; None stands for the result of a step that is not made yet.

    ``first_frame`` is the SHA-256 of the PNG as it is looked at and sent; ``seconds`` is the length of the clip.
    ``references`` are pictures that the first frame is drawn after.
    """

    description: str
    orientation: Orientation
    seconds: float
    captions: bool = False
    subtitle_marker: bool = True
    image_prompt: str | None = None
    first_frame: str | None = None
    visual_elements: str | None = None
    references: tuple[Reference, ...] = ()

    def of(self, step: Step) -> tuple[object, ...]:
        """What decides one step. A picture once made is not bought again for another size of render."""
        clip = (self.seconds, self.captions, self.subtitle_marker)
        named, shown = names_of(self.references, *_NAMED), [one.model_dump() for one in self.references]
        inputs: dict[Step, tuple[object, ...]] = {
            "image_prompt": (*words_of(self.description, self.orientation), *([list(named)] if named else [])),
            "first_frame": (self.image_prompt, self.orientation, *([shown] if shown else [])),
            "visual_elements": (self.first_frame,),
            "video_description": (self.description, self.visual_elements, *clip),
        }
        return inputs[step]

    def hash_of(self, step: Step) -> str | None:
        """With its maker it tells whether a step has to be made again; None where an input is not made yet."""
        inputs = self.of(step)
        return None if None in inputs else hash_of(step, inputs)

    def with_output(self, step: Step, output: str | None) -> StepInputs:
        """With a step's result in place: its text, or the digest of its frame."""
        if step == "image_prompt":
            return replace(self, image_prompt=output)
        if step == "first_frame":
            return replace(self, first_frame=output)
        return replace(self, visual_elements=output) if step == "visual_elements" else self


@dataclass(frozen=True, kw_only=True)
class Materials:
    """What the steps work from: the person's words, and what earlier steps have made of them.

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
    references: tuple[ReferenceFile, ...] = ()


def words_of(description: str, orientation: Orientation) -> tuple[object, ...]:
    """What the first step of a job works from."""
    return description, orientation


def hash_of(step: Step, inputs: tuple[object, ...]) -> str:
    """Two results of a step from the same inputs have the same one, whoever made them."""
    return hashlib.sha256(json.dumps([step, *inputs], ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Tools:
    """``choose`` gives the provider for a capability, so that only a step that is walked loads its SDK."""

    settings: Settings
    choose: Callable[[Capability], Provider]


def maker_of(step: Step, choose: Callable[[Capability], Provider], *, after_pictures: bool = False) -> Maker:
    """Who would make a step with these services; a service that is not there is replaced by drafts without a prompt.

    Args:
        after_pictures: the first frame is drawn after reference pictures, for which a service may have another model.
    """
    from prompts import digest
    from providers.offline import NAME

    provider = choose(ASKS[step])
    model = provider.model(ASKS[step])
    if step == "first_frame" and after_pictures and provider.references:
        model = provider.references.model
    if provider.name == NAME:
        return Maker(provider=NAME, model=model)
    limited = step in SHORTENED and not after_pictures and choose("image").prompt_limit is not None
    return Maker(
        provider=provider.name,
        model=model,
        prompts=digest(*_PROMPTS[step], *(("shorten",) if limited else ())),
        shortens=limited,
    )


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
    from generate_first_frame import check_references, write_image_prompt

    shown = [one.reference for one in materials.references]
    check_references(tools.choose("image"), shown)
    result = write_image_prompt(
        materials.description,
        orientation=materials.orientation,
        writer=tools.choose("text"),
        limit=None if shown else tools.choose("image").prompt_limit,
        names=names_of(shown, *_NAMED),
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
        references=materials.references,
    )
    if materials.references:
        frame = replace(frame, result=_compared(frame, materials, tools))
    original = {f"first_frame_original.{frame.original_suffix}": frame.original}
    return Made(frame.result, original)


def _compared(frame: FirstFrame, materials: Materials, tools: Tools) -> StepResult:
    """The frame's result with whom it shows as on their cards; what cannot be told is no error of the step."""
    from qwen_vl_api import compare_with_cards

    viewer = partial(tools.choose, "vision")
    notes, tokens = compare_with_cards(
        frame.png, materials.references, viewer=viewer, settings=tools.settings, text=materials.description
    )
    result = frame.result
    both = [one for one in (result.tokens, tokens) if one is not None]
    return replace(result, warnings=(*result.warnings, *notes), tokens=sum(both) if both else None)


def _visual_elements(materials: Materials, tools: Tools) -> Made:
    from qwen_vl_api import extract_visual_elements

    result = extract_visual_elements(
        materials.first_frame, viewer=tools.choose("vision"), image_prompt=materials.image_prompt
    )
    return Made(result)


def _video_description(materials: Materials, tools: Tools) -> Made:
    from prompt_rewriter_with_image import DescriptionRequest, write_video_description

    request = DescriptionRequest(
        user_text=materials.description,
        elements=materials.visual_elements,
        seconds=materials.render.seconds,
        captions=materials.captions,
        marker=materials.subtitle_marker,
    )
    described = write_video_description(request, writer=tools.choose("text"))
    return Made(described.result)
