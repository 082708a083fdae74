"""Short ways to build a provider against the fake services and to ask it."""

from __future__ import annotations

from typing import Any

from api_utils import Limits, Services, services
from config import Settings
from providers.base import (
    Capability,
    HeardAnswer,
    HearingRequest,
    ImageAnswer,
    ImageRequest,
    Provider,
    TextAnswer,
    TextRequest,
    VisionRequest,
)
from providers.dashscope import DashScope
from providers.gemini import Gemini
from providers.openai_compatible import OpenAICompatible
from tests.pictures import picture
from tests.providers.fake_services import FakeServices

SERVICES = ("gemini", "dashscope", "openai")
STEPS: tuple[Capability, ...] = ("text", "image", "vision")
ROUTES = [f"{service}.{step}" for service in SERVICES for step in STEPS]
ALL_ROUTES = [*ROUTES, *(f"{service}.hearing" for service in SERVICES)]
FRAME = picture(64, 36, "white")
SOUND = b"RIFF a sound WAVE"
Answer = TextAnswer | ImageAnswer | HeardAnswer


def resolved(**values: Any) -> Services:
    """Services from these settings alone."""
    return services(Settings(**values))


def built(service: str, found: Services, limits: Limits) -> Provider:
    if service == "gemini" and found.gemini:
        return Gemini(found.gemini, limits)
    if service == "dashscope" and found.dashscope:
        return DashScope(found.dashscope, limits)
    assert service == "openai"
    assert found.openai
    return OpenAICompatible(found.openai, limits)


def provider(fake: FakeServices, service: str, *, seconds: float = 20, attempts: int = 3, **values: Any) -> Provider:
    """The provider of that name, pointed at the fake; ``values`` replace settings."""
    found = resolved(**{**fake.settings(service), **values})
    return built(
        service, found, Limits(text_timeout=seconds, image_timeout=seconds, attempts=attempts, listen_timeout=seconds)
    )


def ask(asked: Provider, step: str, user: str = "a cat", **image: Any) -> Answer:
    """One request of that kind."""
    if step == "text":
        return asked.text(TextRequest(task="image_prompt", system="Be brief.", user=user))
    if step == "vision":
        return asked.vision(VisionRequest(system="Be brief.", user=user, picture=FRAME))
    if step == "hearing":
        return asked.hear(HearingRequest(sound=SOUND, seconds=1.0))
    wanted: dict[str, Any] = {"width": 640, "height": 352, **image}
    return asked.image(ImageRequest(prompt=user, **wanted))


def ask_route(fake: FakeServices, route: str, **options: Any) -> Answer:
    """One request on a route such as ``gemini.text``."""
    service, step = route.split(".")
    return ask(provider(fake, service, **options), step)
