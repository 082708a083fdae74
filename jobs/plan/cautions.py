"""What a person should know before anything is spent on a job; nothing of it stops the job."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from core.messages import Message, gettext_noop, message
from description.check import MAX_WORDS, amount_and_speech, check
from description.text import length
from media.crop import crop_box

if TYPE_CHECKING:
    from core.render_settings import RenderSettings
    from jobs.model.records import StepRecord
    from jobs.model.request import JobRequest
    from media.crop import CropChoice

_SHARP = 1.5  # a picture that is enlarged more than this begins the video visibly soft
_LONG_IDEA = 3 * MAX_WORDS


def picture_cautions(size: tuple[int, int], render: RenderSettings, crop: CropChoice) -> Iterator[Message]:
    """How many times a picture of this size (width, height) is enlarged, where that is seen."""
    width, height = size
    if crop.mode == "bars":
        times = min(render.width / width, render.height / height)
    else:
        times = render.width / max(crop_box(size, (render.width, render.height), crop.shift).width, 1)
    if times > _SHARP:
        words = gettext_noop("The picture has {size} pixels and is enlarged {times} times: the video begins blurred.")
        yield message(words, size=f"{width}x{height}", times=f"{times:.1f}")


def text_cautions(request: JobRequest) -> Iterator[Message]:
    """What in the person's own text does not fit the clip: its speech, and its length."""
    findings = amount_and_speech(request.text, request.render.seconds)
    if request.mode == "simple":
        yield from (one.message for one in findings if one.code != "short")
        return
    yield from (one.message for one in findings if one.code.startswith("speech"))
    if (words := length(request.text)) > _LONG_IDEA:
        template = gettext_noop("The description has {words} words, a video description about 200: much is left out.")
        yield message(template, words=words)


def description_cautions(request: JobRequest, chosen: Collection[StepRecord]) -> tuple[Message, ...]:
    """What is wrong with the video description that would be sent; one that was written by hand is checked here."""
    outputs = {one.step: one for one in chosen}
    record = outputs.get("video_description")
    if record is None or not record.edited:
        return record.warnings if record else ()
    elements = outputs.get("visual_elements")
    found = check(
        record.output or "",
        request.text,
        seconds=request.render.seconds,
        marker=request.subtitle_marker and not request.captions,
        elements=(elements.output or "") if elements else "",
    )
    return tuple(one.message for one in found)
