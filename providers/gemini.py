"""Gemini through google-genai: one text model that also sees, and an image model.

The SDK builds and sends the requests. Its answers are read as JSON: its own types drop the model's reason for
stopping and raise TypeErrors where a proxy answers something else (google-genai 3.4).
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from api_utils import GeminiAccess, retried
from core.errors import NoImageReturned, NoProvider, NoTextReturned, PromptBlocked, ProviderError
from core.messages import gettext_noop
from core.quick_start import without
from description.thoughts import ONLY_THOUGHTS, without_thoughts
from providers.answers import Drawn, Reply, counted, decoded, dig, named, parsed
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
from providers.hearing import LISTEN, heard_by_model
from providers.learning import Fields, fitted

if TYPE_CHECKING:
    from google.genai import types

# The model declined; any other end without a result is not the prompt's fault.
_DECLINED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
    | {"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"}
)
_2K_FROM = 1000


class Gemini(ServiceByModels[GeminiAccess]):
    """Text, vision, pictures and hearing with one key."""

    name = "gemini"
    prompt_limit: int | None = None

    def text(self, request: TextRequest) -> TextAnswer:
        load_sdk()
        from google.genai import types

        return self._told("text", request.system, [types.Part(text=request.user)])

    def vision(self, request: VisionRequest) -> TextAnswer:
        load_sdk()
        from google.genai import types

        pictures = [types.Part.from_bytes(data=one, mime_type="image/png") for one in request.pictures]
        return self._told("vision", request.system, [*pictures, types.Part(text=request.user)])

    def image(self, request: ImageRequest) -> ImageAnswer:
        load_sdk()
        call = self._call("image", self._access.image_model, self._limits.image_timeout)
        parts = _drawn_from(request)

        def sent(taken: Fields) -> Drawn:
            return _drawn(call, _asked(call, self._access, parts, _picture_config(request, taken)))

        place, wanted = (self._access.base_url, call.model), _wanted(request)
        started = time.monotonic()
        drawn = retried(lambda: fitted(place, wanted, sent), self._limits.attempts)
        taken = time.monotonic() - started
        return ImageAnswer(data=drawn.data, provider=self.name, model=drawn.model, seconds=taken, tokens=drawn.tokens)

    def hear(self, request: HearingRequest) -> HeardAnswer:
        load_sdk()
        from google.genai import types

        from prompts import system_prompt

        parts = [types.Part.from_bytes(data=request.sound, mime_type="audio/wav"), types.Part(text=LISTEN)]
        call = self._call("hearing", self._access.audio_model, self._limits.listen_timeout)
        config = types.GenerateContentConfig(
            system_instruction=system_prompt("hearing"), response_mime_type="application/json"
        )
        started = time.monotonic()
        reply = retried(lambda: _said(call, _asked(call, self._access, parts, config)), self._limits.attempts)
        return heard_by_model(call, reply, time.monotonic() - started)

    def _told(self, step: str, system: str, parts: list[types.Part]) -> TextAnswer:
        from google.genai import types

        call = self._call(step, self._access.text_model, self._limits.text_timeout)
        config = types.GenerateContentConfig(system_instruction=system)
        started = time.monotonic()
        reply = retried(lambda: _said(call, _asked(call, self._access, parts, config)), self._limits.attempts)
        taken = time.monotonic() - started
        return TextAnswer(text=reply.text, provider=self.name, model=reply.model, seconds=taken, tokens=reply.tokens)

    def _call(self, step: str, model: str, seconds: float) -> Call:
        from core import bounded_http

        if not model:
            raise NoProvider(step=step)
        largest = None if step == "image" else bounded_http.LARGEST_TEXT
        return Call(provider=self.name, model=model, key=self._access.key, seconds=seconds, largest=largest)


@cache
def load_sdk() -> None:
    """A quarter of its loading is for requests of asyncio, and for a command line that httpx has."""
    with without("aiohttp", "httpx._main"):
        import google.genai  # noqa: F401


def _asked(call: Call, access: GeminiAccess, parts: list[types.Part], config: types.GenerateContentConfig) -> Any:
    """The JSON of one answer that has a candidate.

    Raises:
        ProviderError: also where the prompt was declined before the model saw it.
    """
    answer = _sent(call, access, parts, config)
    body = parsed(call, answer)
    if blocked := dig(body, "promptFeedback.blockReason", str):
        raise call.error(PromptBlocked, dig(body, "promptFeedback.blockReasonMessage", str) or "", reason=blocked)
    if dig(body, "candidates.0", dict) is None:
        raise call.no_result(body, answer)
    return body


def _sent(call: Call, access: GeminiAccess, parts: list[types.Part], config: types.GenerateContentConfig) -> str:
    """The text of the answer to one request. The SDK's own retries are off, its environment variables overruled."""
    import httpx2
    from google import genai
    from google.genai import errors, types

    from providers import wire

    # Its own clients are never asked, but made: of the environment's proxies and certificates they are to read nothing.
    unused = {"verify": wire.nobody(), "ssl": wire.nobody(), "trust_env": False}
    with wire.client(access.base_url, call.seconds, call.largest) as http:
        options = types.HttpOptions(
            base_url=access.base_url,
            api_version=access.api_version,
            timeout=int(call.seconds * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
            httpx_client=http,
            client_args=unused,
            async_client_args=unused,
        )
        client = genai.Client(api_key=access.key, vertexai=False, http_options=options)
        contents = types.Content(role="user", parts=parts)
        raw = config.model_copy(update={"should_return_http_response": True})
        try:
            answer = client.models.generate_content(model=call.model, contents=contents, config=raw)
        except errors.APIError as no:
            raise _refused(call, no) from None
        except httpx2.HTTPError as problem:
            raise wire.lost(call, problem) from None
        return (answer.sdk_http_response.body or "") if answer.sdk_http_response else ""


def _refused(call: Call, no: Exception) -> ProviderError:
    response, status = getattr(no, "response", None), int(getattr(no, "code", 0))
    return call.refused(status, getattr(response, "headers", {}), getattr(response, "text", ""))


def _drawn_from(request: ImageRequest) -> list[types.Part]:
    """Each reference picture after its name, then the prompt."""
    from google.genai import types

    from description.reference_words import label

    parts: list[types.Part] = []
    for number, one in enumerate(request.references, 1):
        parts.append(types.Part(text=label(number, one.reference)))
        parts.append(types.Part.from_bytes(data=one.data, mime_type=one.mime))
    return [*parts, types.Part(text=request.prompt)]


def _wanted(request: ImageRequest) -> Fields:
    """What some models refuse: those with one size only know no field for it. A person's own size is insisted on."""
    larger = max(request.width, request.height) > _2K_FROM
    return {} if request.size else {"image_size": "2K" if larger else "1K"}


def _picture_config(request: ImageRequest, taken: Fields) -> types.GenerateContentConfig:
    from google.genai import types

    size = request.size or taken.get("image_size")
    ratio = "16:9" if request.width >= request.height else "9:16"
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=ratio, image_size=str(size).upper() if size else None),
    )


def _said(call: Call, body: Any) -> Reply:
    ending, whole = _ending(body), _text(body)
    if ending in _DECLINED:
        raise _declined(call, body)
    text = without_thoughts(whole)
    if not text or ending not in ("", "STOP"):
        reason = ending if ending not in ("", "STOP") else ONLY_THOUGHTS if whole else gettext_noop("empty")
        raise call.error(NoTextReturned, _ending_message(body), reason=reason)
    return Reply(text=text, model=_model(call, body), tokens=_tokens(body))


def _drawn(call: Call, body: Any) -> Drawn:
    pictures = [data for part in _parts(body) if (data := dig(part, "inlineData.data", str))]
    if pictures:
        return Drawn(data=decoded(call, pictures[-1]), model=_model(call, body), tokens=_tokens(body))
    if _ending(body) in _DECLINED:
        raise _declined(call, body)
    if text := _text(body):
        raise call.error(NoImageReturned, text, reason=gettext_noop("text instead of a picture"))
    raise call.error(NoImageReturned, _ending_message(body), reason=_ending(body) or gettext_noop("empty"))


def _declined(call: Call, body: Any) -> ProviderError:
    return call.error(PromptBlocked, _ending_message(body), reason=_ending(body))


def _ending(body: Any) -> str:
    return dig(body, "candidates.0.finishReason", str) or ""


def _ending_message(body: Any) -> str:
    return dig(body, "candidates.0.finishMessage", str) or ""


def _parts(body: Any) -> list[Any]:
    """The answer's parts without the model's thoughts, which may be pictures too."""
    parts = dig(body, "candidates.0.content.parts", list) or []
    return [part for part in parts if not dig(part, "thought", bool)]


def _text(body: Any) -> str:
    return "".join(dig(part, "text", str) or "" for part in _parts(body)).strip()


def _model(call: Call, body: Any) -> str:
    return named(call, body, "modelVersion")


def _tokens(body: Any) -> int | None:
    return counted(body, "usageMetadata.totalTokenCount")
