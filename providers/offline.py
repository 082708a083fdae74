"""The provider that needs no network, no key and no model: the person's own words, a drawing of them, measurements.

It is honest about that: ``provider`` is ``offline`` in every answer, and the steps put ``NOTES`` on every result.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from core.errors import NoProvider
from core.messages import Message, gettext_noop, message
from core.steps import Step
from description.draft import image_prompt_draft, is_chinese, shortened, video_description_draft
from providers.base import (
    Capability,
    HeardAnswer,
    HearingRequest,
    ImageAnswer,
    ImageRequest,
    TextAnswer,
    TextRequest,
    TextTask,
    VisionRequest,
)

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "offline"
_MODELS: dict[Capability, str] = {"text": "words", "vision": "measured", "image": "drawing", "hearing": ""}
NOTES: dict[Step, Message] = {
    "image_prompt": message(
        gettext_noop("Made offline, without a model: the image prompt is the description in its own words.")
    ),
    "first_frame": message(
        gettext_noop("Made offline, without a model: the first frame is a sketch of shapes drawn from the words.")
    ),
    "visual_elements": message(
        gettext_noop(
            "Made offline, without a model: a sketch is told from its words, any other frame measured; "
            "nothing in it was recognised."
        )
    ),
    "video_description": message(
        gettext_noop(
            "Made offline, without a model: a draft of the description's own words; a rewriting model does much better."
        )
    ),
}


class Offline:
    """Text, vision and pictures, the same answer for the same request.

    The texts are built from ``TextRequest.facts``.
    """

    name = NAME
    capabilities: frozenset[Capability] = frozenset({"text", "image", "vision"})
    prompt_limit: int | None = None
    references: None = None

    def model(self, capability: Capability) -> str:
        return _MODELS[capability]

    def text(self, request: TextRequest) -> TextAnswer:
        """A draft.

        Raises:
            TextTooLong: the description is too long to be put into shape without a model.
        """
        return TextAnswer(text=_draft(request.task, request.facts), provider=NAME, model=_MODELS["text"], seconds=0.0)

    def vision(self, request: VisionRequest) -> TextAnswer:
        """What is known of our own drawing from its words; of any other picture what can be measured."""
        from media.measured_picture import measured

        picture = _opened(request.picture)
        told = _told(picture, request.image_prompt)
        return TextAnswer(
            text=told or measured(picture),
            provider=NAME,
            model=_MODELS["text" if told else "vision"],
            seconds=0.0,
        )

    def image(self, request: ImageRequest) -> ImageAnswer:
        """The scene of the prompt's words drawn as shapes, as PNG bytes of exactly the render's size."""
        from media.pictures import png_bytes
        from storyboard.signature import still

        drawing = still(request.prompt, request.width, request.height)
        return ImageAnswer(data=png_bytes(drawing), provider=NAME, model=_MODELS["image"], seconds=0.0)

    def hear(self, request: HearingRequest) -> HeardAnswer:
        """Without a model nothing is claimed about words.

        Raises:
            NoProvider
        """
        raise NoProvider(step="hearing")


def _draft(task: TextTask, facts: dict[str, str]) -> str:
    from storyboard.scene import scene_of
    from storyboard.telling import ambience_of, view_of

    if task == "image_prompt":
        text, chinese = facts["user_text"], is_chinese(facts["user_text"])
        view = view_of(scene_of(text), facts["orientation"], chinese=chinese)
        return f"{image_prompt_draft(text)}{'' if chinese else ' '}{view}"
    if task == "shorten":
        return shortened(facts["text"], int(facts["limit"]))
    if task == "video_description":
        text = facts["user_text"]
        return video_description_draft(text, facts["elements"], ambience_of(scene_of(text), chinese=is_chinese(text)))
    return facts["text"]  # a correction needs a model


def _told(picture: Image, image_prompt: str) -> str:
    """Sentences about a picture that was drawn from these words; empty for any other picture."""
    from storyboard.scene import scene_of
    from storyboard.signature import is_still_of
    from storyboard.telling import elements_of

    scene = scene_of(image_prompt)
    if not image_prompt or not is_still_of(picture, scene):
        return ""
    orientation = "portrait" if picture.height > picture.width else "landscape"
    return elements_of(scene, orientation, chinese=is_chinese(image_prompt))


def _opened(picture: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(picture)).convert("RGB")
