"""The services for steps 1 to 4: is a key set, is it accepted, does the model answer, and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import MovaError
from core.messages import gettext_noop
from doctor.finding import Finding, of_error, ok, warning

if TYPE_CHECKING:
    from config import Settings
    from providers.base import Capability
    from providers.trial import Service

_SLOW = 10.0  # seconds for one word
_NAMES: dict[Service, str] = {"gemini": "Gemini", "dashscope": "DashScope", "openai": gettext_noop("OpenAI-compatible")}


def services(settings: Settings) -> list[Finding]:
    """Whether there is any."""
    from api_utils import services as configured

    found = configured(settings)
    if found.gemini or found.dashscope or found.openai:
        return []
    words = gettext_noop("No service is set up: steps 1 to 4 are drafted without a model.")
    return [warning("service", words, gettext_noop("Set GEMINI_API_KEY, DASHSCOPE_API_KEY or OPENAI_BASE_URL."))]


def service(settings: Settings, name: Service) -> list[Finding]:
    """One service: its text model, and its vision model where that is another. A picture would cost."""
    from api_utils import services as configured
    from providers.trial import HEARING, MODELS

    if getattr(configured(settings), name) is None:
        return [ok(f"service.{name}", gettext_noop("{provider} is not set up."), provider=_NAMES[name])]
    text, vision, image = (str(getattr(settings, one)) for one in MODELS[name])
    found = [_asked(settings, name, "text")] if text else []
    if vision and vision != text:
        found.append(_asked(settings, name, "vision"))
    if settings.listen != "off" and getattr(settings, HEARING[name]):
        found.append(_asked(settings, name, "hearing"))
    if image:
        found.append(_picture_model(settings, name, image))
    return found or [_without_models(name)]


def _asked(settings: Settings, name: Service, capability: Capability) -> Finding:
    from providers.trial import try_out

    key = f"service.{name}.{capability}"
    try:
        answer = try_out(settings, name, capability=capability)
    except MovaError as problem:
        return of_error(key, problem)
    seconds, words = f"{answer.seconds:.1f}", gettext_noop("{provider} answers: {model}, {seconds} s")
    if answer.seconds > _SLOW:
        words, advice = (
            gettext_noop("{provider} answers slowly: {model}, {seconds} s"),
            gettext_noop("Try again later, or choose another model."),
        )
        return warning(key, words, advice, provider=_NAMES[name], model=answer.model, seconds=seconds)
    return ok(key, words, provider=_NAMES[name], model=answer.model, seconds=seconds)


def _picture_model(settings: Settings, name: Service, model: str) -> Finding:
    """A picture would cost: the service's own list of models has to do, where it has one."""
    from providers.model_list import has_model

    key, facts = f"service.{name}.image", {"provider": _NAMES[name], "model": model}
    there = has_model(settings, name, model)
    if there is None:
        return ok(
            key,
            gettext_noop("{provider} makes pictures with {model}; none was requested, as that would cost money."),
            **facts,
        )
    if not there:
        words = gettext_noop("{provider} does not list {model} among its models, so first frames may fail.")
        return warning(key, words, gettext_noop("It may be retired: set another model in the settings."), **facts)
    return ok(
        key, gettext_noop("{provider} has {model} for pictures; none was made, as that would cost money."), **facts
    )


def _without_models(name: Service) -> Finding:
    words = gettext_noop("{provider} is set up without any model, so it is used for no step.")
    return warning(f"service.{name}", words, gettext_noop("Name its models in the settings."), provider=_NAMES[name])
