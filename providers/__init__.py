"""Steps 1 to 4 ask a provider: Gemini, DashScope, an OpenAI-compatible service, or none (offline)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from api_utils import Services, services
from config import Settings
from providers.base import Capability, Provider


def choose(settings: Settings, capability: Capability, overrides: Mapping[str, str | None] | None = None) -> Provider:
    """The first service that is set up and can do it: Gemini, DashScope, OpenAI-compatible; else offline.

    A service that is not set up is replaced; one that fails is not. ``overrides`` are settings of one call or session.

    Raises:
        ConfigError: for an override that is not accepted.
    """
    for provider in _configured(services(settings, overrides)):
        if capability in provider.capabilities:
            return provider
    from providers.offline import Offline

    return Offline()


def _configured(found: Services) -> Iterator[Provider]:
    """Each imported only when it is reached: asking Qwen must not load Gemini."""
    if found.gemini:
        from providers.gemini import Gemini

        yield Gemini(found.gemini, found.limits)
    if found.dashscope:
        from providers.dashscope import DashScope

        yield DashScope(found.dashscope, found.limits)
    if found.openai:
        from providers.openai_compatible import OpenAICompatible

        yield OpenAICompatible(found.openai, found.limits)
