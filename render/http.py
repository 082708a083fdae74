"""Plain requests to one SGLang server: every one once, bounded in time and size, and every failure named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from pydantic import SecretStr

from core.bounded_http import AnswerCompressed, AnswerTooLarge, EnvironmentUnusable, KeptOpen, client, proxy_of
from core.errors import ServerAnswerUnclear, ServerError, ServerSilent, ServerUnreachable
from core.messages import Phrase, gettext_noop, phrase

_MAX_ANSWER = 8 * 2**20


class SGLangHTTP:
    """One server. Nothing is repeated or redirected; core/proxies.py knows whether a proxy stands before it."""

    def __init__(self, base_url: str, *, name: str = "", token: SecretStr | None = None) -> None:
        self.base_url = base_url
        self.name = name or base_url
        self._headers = {"User-Agent": "mova-workflow"}
        self._token = token
        if token:
            self._headers["Authorization"] = f"Bearer {token.get_secret_value()}"

    def ask(self, method: str, path: str, *, seconds: float, **content: Any) -> tuple[int, bytes]:
        """One request; returns the status and the whole body.

        Raises:
            ServerUnreachable: no connection was made, so nothing was sent.
            ServerSilent: the request may have been taken, but no whole answer came within ``seconds``.
            ServerAnswerUnclear: the answer is longer than any of SGLang's, or compressed unasked.
        """
        with self._sent(method, path, seconds=seconds, largest=_MAX_ANSWER, **content) as response:
            return response.status_code, self.without_token(response.read())

    async def ask_kept_open(self, kept: KeptOpen, path: str, *, seconds: float) -> tuple[int, bytes]:
        """GET as ``ask``, from an event loop and over a connection that stays open."""
        try:
            status, body = await kept.ask(self.base_url + path, self._headers, seconds, _MAX_ANSWER)
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as problem:
            raise self._named(problem) from None
        return status, self.without_token(body)

    def without_token(self, said: bytes) -> bytes:
        """What a server, or the proxy before it, says, without the token: some repeat what they refuse."""
        return said.replace(self._token.get_secret_value().encode(), b"(token)") if self._token else said

    @contextmanager
    def opened(self, path: str, *, seconds: float, largest: int, silence: float) -> Iterator[httpx2.Response]:
        """Ask for a file; its body is to be read in the block, all of it within ``seconds``.

        Raises:
            As ``ask``, also while the body is read; ``silence`` is the most seconds between two bytes.
        """
        with self._sent("GET", path, seconds=seconds, largest=largest, silence=silence) as response:
            yield response

    @contextmanager
    def _sent(
        self, method: str, path: str, *, seconds: float, largest: int, silence: float | None = None, **content: Any
    ) -> Iterator[httpx2.Response]:
        address = self.base_url + path
        try:
            with (
                client(address, seconds, largest, longest_silence=silence) as http,
                http.stream(method, address, headers=self._headers, **content) as response,
            ):
                yield response
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as problem:
            raise self._named(problem) from None

    def _named(self, problem: Exception) -> ServerError:
        if isinstance(problem, AnswerTooLarge | AnswerCompressed):
            return ServerAnswerUnclear(str(problem), server=self.name)
        if isinstance(problem, EnvironmentUnusable):
            return ServerUnreachable(server=self.name, reason=_unusable(problem))
        proxy = proxy_of(problem)
        if reason := _why_not_connected(problem):
            through = phrase(gettext_noop("{reason}, through the proxy {proxy}"), reason=reason, proxy=proxy)
            return ServerUnreachable(server=self.name, reason=through if proxy else reason)
        said = type(problem).__name__
        return ServerSilent(f"{said}, proxy {proxy}" if proxy else said, server=self.name)


def _why_not_connected(problem: Exception) -> str:
    """Empty where a connection was made."""
    if isinstance(problem, httpx2.ConnectTimeout):
        return gettext_noop("timed out")
    if not isinstance(
        problem, httpx2.ConnectError | httpx2.ProxyError | httpx2.UnsupportedProtocol | httpx2.InvalidURL
    ):
        return ""
    text = str(problem)
    if "refused" in text:
        return gettext_noop("refused")
    if "not known" in text or "resol" in text or "No address" in text:
        return gettext_noop("unknown host")
    return gettext_noop("encryption failed") if "SSL" in text or "CERT" in text else gettext_noop("no connection")


def _unusable(problem: EnvironmentUnusable) -> Phrase:
    return phrase(gettext_noop("{variable} cannot be used: {reason}"), variable=problem.variable, reason=problem.reason)
