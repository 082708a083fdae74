"""DashScope (Alibaba Cloud Model Studio): Qwen for text, Qwen-VL for vision, Z-Image for pictures, Qwen-Image for
pictures after others.

Text and vision go through the vendor's SDK. Pictures are asked for over plain HTTP: the SDK's typed answer drops the
address of the picture.
"""

from __future__ import annotations

import time

from api_utils import DashScopeAccess, retried
from core.errors import NoImageReturned, NoProvider, ReferencesNotTaken
from core.messages import gettext_noop
from media.references import PictureLimits
from providers.answers import Drawn, counted, data_url, dig, parsed
from providers.base import (
    HeardAnswer,
    HearingRequest,
    ImageAnswer,
    ImageRequest,
    ReferencesTaken,
    ServiceByModels,
    TextAnswer,
    TextRequest,
    VisionRequest,
)
from providers.failure import Call
from providers.learning import Fields, fitted

# From Z-Image's API reference (alibabacloud.com/help, z-image-api-reference): 800 characters.
PROMPT_LIMIT = 800
# Families whose models draw from words and after pictures alike (help pages of qwen-image-3.0 and wan2.6-image).
_TAKES_PICTURES = ("qwen-image", "wan2.6-image")
_LIMITS = PictureLimits(shortest=384)


class DashScope(ServiceByModels[DashScopeAccess]):
    """Qwen, Qwen-VL, Qwen-ASR and Z-Image with one key."""

    name = "dashscope"

    @property
    def prompt_limit(self) -> int | None:
        return PROMPT_LIMIT if self._access.image_model.startswith("z-image") else None

    @property
    def references(self) -> ReferencesTaken | None:
        """With the model that draws if it takes pictures itself, else with the one that is named for them."""
        own, most = self._access.image_model, self._access.reference_pictures
        model = own if own.startswith(_TAKES_PICTURES) else self._access.edit_model
        return ReferencesTaken(model=model, most=most, limits=_LIMITS) if model and most else None

    def text(self, request: TextRequest) -> TextAnswer:
        return self._told("text", self._access.text_model, request.system, [{"type": "text", "text": request.user}])

    def vision(self, request: VisionRequest) -> TextAnswer:
        pictures: list[dict[str, object]] = [
            {"type": "image_url", "image_url": {"url": data_url(one)}} for one in request.pictures
        ]
        said: dict[str, object] = {"type": "text", "text": request.user}
        return self._told("vision", self._access.vision_model, request.system, [*pictures, said])

    def hear(self, request: HearingRequest) -> HeardAnswer:
        """By the OpenAI-compatible address."""
        from providers.openai_chat import ChatService

        access = self._access
        by = ChatService(provider=self.name, key=access.key, base_url=access.compatible_url, limits=self._limits)
        return by.hear_in_chat(access.audio_model, request)

    def _told(self, step: str, model: str, system: str, user: list[dict[str, object]]) -> TextAnswer:
        from providers.dashscope_chat import replied

        call, started = self._call(step, model, self._limits.text_timeout), time.monotonic()
        reply = retried(lambda: replied(call, self._access.native_url, system, user), self._limits.attempts)
        taken = time.monotonic() - started
        return TextAnswer(text=reply.text, provider=self.name, model=reply.model, seconds=taken, tokens=reply.tokens)

    def _call(self, step: str, model: str, seconds: float) -> Call:
        from core import bounded_http

        if not model:
            raise NoProvider(step=step)
        return Call(
            provider=self.name, model=model, key=self._access.key, seconds=seconds, largest=bounded_http.LARGEST_TEXT
        )

    def image(self, request: ImageRequest) -> ImageAnswer:
        from providers.fetch import picture

        attempts = self._limits.attempts
        call, started = self._call("image", self._drawing_model(request), self._limits.image_timeout), time.monotonic()
        place = (self._access.native_url, call.model)
        # After other pictures, some models choose the size themselves and refuse the field for it.
        wanted = _wanted(request) if request.references and not request.size else {}
        insisted = {} if wanted else _wanted(request)

        def sent(taken: Fields) -> Drawn:
            return _draw(call, self._access.native_url, request, {**insisted, **taken})

        drawn = retried(lambda: fitted(place, wanted, sent), attempts)
        data = picture(drawn.url, call, self._access.native_url, attempts)
        taken = time.monotonic() - started
        return ImageAnswer(data=data, provider=self.name, model=drawn.model, seconds=taken, tokens=drawn.tokens)

    def _drawing_model(self, request: ImageRequest) -> str:
        if not request.references:
            return self._access.image_model
        if self.references is None:
            names = ", ".join(dict.fromkeys(one.reference.name for one in request.references))
            raise ReferencesNotTaken(provider=self.name, model=self._access.image_model, names=names)
        return self.references.model


def _draw(call: Call, native_url: str, request: ImageRequest, parameters: Fields) -> Drawn:
    import httpx2

    from providers import wire

    url = f"{native_url}/services/aigc/multimodal-generation/generation"
    with wire.client(url, call.seconds, call.largest) as http:
        try:
            answer = http.post(
                url, json=_body(call.model, request, parameters), headers={"Authorization": f"Bearer {call.key}"}
            )
        except httpx2.HTTPError as problem:
            raise wire.lost(call, problem) from None
    if answer.status_code != 200:
        raise call.refused(answer.status_code, answer.headers, answer.text)
    return _drawn(call, answer.text)


def _wanted(request: ImageRequest) -> Fields:
    size = request.size or ("1280*720" if request.width >= request.height else "720*1280")
    return {"size": size.lower().replace("x", "*"), "prompt_extend": False}


def _body(model: str, request: ImageRequest, parameters: Fields) -> dict[str, object]:
    pictures = [{"image": data_url(one.data, one.mime)} for one in request.references]
    message = {"role": "user", "content": [*pictures, {"text": request.prompt}]}
    return {"model": model, "input": {"messages": [message]}, "parameters": parameters}


def _drawn(call: Call, answer: str) -> Drawn:
    body = parsed(call, answer)
    parts = dig(body, "output.choices.0.message.content", list)
    if parts is None:
        raise call.no_result(body, answer)
    url = next((dig(part, "image", str) for part in parts if dig(part, "image", str)), None)
    if not url:
        said = " ".join(dig(part, "text", str) or "" for part in parts)
        raise call.error(
            NoImageReturned, said, reason=gettext_noop("text instead of a picture") if said else gettext_noop("empty")
        )
    return Drawn(url=url, model=call.model, tokens=counted(body, "usage.total_tokens"))
