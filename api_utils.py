"""Which services are set up, with what key and at what address; and how often a busy one is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from config import Settings, with_overrides
from core.errors import ProviderBusy, ProviderTimeout, ProviderUnreachable

if TYPE_CHECKING:
    from pydantic import SecretStr
    from tenacity import RetryCallState

T = TypeVar("T")

OPENAI_ADDRESS = "https://api.openai.com/v1"
NO_KEY = "EMPTY"  # what self-hosted servers are given where no key is asked for
TRANSIENT_ERRORS = (ProviderBusy, ProviderTimeout, ProviderUnreachable)  # the failures that may be gone a moment later
LONGEST_PAUSE = 60.0

_KEY_OF = {
    "gemini_api_url": "gemini_api_key",
    "dashscope_base_url": "dashscope_api_key",
    "openai_base_url": "openai_api_key",
}


@dataclass(frozen=True, kw_only=True)
class Access:
    """A service's key and models; an empty model means that it cannot do that step."""

    key: str = field(repr=False)
    text_model: str
    vision_model: str
    image_model: str
    audio_model: str = ""
    reference_pictures: int = 0


@dataclass(frozen=True, kw_only=True)
class GeminiAccess(Access):
    """``base_url`` is without the version, which google-genai puts behind it."""

    base_url: str
    api_version: str


@dataclass(frozen=True, kw_only=True)
class DashScopeAccess(Access):
    """``native_url`` ends on /api/v1, ``compatible_url`` is the OpenAI-compatible one, which hears.

    ``edit_model`` draws with reference pictures.
    """

    native_url: str
    edit_model: str = ""
    compatible_url: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenAIAccess(Access):
    """Any OpenAI-compatible service."""

    base_url: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds for one request, and how many requests at most."""

    text_timeout: float
    image_timeout: float
    attempts: int
    listen_timeout: float = 60


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services for steps 1 to 4; None where one is not set up."""

    gemini: GeminiAccess | None
    dashscope: DashScopeAccess | None
    openai: OpenAIAccess | None
    limits: Limits


def services(settings: Settings, overrides: Mapping[str, str | None] | None = None) -> Services:
    """Resolve keys and addresses: an override before the environment before ``.env`` before ``config.py``.

    ``overrides`` maps names of settings, such as ``gemini_api_key``, to the values of one call or session.
    A configured key is sent only to the address it was configured with: an override of an address needs its own key.

    Raises:
        ConfigError: for an override that is not accepted.
    """
    chosen = with_overrides(_without_foreign_keys(settings, overrides), overrides) if overrides else settings
    limits = Limits(
        text_timeout=chosen.text_timeout,
        image_timeout=chosen.image_timeout,
        attempts=chosen.provider_attempts,
        listen_timeout=chosen.listen_timeout,
    )
    return Services(gemini=_gemini(chosen), dashscope=_dashscope(chosen), openai=_openai(chosen), limits=limits)


def _without_foreign_keys(settings: Settings, overrides: Mapping[str, str | None]) -> Settings:
    """A visitor who may set an address must not have the operator's key sent to it."""
    keys = [key for address, key in _KEY_OF.items() if overrides.get(address)]
    return settings.model_copy(update=dict.fromkeys(keys))


def _gemini(settings: Settings) -> GeminiAccess | None:
    if not (key := _plain(settings.gemini_api_key)):
        return None
    base_url, api_version = gemini_address(settings.gemini_api_url)
    return GeminiAccess(
        key=key,
        base_url=base_url,
        api_version=api_version,
        text_model=settings.gemini_text_model,
        vision_model=settings.gemini_text_model,
        image_model=settings.gemini_image_model,
        reference_pictures=settings.gemini_reference_pictures,
        audio_model=settings.gemini_audio_model,
    )


def _dashscope(settings: Settings) -> DashScopeAccess | None:
    if not (key := _plain(settings.dashscope_api_key)):
        return None
    return DashScopeAccess(
        key=key,
        native_url=dashscope_address(settings.dashscope_base_url),
        text_model=settings.qwen_text_model,
        vision_model=settings.qwen_vl_model,
        image_model=settings.qwen_image_model,
        edit_model=settings.qwen_image_edit_model,
        reference_pictures=settings.qwen_reference_pictures,
        compatible_url=dashscope_compatible_address(settings.dashscope_base_url),
        audio_model=settings.qwen_asr_model,
    )


def _openai(settings: Settings) -> OpenAIAccess | None:
    key = _plain(settings.openai_api_key)
    if not key and not settings.openai_base_url:
        return None
    return OpenAIAccess(
        key=key or NO_KEY,
        base_url=settings.openai_base_url or OPENAI_ADDRESS,
        text_model=settings.openai_text_model,
        vision_model=settings.openai_vision_model,
        image_model=settings.openai_image_model,
        reference_pictures=settings.openai_reference_pictures,
        audio_model=settings.openai_audio_model,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def gemini_address(url: str) -> tuple[str, str]:
    """The base address and the API version; without one it is v1beta, the only one that every proxy routes."""
    base = url.strip().rstrip("/")
    before, slash, version = base.rpartition("/")
    return (before.rstrip("/"), version) if slash and version in ("v1", "v1beta", "v1alpha") else (base, "v1beta")


def dashscope_address(url: str) -> str:
    """The native address, from a host alone, from itself or from the OpenAI-compatible one."""
    host = url.strip().rstrip("/").removesuffix("/compatible-mode/v1").removesuffix("/api/v1").rstrip("/")
    return f"{host}/api/v1"


def dashscope_compatible_address(url: str) -> str:
    """The OpenAI-compatible address, from any of the three."""
    return dashscope_address(url).removesuffix("/api/v1") + "/compatible-mode/v1"


def retried(call: Callable[[], T], attempts: int) -> T:
    """Call, and again where the failure is a passing one: 429, 5xx, a time-out, no connection. Never on other 4xx.

    The pause is what the service asks for in Retry-After, else it doubles from one second. A service that asks for
    more than a minute is not asked again: waiting less would be refused, waiting that long is for people to decide.

    Raises:
        ProviderError: the last failure.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    retrying = Retrying(
        retry=retry_if_exception(_worth_another),
        stop=stop_after_attempt(attempts),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def _worth_another(problem: BaseException) -> bool:
    return isinstance(problem, TRANSIENT_ERRORS) and _asked_pause(problem) <= LONGEST_PAUSE


def _asked_pause(problem: BaseException | None) -> float:
    asked = problem.facts.get("retry_after", 0.0) if isinstance(problem, TRANSIENT_ERRORS) else 0.0
    return asked if isinstance(asked, int | float) else 0.0


def _pause(state: RetryCallState) -> float:
    from tenacity import wait_exponential_jitter

    doubling = wait_exponential_jitter(initial=1, max=LONGEST_PAUSE / 2, jitter=1)
    problem = state.outcome.exception() if state.outcome else None
    return _asked_pause(problem) or doubling(state)


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """The header Retry-After, given in seconds or as an HTTP date, as seconds from now; None where it is neither."""
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
