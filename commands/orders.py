"""What a command line, or a row of a manifest, asks for, as an order for the desk. Nothing is sent here."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import crop_choice, render_from
from description.text import collapse
from input_limits import given, given_text
from jobs.desk import Order
from jobs.wish import Wish, model_of, render_of
from jobs.worker import at_desk
from media.frames import open_source, render_frame
from notes import N_

if TYPE_CHECKING:
    from config import Settings


def own_picture(options: argparse.Namespace, settings: Settings) -> bytes | None:
    """The person's own picture, checked; wrong numbers are said here too, before a server is asked.

    Raises:
        InputError
    """
    if options.extend:
        return _last_frame(options, settings)
    render_from(options, "mova-360p", settings)
    crop_choice(options)
    if not options.image:
        return None
    open_source(options.image, settings)
    return Path(options.image).read_bytes()


def _last_frame(options: argparse.Namespace, settings: Settings) -> bytes:
    """The last frame of the job to go on from; what the command line does not say is as it was there."""
    with at_desk(settings) as desk:
        job, frame = desk.get(options.extend), desk.last_frame(options.extend)
    render, wish = render_of(job), Wish.of(job)
    for name in ("num_frames", "fps", "guidance_scale", "num_inference_steps", "negative_prompt"):
        if getattr(options, name) is None:
            setattr(options, name, getattr(render, name))
    options.orientation = options.orientation or wish.orientation
    render_from(options, model_of(job.model), settings)
    return frame


def simple_order(options: argparse.Namespace, settings: Settings, picture: bytes | None, line: str) -> Order:
    """Prompt and first frame straight to MOVA.

    Raises:
        InputError
    """
    text, removed = given_text(options.prompt or "", N_("prompt"))
    wish = Wish(
        text=given(collapse(text), N_("prompt")),
        orientation=options.orientation or "landscape",
        white_frame=options.white_frame,
        crop_mode=crop_choice(options).mode,
        crop_shift=options.crop_shift,
    )
    render, notes = render_from(options, model_of(line), settings)
    _, cut = render_frame(open_source(picture, settings) if picture else None, render, wish.crop)
    order = Order(mode="simple", wish=wish, render=render, line=line, warnings=(*removed, *notes, *cut))
    return replace(order, picture=picture, parent=options.extend, extends=options.extend)


def full_order(options: argparse.Namespace, settings: Settings, picture: bytes | None, line: str) -> Order:
    """Description to video over all steps, or up to ``until``.

    Raises:
        InputError
    """
    text, removed = given_text(options.description or "", N_("description"))
    render, notes = render_from(options, model_of(line), settings)
    wish = Wish(
        text=text,
        orientation=options.orientation or "landscape",
        captions=bool(options.captions),
        subtitle_marker=settings.subtitle_marker,
        trim_negative_prompt=options.trim_negative_prompt,
        until=options.until,
        crop_mode=crop_choice(options).mode,
        crop_shift=options.crop_shift,
    )
    order = Order(mode="full", wish=wish, render=render, line=line, warnings=(*removed, *notes))
    return replace(order, picture=picture, parent=options.extend, extends=options.extend)
