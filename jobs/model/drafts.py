"""Drafts: rendered in fewer steps, to see cheaply what their finals will show; both are takes of one another."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config import Settings
    from core.render_settings import RenderSettings


_USUAL_STEPS = 25


def draft_steps(settings: Settings, model: str) -> int:
    """The inference steps of a draft, never more than those of its final.

    Without a setting it is what ``--tune`` found to look right on this machine.
    """
    from launcher.tune.kept import draft_steps as tuned_steps  # the launcher's rules, which only drafts need here

    steps = settings.draft_steps or tuned_steps(model) or _USUAL_STEPS
    return min(steps, settings.num_inference_steps)


def final_render(draft: RenderSettings, settings: Settings) -> RenderSettings:
    """A draft's render with the steps of its final: the same seed, size and length."""
    return replace(draft, num_inference_steps=max(settings.num_inference_steps, draft.num_inference_steps))


def copy_id(job_id: str, why: str) -> str:
    """The id of the one copy of a job that is made for this reason: asked for twice, it is the same copy."""
    return f"{job_id.rpartition('-')[0]}-{sha256(f'{job_id} {why}'.encode()).hexdigest()[:6]}"
