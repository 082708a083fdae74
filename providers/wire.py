"""The bounded HTTP client as providers use it, and what became of a request that brought no answer."""

from __future__ import annotations

import httpx2

from bounded_http import AnswerCompressed, AnswerTooLarge, certificates, client
from errors import ProviderError, ProviderUnreachable
from providers.failure import Call

__all__ = ["AnswerTooLarge", "certificates", "client", "lost"]


def lost(call: Call, problem: Exception) -> ProviderError:
    """The error for a request that brought no answer."""
    if isinstance(problem, httpx2.TimeoutException):
        return call.late()
    if isinstance(problem, httpx2.TransportError) and not isinstance(problem, AnswerTooLarge | AnswerCompressed):
        return call.error(ProviderUnreachable, str(problem))
    return call.unclear(str(problem))
