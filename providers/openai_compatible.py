"""Any OpenAI-compatible service: api.openai.com, MiniMax, vLLM, Ollama, SGLang. It can do what models are named for."""

from __future__ import annotations

import time

from api_utils import Limits, OpenAIAccess
from providers.base import (
    HeardAnswer,
    HearingRequest,
    ImageAnswer,
    ImageRequest,
    ServiceByModels,
    TextAnswer,
    TextRequest,
    VisionRequest,
)
from providers.failure import Call
from providers.learning import Fields
from providers.openai_chat import ChatService


class OpenAICompatible(ServiceByModels[OpenAIAccess]):
    """Text and vision through chat completions, pictures through ``/images/generations`` and
    ``/images/edits``, hearing through ``/audio/transcriptions``.
    """

    name = "openai"
    prompt_limit: int | None = None

    def __init__(self, access: OpenAIAccess, limits: Limits) -> None:
        super().__init__(access, limits)
        self._service = ChatService(provider=self.name, key=access.key, base_url=access.base_url, limits=limits)

    def text(self, request: TextRequest) -> TextAnswer:
        return self._service.text(self._access.text_model, request)

    def vision(self, request: VisionRequest) -> TextAnswer:
        return self._service.vision(self._access.vision_model, request)

    def hear(self, request: HearingRequest) -> HeardAnswer:
        return self._service.transcribe(self._access.audio_model, request)

    def image(self, request: ImageRequest) -> ImageAnswer:
        model, started = self._access.image_model, time.monotonic()
        drawn = self._service.draw(model, request, _wanted(request), _insisted(request))
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


def _wanted(request: ImageRequest) -> Fields:
    """Base64 asks for no second request, and SGLang refuses ``url`` without a cloud storage (0.5.23)."""
    size: Fields = {} if request.size else {"size": "1280x720" if request.width >= request.height else "720x1280"}
    return {**size, "response_format": "b64_json"}


def _insisted(request: ImageRequest) -> Fields:
    """A size that the person named is not replaced: the model's own words about it are shown."""
    return {"size": request.size} if request.size else {}
