"""The switches of a request: recorded with it, told in its run's document, restored and repeated as they are."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RequestOptions(BaseModel):
    """``captions``: captions are wanted in the picture. ``subtitle_marker``: the description ends as MOVA's training
    captions without subtitles do. ``trim_negative_prompt``: a fitting negative prompt is used where one is offered.
    ``draft``: rendered in fewer steps, to see whether its final is worth rendering.
    """

    model_config = ConfigDict(frozen=True)

    captions: bool = False
    subtitle_marker: bool = True
    trim_negative_prompt: bool = False
    draft: bool = False

    @property
    def options(self) -> dict[str, bool]:
        """The switches alone, by their names."""
        return {name: getattr(self, name) for name in RequestOptions.model_fields}
