"""What programs send about jobs: an order as the command line has it, and the acts' few values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.video_fields import NoSwitch, Real, picture_sent
from cli.requests import CommandOptions, OwnPicture, full_order, simple_order
from config import Model
from core.errors import FieldUnfit, UnknownServer
from core.messages import gettext_noop
from core.render_settings import Orientation, OutputQuality
from core.request_options import Switches
from core.steps import Step
from jobs.model.request import PREVIEW, Mode, QueueKey
from jobs.servers.selection import queue_without_asking
from media.frames import open_source

if TYPE_CHECKING:
    from api.access import Caller
    from jobs.store.orders import Order

Text = Annotated[str, Field(max_length=40_000)]
Int = Annotated[int, NoSwitch]
JobId = Annotated[str, Field(max_length=128)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class OrderBody(_Body, Switches):
    """A job as it is asked for. What is left out is as in the settings.

    ``text`` is the description of Full Workflow, or Simple Mode's prompt. ``picture`` is the first frame as a data URL;
    Simple Mode without one begins with a white frame, Full Workflow draws its own. ``extends`` is the job whose last
    frame is the first one.
    """

    mode: Mode = "full"
    text: Text
    model: Model | None = None
    server: Annotated[str, Field(max_length=80)] | None = Field(None, description="A configured one by its name")
    orientation: Orientation | None = None
    num_frames: Int | None = None
    fps: Int | None = None
    seed: Int | None = Field(None, description="0 draws one")
    guidance_scale: Real | None = None
    num_inference_steps: Int | None = None
    negative_prompt: Text | None = None
    output_quality: OutputQuality | None = None
    crop_shift: Real = 0.0
    bars: bool = False
    until: Step | None = Field(None, description="The last step to make before the job waits for you")
    review_each_step: bool = False
    picture: str | None = None
    extends: JobId | None = None
    name: Annotated[str, Field(max_length=200)] = ""

    @property
    def told(self) -> str:
        """All that was asked for, the same in a version with other fields or another order of them."""
        return json.dumps(self.model_dump(exclude_defaults=True), sort_keys=True)

    def order(self, caller: Caller) -> Order:
        """Checked; nothing is made.

        Raises:
            InputError, UnknownJob, NothingToExtend.
        """
        settings, options = caller.settings, self._options()
        key, own = self._queue(caller), self._picture(caller)
        if self.mode == "simple":
            if self.until is not None or self.review_each_step:
                no_steps = gettext_noop("Simple Mode has no steps to stop at")
                raise FieldUnfit(where="until, review_each_step", reason=no_steps)
            options = options.model_copy(update={"white_frame": own is None})
            return replace(simple_order(options, settings, own, key), name=self.name)
        order = full_order(options, settings, own, key)
        request = order.request.changed(review_each_step=self.review_each_step)
        return replace(order, request=request, name=self.name)

    def _options(self) -> CommandOptions:
        same = (
            *("orientation", "num_frames", "fps", "seed", "guidance_scale", "num_inference_steps", "negative_prompt"),
            *("output_quality", "crop_shift", "bars", "until", *self.switches),
        )
        text = "prompt" if self.mode == "simple" else "description"
        return CommandOptions.model_validate({text: self.text, **{name: getattr(self, name) for name in same}})

    def _queue(self, caller: Caller) -> QueueKey:
        """Of a configured server or of a model: an address that a program gives is never asked."""
        known = [*(one.name for one in caller.settings.sglang_servers), PREVIEW]
        if self.server is not None and self.server not in known:
            raise UnknownServer(value=self.server, known=", ".join(known))
        key = queue_without_asking(caller.settings, self.server)
        if self.model is None:
            return key
        if self.server not in (None, PREVIEW) and key.model != self.model:
            raise FieldUnfit(where="model", reason=gettext_noop("the server renders another one"))
        return QueueKey(self.model, key.wanted_server)

    def _picture(self, caller: Caller) -> OwnPicture | None:
        if self.extends is not None:
            if self.picture is not None:
                raise FieldUnfit(where="picture, extends", reason=gettext_noop("one of them alone begins a video"))
            return OwnPicture(caller.service.videos.last_frame(self.extends), extends=self.extends)
        data = picture_sent(self.picture)
        if data is None:
            return None
        open_source(data, caller.settings)
        return OwnPicture(data)


class Approval(_Body):
    """``to_end`` does not ask again; ``expected`` is the step that you were told would be made."""

    to_end: bool = False
    expected: Step | None = None


class Retry(_Body):
    """``step`` is where to begin again; without it the video is fetched or rendered again."""

    step: Step | None = None
    expected: Step | None = None


class Again(_Body):
    """``anywhere``: by any server of its model."""

    anywhere: bool = False


class Changes(_Body):
    """What is left out stays. A new ``text`` makes what was made from the old one stale."""

    text: Text | None = None
    favourite: bool | None = None


class StepText(_Body):
    """Your own text in the place of the step's."""

    text: Text


class Choice(_Body):
    """A version of the step."""

    version: Annotated[int, Field(ge=1, le=1_000_000), NoSwitch]


class Decision(_Body):
    """Whether results of another service, model or prompt are kept or made again; of one step or of all."""

    keep: bool
    step: Step | None = None


class FirstFrame(_Body):
    """A picture of your own, as a data URL."""

    picture: str


class Takes(_Body):
    """A copy for each of these seeds; 0 draws one."""

    seeds: Annotated[list[Annotated[int, Field(ge=0, le=2**63 - 1), NoSwitch]], Field(min_length=1, max_length=20)]
