"""What the steps, and the acts that lead to them, are called."""

from __future__ import annotations

from step_result import Step
from ui.session import translate as _


def step_title(step: Step) -> str:
    return {
        "image_prompt": _("Image prompt"),
        "first_frame": _("First frame"),
        "visual_elements": _("Visual elements"),
        "video_description": _("Video description"),
        "render": _("Video"),
    }[step]


def act_label(step: Step, *, preview: bool = False) -> str:
    """The primary button's name where this step is what comes next."""
    return {
        "image_prompt": _("Write image prompt"),
        "first_frame": _("Make first frame"),
        "visual_elements": _("Describe frame"),
        "video_description": _("Write video description"),
        "render": _("Render preview") if preview else _("Send to GPU"),
    }[step]


def running_label(step: Step) -> str:
    return {
        "image_prompt": _("Writing the image prompt…"),
        "first_frame": _("Making the first frame…"),
        "visual_elements": _("Describing the frame…"),
        "video_description": _("Writing the video description…"),
        "render": _("Rendering…"),
    }[step]
