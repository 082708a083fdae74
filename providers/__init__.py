"""Steps 1 to 4 and the listening ask a provider: Gemini, DashScope, an OpenAI-compatible service, or none (offline)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module

from api_utils import Services, services
from config import Settings
from core.quick_start import import_behind
from providers.base import Capability, Provider

# By service, as it is called and as it stands in ``Services``: where each capability's model stands.
_MODEL_FIELDS: dict[str, dict[Capability, str]] = {
    "gemini": {"text": "text_model", "vision": "text_model", "image": "image_model", "hearing": "audio_model"},
    "dashscope": {"text": "text_model", "vision": "vision_model", "image": "image_model", "hearing": "audio_model"},
    "openai": {"text": "text_model", "vision": "vision_model", "image": "image_model", "hearing": "audio_model"},
}


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


def load_behind(settings: Settings) -> None:
    """Load the SDK that a job's texts will need, in a thread: for a process that is about to wait for other things."""
    access = services(settings).gemini
    if access and access.text_model:
        import_behind(("providers.gemini",), lambda: import_module("providers.gemini").load_sdk())


def listener(settings: Settings, overrides: Mapping[str, str | None] | None = None) -> Provider | None:
    """The first service that is set up and can hear; None where there is none, or LISTEN is off.

    Raises:
        ConfigError: for an override that is not accepted.
    """
    if settings.listen == "off":
        return None
    found = choose(settings, "hearing", overrides)
    return found if "hearing" in found.capabilities else None


def named(
    settings: Settings,
    name: str,
    capability: Capability,
    model: str,
    overrides: Mapping[str, str | None] | None = None,
) -> Provider | None:
    """The service of this name, to be asked for this model; None where it is not set up here.

    Raises:
        ConfigError: for an override that is not accepted.
    """
    from providers.offline import NAME, Offline

    if name == NAME:
        return Offline()
    found = services(settings, overrides)
    access = getattr(found, name, None) if name in _MODEL_FIELDS else None
    if access is None:
        return None
    only = {**dict.fromkeys(_MODEL_FIELDS), name: replace(access, **{_MODEL_FIELDS[name][capability]: model})}
    return next((one for one in _configured(replace(found, **only)) if capability in one.capabilities), None)


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
