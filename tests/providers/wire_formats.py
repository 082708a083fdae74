"""What the services answer, as their documentation and captures have it."""

from __future__ import annotations

import base64
from typing import Any


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def gemini_answer(model: str, reply: str | bytes, ending: str = "STOP") -> dict[str, Any]:
    """generateContent's answer with a text or a picture."""
    part = (
        {"text": reply} if isinstance(reply, str) else {"inlineData": {"mimeType": "image/png", "data": encoded(reply)}}
    )
    thought = {"text": "thinking aloud", "thought": True}
    return {
        "candidates": [{"content": {"role": "model", "parts": [thought, part]}, "finishReason": ending, "index": 0}],
        "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 7, "totalTokenCount": 12},
        "modelVersion": f"{model}-001",
    }


def chat_answer(model: str, text: str, ending: str = "stop") -> dict[str, Any]:
    """/chat/completions' answer."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": f"{model}-001",
        "choices": [{"index": 0, "message": message, "finish_reason": ending}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }


def dashscope_answer(text: str | None, ending: str = "stop", *, parts: bool = False, **more: Any) -> dict[str, Any]:
    """The native answer of Qwen, and of Qwen-VL (in ``parts``)."""
    content: Any = [{"text": text}] if parts else text
    message = {"role": "assistant", "content": content, **more}
    return {
        "request_id": "r1",
        "output": {"choices": [{"finish_reason": ending, "message": message}]},
        "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
    }


def z_image_answer(url: str, text: str | bytes = b"") -> dict[str, Any]:
    """Z-Image's native answer: the picture's address and the prompt."""
    parts = [{"image": url}] if url else []
    parts += [{"text": text if isinstance(text, str) else "the prompt"}]
    message = {"role": "assistant", "content": parts, "reasoning_content": ""}
    return {
        "request_id": "r1",
        "output": {"choices": [{"finish_reason": "stop", "message": message}]},
        "usage": {"width": 1280, "height": 720, "image_count": 1},
    }
