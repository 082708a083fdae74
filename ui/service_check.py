"""Trying a service out: a request of a few words, in a thread of its own, so that no page waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Literal

from errors import MovaError, NoProvider
from providers import choose
from providers.base import TextRequest

if TYPE_CHECKING:
    from config import Settings

Service = Literal["gemini", "dashscope", "openai"]
KEYS: dict[Service, str] = {
    "gemini": "gemini_api_key",
    "dashscope": "dashscope_api_key",
    "openai": "openai_api_key",
}
_SECONDS = 20
_REQUEST = TextRequest(task="image_prompt", system="Answer with one word.", user="Say: ready")


@dataclass
class ServiceCheck:
    """One test; its thread fills it in. Neither the key nor the answer is in it."""

    done: bool = False
    model: str = ""
    seconds: float = 0.0
    trouble: MovaError | None = None


def begin(settings: Settings, service: Service, key: str = "") -> ServiceCheck:
    """Start a test with the key of the settings, or with ``key`` in its place for this one request."""
    check = ServiceCheck()
    Thread(target=_run, args=(check, settings, service, key), daemon=True, name="service-check").start()
    return check


def _run(check: ServiceCheck, settings: Settings, service: Service, key: str) -> None:
    try:
        provider = choose(_alone(settings, service), "text", {KEYS[service]: key})
        if provider.name != service:
            raise NoProvider(step="text")
        answer = provider.text(_REQUEST)
        check.model, check.seconds = answer.model, answer.seconds
    except MovaError as problem:
        check.trouble = problem
    except Exception as problem:  # a message of a library may hold the key, its kind does not
        check.trouble = MovaError(type(problem).__name__)
    finally:
        check.done = True


def _alone(settings: Settings, service: Service) -> Settings:
    """The settings with this service only, one attempt and a short time."""
    others: dict[str, object] = {name: None for one, name in KEYS.items() if one != service}
    if service != "openai":
        others["openai_base_url"] = None
    return settings.model_copy(update={**others, "text_timeout": _SECONDS, "provider_attempts": 1})
