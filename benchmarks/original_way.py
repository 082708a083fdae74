"""The original's way of working, rebuilt from its description, for comparison: no line of it is the original's.

For every call of a service's script a new Python process that imports the vendor's SDK: one for image prompt and first
frame together, one for the visual elements, one for the video description. Then the render is sent and asked about
every five seconds, and the file is fetched; nothing looks into it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

POLL_SECONDS = 5.0
TEXT_MODEL, IMAGE_MODEL = "gemini-3.8-flash", "gemini-nano-banana-2.1"
_DESCRIPTION_SYSTEM = "Describe the video in one paragraph. What is seen and heard, the sound last."


def make_video(folder: Path, services: dict[str, str], video_server: str, request: str) -> Path:
    """From the description to the file."""
    folder.mkdir(parents=True)
    frame = folder / "first_frame.png"
    _in_new_process("frame", services, request, str(frame))
    elements = _in_new_process("elements", services, str(frame))
    description = _in_new_process("description", services, request, elements)
    return _render(video_server, description, frame, folder / "video.mp4")


def _in_new_process(step: str, services: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.original_way", step, *arguments]
    return subprocess.run(command, env=services, check=True, capture_output=True, text=True).stdout.strip()


def _render(server: str, prompt: str, frame: Path, video: Path) -> Path:
    import requests

    fields = {"prompt": prompt, "size": "640x352", "num_frames": "193", "fps": "24", "num_inference_steps": "50"}
    with frame.open("rb") as picture:
        files = {"input_reference": (frame.name, picture, "image/png")}
        sent = requests.post(f"{server}/v1/videos", data=fields, files=files, timeout=60).json()
    while sent["status"] != "completed":
        time.sleep(POLL_SECONDS)
        sent = requests.get(f"{server}/v1/videos/{sent['id']}", timeout=60).json()
    video.write_bytes(requests.get(f"{server}/v1/videos/{sent['id']}/content", timeout=60).content)
    return video


def _step(step: str, *arguments: str) -> None:
    import os

    from google import genai
    from google.genai import types

    options = types.HttpOptions(base_url=os.environ["GEMINI_API_URL"])
    client = genai.Client(api_key=os.environ["GEMINI_API_KEY"], http_options=options)
    if step == "frame":
        request, target = arguments
        prompt = client.models.generate_content(model=TEXT_MODEL, contents=request).text or ""
        config = types.GenerateContentConfig(response_modalities=["IMAGE"])
        drawn = client.models.generate_content(model=IMAGE_MODEL, contents=prompt, config=config)
        pictures = [part.inline_data for part in drawn.parts or [] if part.inline_data]
        Path(target).write_bytes(pictures[-1].data or b"")
    elif step == "elements":
        picture = types.Part.from_bytes(data=Path(arguments[0]).read_bytes(), mime_type="image/png")
        print(
            client.models.generate_content(
                model=TEXT_MODEL, contents=types.Content(role="user", parts=[picture, types.Part(text="What is seen?")])
            ).text
        )
    else:
        request, elements = arguments
        told = f"<user_description>{request}</user_description><first_frame>{elements}</first_frame>"
        asked = types.GenerateContentConfig(system_instruction=_DESCRIPTION_SYSTEM)
        print(client.models.generate_content(model=TEXT_MODEL, contents=told, config=asked).text)


if __name__ == "__main__":
    _step(*sys.argv[1:])
