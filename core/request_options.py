"""The switches of a request: recorded with it, told in its run's document, restored and repeated as they are."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Switches(BaseModel):
    """What every way in can turn on: command line, row of a manifest, program, page.

    ``captions``: captions are wanted in the picture. ``trim_negative_prompt``: a fitting negative prompt is used where
    one is offered. ``draft``: rendered in fewer steps, to see whether its final is worth rendering.
    """

    model_config = ConfigDict(frozen=True)

    captions: bool = False
    trim_negative_prompt: bool = False
    draft: bool = False

    @property
    def switches(self) -> dict[str, bool]:
        """The switches alone, by their names."""
        return {name: getattr(self, name) for name in Switches.model_fields}


class RequestOptions(Switches):
    """``subtitle_marker``: the description ends as MOVA's training captions without subtitles do; a setting."""

    subtitle_marker: bool = True

    @property
    def options(self) -> dict[str, bool]:
        """All of them, by their names."""
        return {name: getattr(self, name) for name in RequestOptions.model_fields}
