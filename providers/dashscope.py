"""DashScope (Alibaba Cloud Model Studio): Qwen for text, Qwen-VL for vision, Z-Image for pictures.

Text and vision go through the vendor's SDK. Z-Image is asked over plain HTTP: the SDK's typed answer drops the address
of the picture.
"""

from __future__ import annotations

import time

from api_utils import DashScopeAccess, Limits, retried
from core.errors import NoImageReturned, NoProvider
from core.messages import gettext_noop
from providers.answers import Drawn, counted, data_url, dig, parsed
from providers.base import CAPABILITIES, Capability, ImageAnswer, ImageRequest, TextAnswer, TextRequest, VisionRequest
from providers.failure import Call

# From Z-Image's API reference (alibabacloud.com/help, z-image-api-reference): 800 characters.
PROMPT_LIMIT = 800


class DashScope:
    """Qwen, Qwen-VL and Z-Image with one key."""

    name = "dashscope"

    def __init__(self, access: DashScopeAccess, limits: Limits) -> None:
        self._access = access
        self._limits = limits

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(capability for capability in CAPABILITIES if self.model(capability))

    def model(self, capability: Capability) -> str:
        models: dict[Capability, str] = {
            "text": self._access.text_model,
            "vision": self._access.vision_model,
            "image": self._access.image_model,
        }
        return models[capability]

    @property
    def prompt_limit(self) -> int | None:
        return PROMPT_LIMIT if self._access.image_model.startswith("z-image") else None

    def text(self, request: TextRequest) -> TextAnswer:
        return self._told("text", self._access.text_model, request.system, [{"type": "text", "text": request.user}])

    def vision(self, request: VisionRequest) -> TextAnswer:
        picture: dict[str, object] = {"type": "image_url", "image_url": {"url": data_url(request.picture)}}
        said: dict[str, object] = {"type": "text", "text": request.user}
        return self._told("vision", self._access.vision_model, request.system, [picture, said])

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
        call, started = self._call("image", self._access.image_model, self._limits.image_timeout), time.monotonic()
        drawn = retried(lambda: _draw(call, self._access.native_url, request), attempts)
        data = picture(drawn.url, call, self._access.native_url, attempts)
        taken = time.monotonic() - started
        return ImageAnswer(data=data, provider=self.name, model=drawn.model, seconds=taken, tokens=drawn.tokens)


def _draw(call: Call, native_url: str, request: ImageRequest) -> Drawn:
    import httpx2

    from providers import wire

    url = f"{native_url}/services/aigc/multimodal-generation/generation"
    with wire.client(url, call.seconds, call.largest) as http:
        try:
            answer = http.post(url, json=_body(call.model, request), headers={"Authorization": f"Bearer {call.key}"})
        except httpx2.HTTPError as problem:
            raise wire.lost(call, problem) from None
    if answer.status_code != 200:
        raise call.refused(answer.status_code, answer.headers, answer.text)
    return _drawn(call, answer.text)


def _body(model: str, request: ImageRequest) -> dict[str, object]:
    size = request.size or ("1280*720" if request.width >= request.height else "720*1280")
    parameters: dict[str, object] = {"size": size.lower().replace("x", "*"), "prompt_extend": False}
    message = {"role": "user", "content": [{"text": request.prompt}]}
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
