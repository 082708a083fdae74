"""In which language a request is to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.translations import language_of

if TYPE_CHECKING:
    from starlette.requests import Request


def language_asked_for(request: Request) -> str:
    """The language of Accept-Language that is preferred most."""
    parts = [part.strip().partition(";") for part in request.headers.get("accept-language", "")[:500].split(",")]
    ranked = sorted(parts, key=lambda part: -_quality(part[2]))
    return language_of(*(name.strip() for name, _, quality in ranked if _quality(quality) > 0))


def _quality(words: str) -> float:
    name, _, value = words.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
