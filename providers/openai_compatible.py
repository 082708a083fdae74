"""Any OpenAI-compatible service: api.openai.com, MiniMax, vLLM, Ollama, SGLang. It can do what models are named for."""

from __future__ import annotations

import time

from api_utils import Limits, OpenAIAccess
from providers.base import Capability, ImageAnswer, ImageRequest, TextAnswer, TextRequest, VisionRequest
from providers.failure import Call
from providers.openai_chat import ChatService


class OpenAICompatible:
    """Text and vision through chat completions, pictures through ``/images/generations``."""

    name = "openai"
    prompt_limit: int | None = None

    def __init__(self, access: OpenAIAccess, limits: Limits) -> None:
        self._access = access
        self._limits = limits
        self._service = ChatService(provider=self.name, key=access.key, base_url=access.base_url, limits=limits)

    @property
    def capabilities(self) -> frozenset[Capability]:
        models: dict[Capability, str] = {
            "text": self._access.text_model,
            "vision": self._access.vision_model,
            "image": self._access.image_model,
        }
        return frozenset(capability for capability, model in models.items() if model)

    def text(self, request: TextRequest) -> TextAnswer:
        return self._service.text(self._access.text_model, request)

    def vision(self, request: VisionRequest) -> TextAnswer:
        return self._service.vision(self._access.vision_model, request)

    def image(self, request: ImageRequest) -> ImageAnswer:
        model, started = self._access.image_model, time.monotonic()
        drawn = self._service.draw(model, request.prompt, _size(model, request), _extra(model, request))
        return ImageAnswer(
            data=drawn.data or self._fetched(drawn.url),
            provider=self.name,
            model=drawn.model,
            seconds=time.monotonic() - started,
            tokens=drawn.tokens,
        )

    def _fetched(self, url: str) -> bytes:
        from providers.fetch import picture

        call = Call(
            provider=self.name,
            model=self._access.image_model,
            key=self._access.key,
            seconds=self._limits.image_timeout,
        )
        return picture(url, call, self._access.base_url, self._limits.attempts)


def _is_openais_own(model: str) -> bool:
    """OpenAI's image models know three sizes, answer in base64 only and refuse fields that they do not know."""
    return model.startswith(("gpt-image", "chatgpt-image"))


def _size(model: str, request: ImageRequest) -> str:
    wide = request.width >= request.height
    if _is_openais_own(model):
        return request.size or ("1536x1024" if wide else "1024x1536")
    return request.size or ("1280x720" if wide else "720x1280")


def _extra(model: str, request: ImageRequest) -> dict[str, object]:
    """Base64 asks for no second request, and SGLang refuses ``url`` without a cloud storage (0.5.23)."""
    if _is_openais_own(model):
        return {}
    seed: dict[str, object] = {} if request.seed is None else {"seed": request.seed}
    return {"response_format": "b64_json", **seed}
