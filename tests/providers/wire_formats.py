"""What the services answer, as their documentation and captures have it."""

from __future__ import annotations

import base64
import json
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


def heard_by_gemini(text: str, *, language: str = "en", manner: str = "spoken") -> str:
    """What Gemini says that it hears: a second for each sentence."""
    parts = [part for part in text.split(". ") if part]
    stretches = [
        {"start": float(number), "end": number + 0.9, "text": part, "manner": manner}
        for number, part in enumerate(parts)
    ]
    return json.dumps({"language": language if parts else "", "stretches": stretches})


def qwen_asr_answer(model: str, text: str, language: str = "en") -> dict[str, Any]:
    """qwen3-asr-flash by /chat/completions of the compatible address."""
    answer = chat_answer(model, text)
    answer["choices"][0]["message"]["annotations"] = [
        {"type": "audio_info", "language": language, "emotion": "neutral"}
    ]
    return answer


def whisper_answer(text: str, language: str = "english", **segment: float) -> dict[str, Any]:
    """/audio/transcriptions' verbose_json: half a second a word, one segment."""
    words = [{"word": word, "start": number / 2, "end": number / 2 + 0.4} for number, word in enumerate(text.split())]
    likely = {"avg_logprob": -0.2, "no_speech_prob": 0.01, "compression_ratio": 1.2, **segment}
    told = {"id": 0, "start": 0.0, "end": max(len(words) / 2, 0.5), "text": text, **likely}
    return {
        "task": "transcribe",
        "language": language,
        "duration": 8.0,
        "text": text,
        "words": words,
        "segments": [told] if text else [],
    }
