"""Render settings for tests that do not care which."""

from __future__ import annotations

from core.render_settings import RenderSettings, render_settings


def landscape(*, num_frames: int = 193, num_inference_steps: int = 50, seed: int = 7) -> RenderSettings:
    """360p; without an argument as MOVA was trained."""
    render, _ = render_settings(
        model="mova-360p",
        orientation="landscape",
        num_frames=num_frames,
        fps=24,
        guidance_scale=5.0,
        num_inference_steps=num_inference_steps,
        seed=seed,
    )
    return render
