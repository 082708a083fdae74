"""DashScope (Alibaba Cloud Model Studio): Qwen for text, Qwen-VL for vision, Z-Image for pictures.

Text and vision use its OpenAI-compatible address. Z-Image is asked over plain HTTP: the vendor's SDK uploads local
files that a text names, and routes this model to the wrong endpoint.
"""

from __future__ import annotations

import time

from api_utils import DashScopeAccess, Limits, retried
from errors import NoImageReturned, NoProvider
from notes import N_
from providers.answers import Drawn, counted, dig, parsed
from providers.base import Capability, ImageAnswer, ImageRequest, TextAnswer, TextRequest, VisionRequest
from providers.failure import Call
from providers.openai_chat import ChatService

# From Z-Image's API reference (alibabacloud.com/help, z-image-api-reference): 800 characters, seeds below 2**31.
PROMPT_LIMIT = 800
_SEEDS = 2**31


class DashScope:
    """Qwen, Qwen-VL and Z-Image with one key."""

    name = "dashscope"

    def __init__(self, access: DashScopeAccess, limits: Limits) -> None:
        self._access = access
        self._limits = limits
        # Newer Qwen models think by default, which takes minutes; these steps want an answer.
        self._chat = ChatService(
            provider=self.name,
            key=access.key,
            base_url=access.compatible_url,
            limits=limits,
            extra={"enable_thinking": False},
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        models: dict[Capability, str] = {
            "text": self._access.text_model,
            "vision": self._access.vision_model,
            "image": self._access.image_model,
        }
        return frozenset(capability for capability, model in models.items() if model)

    @property
    def prompt_limit(self) -> int | None:
        return PROMPT_LIMIT if self._access.image_model.startswith("z-image") else None

    def text(self, request: TextRequest) -> TextAnswer:
        return self._chat.text(self._access.text_model, request)

    def vision(self, request: VisionRequest) -> TextAnswer:
        return self._chat.vision(self._access.vision_model, request)

    def image(self, request: ImageRequest) -> ImageAnswer:
        import bounded_http
        from providers.fetch import picture

        model, seconds, attempts = self._access.image_model, self._limits.image_timeout, self._limits.attempts
        if not model:
            raise NoProvider(step="image")
        call = Call(
            provider=self.name, model=model, key=self._access.key, seconds=seconds, largest=bounded_http.LARGEST_TEXT
        )
        started = time.monotonic()
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
    if request.seed is not None:
        parameters["seed"] = request.seed % _SEEDS
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
        raise call.error(NoImageReturned, said, reason=N_("text instead of a picture") if said else N_("empty"))
    return Drawn(url=url, model=call.model, tokens=counted(body, "usage.total_tokens"))
