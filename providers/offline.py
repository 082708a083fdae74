"""The provider that needs no network, no key and no model: drafts of the person's own words, a card, measurements.

It is honest about that: ``provider`` is ``offline`` in every answer, and the steps put ``NOTES`` on every result.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from description.draft import image_prompt_draft, shortened, video_description_draft
from notes import N_, Note, note
from providers.base import Capability, ImageAnswer, ImageRequest, TextAnswer, TextRequest, TextTask, VisionRequest
from step_result import Step

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "offline"
NOTES: dict[Step, Note] = {
    "image_prompt": note(N_("Made offline, without a model: the image prompt is the description in its own words.")),
    "first_frame": note(N_("Made offline, without a model: the first frame is a card with words, not the scene.")),
    "visual_elements": note(N_("Made offline, without a model: the frame was measured, nothing in it was recognised.")),
    "video_description": note(
        N_("Made offline, without a model: a draft of the description's own words; a rewriting model does much better.")
    ),
}


class Offline:
    """All three capabilities, the same answer for the same request. The texts are built from ``TextRequest.facts``."""

    name = NAME
    capabilities: frozenset[Capability] = frozenset({"text", "image", "vision"})
    prompt_limit: int | None = None

    def text(self, request: TextRequest) -> TextAnswer:
        """A draft.

        Raises:
            TextTooLong: the description is too long to be put into shape without a model.
        """
        return TextAnswer(text=_draft(request.task, request.facts), provider=NAME, model="words", seconds=0.0)

    def vision(self, request: VisionRequest) -> TextAnswer:
        """What can be measured of the picture."""
        from media.measured_picture import measured

        return TextAnswer(text=measured(_opened(request.picture)), provider=NAME, model="measured", seconds=0.0)

    def image(self, request: ImageRequest) -> ImageAnswer:
        """A storyboard card with the prompt's words, as PNG bytes of exactly the render's size."""
        from media.pictures import png_bytes
        from media.storyboard_card import storyboard_card

        card = storyboard_card(request.prompt, request.width, request.height)
        return ImageAnswer(data=png_bytes(card), provider=NAME, model="card", seconds=0.0)


def _draft(task: TextTask, facts: dict[str, str]) -> str:
    if task == "image_prompt":
        return image_prompt_draft(facts["user_text"], facts["orientation"])
    if task == "shorten":
        return shortened(facts["text"], int(facts["limit"]))
    if task == "video_description":
        return video_description_draft(facts["user_text"], facts["elements"])
    return facts["text"]  # a correction needs a model


def _opened(picture: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(picture)).convert("RGB")
