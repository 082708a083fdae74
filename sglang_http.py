"""Plain requests to one SGLang server: every one once, bounded in time and size, and every failure named."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import requests
from pydantic import SecretStr
from urllib3.exceptions import HTTPError, NewConnectionError

from errors import ServerAnswerUnclear, ServerError, ServerSilent, ServerUnreachable
from notes import N_

_CONNECT_SECONDS = 5.0
_MAX_ANSWER = 8 * 2**20
_CHUNK = 2**16


class SGLangHTTP:
    """A session with one server. Nothing is repeated, redirected or sent through a proxy of the environment."""

    def __init__(self, base_url: str, *, name: str = "", token: SecretStr | None = None) -> None:
        self.base_url = base_url
        self.name = name or base_url
        self._session = requests.Session()
        self._session.trust_env = False
        # Compressed answers are not asked for, so that a small one cannot grow without end.
        self._session.headers.update({"Accept-Encoding": "identity", "User-Agent": "mova-workflow"})
        if token:
            self._session.headers["Authorization"] = f"Bearer {token.get_secret_value()}"

    def close(self) -> None:
        self._session.close()

    def ask(self, method: str, path: str, *, seconds: float, **content: Any) -> tuple[int, bytes]:
        """One request; returns the status and the whole body.

        Raises:
            ServerUnreachable: no connection was made, so nothing was sent.
            ServerSilent: the request may have been taken, but no whole answer came within ``seconds``.
            ServerAnswerUnclear: the answer is longer than any of SGLang's.
        """
        with self.opened(method, path, seconds=seconds, **content) as response:
            body = b"".join(self.chunks(response, limit=_MAX_ANSWER, seconds=seconds))
            return response.status_code, body

    def opened(self, method: str, path: str, *, seconds: float, **content: Any) -> requests.Response:
        """Send a request and return its answer with the body still unread."""
        try:
            return self._session.request(
                method,
                self.base_url + path,
                timeout=(min(_CONNECT_SECONDS, seconds), seconds),
                stream=True,
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as problem:
            raise self._named(problem) from None

    def chunks(self, response: requests.Response, *, limit: int, seconds: float) -> Iterator[bytes]:
        """The body in pieces, as they come, until ``limit`` bytes or ``seconds`` of wall time are passed."""
        deadline = time.monotonic() + seconds
        received = 0
        try:
            while chunk := response.raw.read1(_CHUNK):
                received += len(chunk)
                if received > limit:
                    raise ServerAnswerUnclear(server=self.name)
                if time.monotonic() > deadline:
                    raise ServerSilent(server=self.name)
                yield chunk
        except (HTTPError, OSError) as problem:
            raise ServerSilent(_kind(problem), server=self.name) from None

    def _named(self, problem: requests.RequestException) -> ServerError:
        if isinstance(problem, requests.ConnectTimeout):
            return ServerUnreachable(server=self.name, reason=N_("timed out"))
        if isinstance(problem, requests.ConnectionError) and _never_connected(problem):
            return ServerUnreachable(server=self.name, reason=_why_not_connected(problem))
        return ServerSilent(_kind(problem), server=self.name)


def _never_connected(problem: requests.ConnectionError) -> bool:
    cause = problem.args[0] if problem.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError) or isinstance(
        problem, requests.exceptions.SSLError | requests.exceptions.ProxyError
    )


def _why_not_connected(problem: requests.ConnectionError) -> str:
    text = str(problem)
    if "refused" in text:
        return N_("refused")
    if "resolve" in text or "not known" in text:
        return N_("unknown host")
    return N_("encryption failed") if "SSL" in text else N_("no connection")


def _kind(problem: BaseException) -> str:
    return type(problem).__name__
