"""Whether a service still has a model, by its own word: for models whose trial would cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.answers import dig

if TYPE_CHECKING:
    from config import Settings
    from providers.trial import Service

_SECONDS = 10.0
_LARGEST = 2**23  # bytes: a list of some hundred models


def has_model(settings: Settings, service: Service, model: str) -> bool | None:
    """True or False where the service says so; None where it does not tell, DashScope among them.

    Gemini is asked for the one model, an OpenAI-compatible service for its list.
    """
    from api_utils import services

    found = services(settings)
    if service == "gemini" and found.gemini:
        access, name = found.gemini, quote(model, safe="")
        address = f"{access.base_url.rstrip('/')}/{access.api_version}/models/{name}"
        status, body = _asked(access.base_url, address, {"x-goog-api-key": access.key})
        gone = status == 404 and dig(body, "error.code", int) == 404  # a proxy without this route says it otherwise
        there = status == 200 and dig(body, "name", str) is not None
        return there if there or gone else None
    if service == "openai" and found.openai:
        base, key = found.openai.base_url, found.openai.key
        status, body = _asked(base, f"{base.rstrip('/')}/models", {"Authorization": f"Bearer {key}"})
        listed = dig(body, "data", list) if status == 200 else None
        return any(dig(one, "id", str) == model for one in listed) if listed else None
    return None


def _asked(base_url: str, address: str, headers: dict[str, str]) -> tuple[int, Any]:
    """The status of one GET, and its JSON; 0 where there was no answer."""
    import httpx2

    from providers import wire

    try:
        with wire.client(base_url, _SECONDS, _LARGEST) as http:
            answer = http.get(address, headers=headers)
            return answer.status_code, json.loads(answer.text)
    except (httpx2.HTTPError, ValueError, RecursionError):
        return 0, None
