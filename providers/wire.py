"""The bounded HTTP client as providers use it, and what became of a request that brought no answer."""

from __future__ import annotations

import httpx2

from core.bounded_http import (
    AnswerCompressed,
    AnswerTooLarge,
    NoCertificates,
    ProxyUnusable,
    client,
    proxy_of,
)
from core.certificates import is_untrusted, nobody
from core.errors import (
    CertificateNotTrusted,
    CertificatesUnreadable,
    ProviderError,
    ProviderTimeoutByProxy,
    ProviderUnreachable,
    ProxyFailed,
    ProxyLogin,
    ProxyMisnamed,
)
from providers.failure import Call

__all__ = ["AnswerTooLarge", "client", "lost", "nobody"]


def lost(call: Call, problem: Exception) -> ProviderError:
    """The error for a request that brought no answer."""
    proxy = proxy_of(problem)
    if isinstance(problem, ProxyUnusable):
        return call.error(ProxyMisnamed, variable=problem.variable, reason=problem.reason)
    if isinstance(problem, NoCertificates):
        return call.error(CertificatesUnreadable, variable=problem.variable, reason=problem.reason)
    if isinstance(problem, httpx2.TimeoutException):
        return call.error(ProviderTimeoutByProxy, seconds=call.seconds, proxy=proxy) if proxy else call.late()
    if isinstance(problem, AnswerTooLarge | AnswerCompressed) or not isinstance(problem, httpx2.TransportError):
        return call.unclear(str(problem))
    if is_untrusted(problem):
        return call.error(CertificateNotTrusted, str(problem), proxy=proxy)
    if proxy and isinstance(problem, httpx2.ProxyError) and "407" in str(problem):
        return call.error(ProxyLogin, str(problem), proxy=proxy)
    if proxy:
        return call.error(ProxyFailed, str(problem), proxy=proxy)
    return call.error(ProviderUnreachable, str(problem))
