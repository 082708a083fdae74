"""Trying one service out: a request of a few words, in one attempt and a short time."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.errors import NoProvider
from providers import choose
from providers.base import Capability, HearingRequest, TextRequest, VisionRequest

if TYPE_CHECKING:
    from config import Settings

Service = Literal["gemini", "dashscope", "openai"]
SERVICES: tuple[Service, ...] = ("gemini", "dashscope", "openai")
KEYS: dict[Service, str] = {
    "gemini": "gemini_api_key",
    "dashscope": "dashscope_api_key",
    "openai": "openai_api_key",
}
# The settings that name a service's models for text, vision and pictures.
MODELS: dict[Service, tuple[str, str, str]] = {
    "gemini": ("gemini_text_model", "gemini_text_model", "gemini_image_model"),
    "dashscope": ("qwen_text_model", "qwen_vl_model", "qwen_image_model"),
    "openai": ("openai_text_model", "openai_vision_model", "openai_image_model"),
}
# The setting that names a service's model for hearing.
HEARING: dict[Service, str] = {
    "gemini": "gemini_audio_model",
    "dashscope": "qwen_asr_model",
    "openai": "openai_audio_model",
}
_SECONDS = 20
_SYSTEM, _USER = "Answer with one word.", "Say: ready"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Who answered and in how many seconds; neither the key nor the answer is in it."""

    model: str
    seconds: float


def try_out(settings: Settings, service: Service, key: str = "", *, capability: Capability = "text") -> Trial:
    """Ask a service for a word about nothing, about a grey picture of 64 pixels, or what half a second of silence says.

    Args:
        key: in the place of the key of the settings, for this one request.

    Raises:
        ProviderError, ConfigError; NoProvider where the service has no model for it.
    """
    provider = choose(_alone(settings, service), capability, {KEYS[service]: key})
    if provider.name != service:
        raise NoProvider(step=capability)
    if capability == "hearing":
        heard = provider.hear(HearingRequest(sound=_silence(), seconds=0.5))
        return Trial(model=heard.model, seconds=heard.seconds)
    if capability == "vision":
        answer = provider.vision(VisionRequest(system=_SYSTEM, user=_USER, picture=_grey()))
    else:
        answer = provider.text(TextRequest(task="image_prompt", system=_SYSTEM, user=_USER))
    return Trial(model=answer.model, seconds=answer.seconds)


def _alone(settings: Settings, service: Service) -> Settings:
    """The settings with this service only, one attempt and a short time."""
    others: dict[str, object] = {name: None for one, name in KEYS.items() if one != service}
    if service != "openai":
        others["openai_base_url"] = None
    return settings.model_copy(
        update={**others, "text_timeout": _SECONDS, "listen_timeout": _SECONDS, "provider_attempts": 1}
    )


def _grey() -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(written, "PNG")
    return written.getvalue()


def _silence() -> bytes:
    import wave

    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    return written.getvalue()
