"""Files as a finished job leaves them, made without a server."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from core.render_settings import RenderSettings
from core.steps import Step, StepResult
from media.tags import write_tagged
from record.folder import RunRecord, document_of
from record.provenance import shared, tags_of
from tests.jobs.load.tiny_video import tiny_video

SMALL = RenderSettings(width=640, height=352, num_frames=17, fps=24, guidance_scale=4.5, num_inference_steps=4, seed=77)
TEXTS: dict[Step, str] = {
    "image_prompt": "An orange cat on a windowsill, soft light.",
    "visual_elements": '{"characters": [{"id": "cat", "look": "orange"}]}',
    "video_description": "An orange cat looks up. Rain patters on the glass.",
}


def frame(colour: str = "teal") -> bytes:
    written = io.BytesIO()
    image = Image.new("RGB", (640, 352), colour)
    image.putpixel((3, 3), (1, 2, 3))
    image.save(written, "PNG")
    return written.getvalue()


def full_document(png: bytes, **more: Any) -> dict[str, Any]:
    """The document of a Full Workflow run."""
    import hashlib

    record = RunRecord(id="20261101-120000-abc123", mode="full", state="completed", program="0.1.0")
    record.take_settings(SMALL)
    for step in ("image_prompt", "first_frame", "visual_elements", "video_description"):
        output = TEXTS.get(step, "first_frame.png")
        record.take_step(StepResult(step=step, output=output, provider="gemini", model="m", seconds=1.0))
    record.description, record.prompt = "A cat by the window. 雨声。", TEXTS["video_description"]
    record.first_frame, record.first_frame_sha256 = "first_frame.png", hashlib.sha256(png).hexdigest()
    return {**document_of(record), **more}


def simple_document(png: bytes, **more: Any) -> dict[str, Any]:
    """The document of a Simple Mode run."""
    settings = dataclasses.asdict(dataclasses.replace(SMALL, negative_prompt=""))
    given: dict[str, Any] = {
        "mode": "simple",
        "prompt": "A cat purrs.",
        "description": None,
        "steps": [],
        "settings": settings,
    }
    return {**full_document(png), **given, **more}


def saved_mp4(folder: Path, document: dict[str, Any], png: bytes, *, prompts: bool = True) -> bytes:
    """The video of a run with this document."""
    plain, tagged = folder / "plain.mp4", folder / "tagged.mp4"
    plain.write_bytes(tiny_video(640, 352, 17, 24))
    write_tagged(plain, tagged, tags_of(shared(document, prompts=prompts), png))
    return tagged.read_bytes()


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
