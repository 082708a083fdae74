"""The HTTP client under every service and server: one time limit for a whole request, a largest answer, no redirects.

All SDKs and our own requests run on it. Of the environment it takes the proxy (core/proxies.py) and the certificates
(core/certificates.py), and sends no header that the request does not need. An answer that comes compressed although
that was not asked for is refused: a small one can grow without end.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ssl import SSLContext
from typing import Any

import httpx2

from core.certificates import CertificatesUnusable, certificates, nobody
from core.messages import Phrase, gettext_noop
from core.proxies import Proxy, proxy_for

LARGEST_ANSWER = 80 * 2**20  # a 50 MB picture in base64 fits
LARGEST_TEXT = 8 * 2**20  # of an answer without a picture
LONGEST_CONNECT = 10.0
# SGLang (uvicorn) closes a quiet connection after five seconds.
_FEW_CONNECTIONS = httpx2.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=4.8)
_HEADERS = frozenset(
    {"accept", "authorization", "connection", "content-length", "content-type", "host"}
    | {"transfer-encoding", "user-agent", "x-goog-api-key", "x-server-timeout"}
    | {"webhook-id", "webhook-signature", "webhook-timestamp"}
)


class AnswerTooLarge(httpx2.TransportError):
    """More came, or was announced, than the limit allows."""


class AnswerCompressed(httpx2.TransportError):
    """It came compressed, although that was not asked for."""


class EnvironmentUnusable(httpx2.TransportError):
    """A variable of the environment, of a proxy or of certificates, cannot be used; nothing was sent."""

    def __init__(self, variable: str, reason: str | Phrase) -> None:
        super().__init__(variable)
        self.variable, self.reason = variable, reason


class ProxyUnusable(EnvironmentUnusable):
    """The one that names the proxy."""


class NoCertificates(EnvironmentUnusable):
    """The one that names the certificates."""


def proxy_of(problem: Exception) -> str:
    """The proxy that a failed request went through, without its password; empty where it went straight."""
    return str(getattr(problem, "proxy", ""))


@contextmanager
def client(
    address: str,
    seconds: float,
    largest: int | None = None,
    *,
    through_proxy: bool = True,
    longest_silence: float | None = None,
) -> Iterator[httpx2.Client]:
    """A client for one request to ``address``, all of it within ``seconds``, for at most ``largest`` bytes.

    Past the limit it raises httpx2.ReadTimeout, also where the other side drips byte by byte; ``longest_silence`` is
    the most seconds between two bytes.

    A request raises EnvironmentUnusable where the proxy or the certificates that it needs cannot be used.
    """
    silence = min(seconds, longest_silence or seconds)
    proxy = proxy_for(address) if through_proxy else None
    try:
        inner: httpx2.BaseTransport = _transport(address, proxy)
    except EnvironmentUnusable as problem:
        inner = _Unusable(problem)
    with (
        _Deadline(seconds, proxy.shown if proxy else "") as deadline,
        httpx2.Client(
            transport=_Bounded(inner, deadline, silence, largest or LARGEST_ANSWER),
            trust_env=False,
            follow_redirects=False,
        ) as bounded,
    ):
        yield bounded


class KeptOpen:
    """Quick questions to one address over connections that stay open, asked from an event loop; as ``client`` else."""

    def __init__(self, address: str) -> None:
        proxy = proxy_for(address)
        trusted, through = _way(address, proxy)
        self._transport = httpx2.AsyncHTTPTransport(verify=trusted, proxy=through, limits=_FEW_CONNECTIONS)

    async def ask(self, address: str, headers: dict[str, str], seconds: float, largest: int) -> tuple[int, bytes]:
        """GET an address; returns the status and the whole body.

        Raises:
            httpx2.TransportError, httpx2.InvalidURL: as a request of ``client``.
        """
        timeout = {"connect": min(LONGEST_CONNECT, seconds), "read": seconds, "write": seconds, "pool": seconds}
        asked = httpx2.Request(
            "GET", address, headers={**headers, "accept-encoding": "identity"}, extensions={"timeout": timeout}
        )
        try:
            async with asyncio.timeout(seconds):
                answer = await self._transport.handle_async_request(asked)
                try:
                    _check_head(answer.headers, largest)
                    body = b""
                    async for chunk in answer.aiter_raw():
                        body += chunk
                        if len(body) > largest:
                            raise AnswerTooLarge(f"more than {largest} bytes")
                finally:
                    await answer.aclose()
        except TimeoutError:
            raise httpx2.ReadTimeout("the time limit for the whole request is over") from None
        return answer.status_code, body

    async def close(self) -> None:
        await self._transport.aclose()


def _transport(address: str, proxy: Proxy | None) -> httpx2.HTTPTransport:
    trusted, through = _way(address, proxy)
    return httpx2.HTTPTransport(verify=trusted, proxy=through)


def _way(address: str, proxy: Proxy | None) -> tuple[SSLContext, httpx2.Proxy | None]:
    """Whom to trust, and the proxy in front; raises EnvironmentUnusable."""
    if proxy and proxy.error:
        raise ProxyUnusable(proxy.variable, proxy.error)
    encrypted = address.lower().startswith("https:") or bool(proxy and proxy.url.startswith("https:"))
    try:
        trusted = certificates() if encrypted else nobody()
    except CertificatesUnusable as problem:
        raise NoCertificates(problem.variable, problem.reason) from None
    return trusted, _understood(proxy, trusted) if proxy else None


def _understood(proxy: Proxy, trusted: SSLContext) -> httpx2.Proxy:
    try:
        return httpx2.Proxy(proxy.url, ssl_context=trusted if proxy.url.startswith("https:") else None)
    except (ValueError, httpx2.InvalidURL):
        raise ProxyUnusable(proxy.variable, gettext_noop("it is not an address")) from None


class _Deadline:
    """Ends the connections of one request at a set time.

    A read limit alone starts anew with every byte; here a timer shuts the sockets down, which ends any wait.
    """

    def __init__(self, seconds: float, proxy: str) -> None:
        self.expired = False
        self._proxy = proxy
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Called by the HTTP library at each of its stages; a duplicate outlives the wrapping in TLS."""
        if event.endswith("connect_tcp.complete"):
            with self._lock:
                self._sockets.append(info["return_value"].get_extra_info("socket").dup())
            if self.expired:
                self._end()

    def _end(self) -> None:
        self.expired = True
        with self._lock:
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Whatever a shut down connection looks like, it is a time-out. Each failure knows the proxy that was used."""
        try:
            with self._named():
                yield
        except (httpx2.ConnectTimeout, AnswerTooLarge, AnswerCompressed):
            raise
        except httpx2.TransportError:
            if not self.expired:
                raise
        if self.expired:
            late = httpx2.ReadTimeout("the time limit for the whole request is over")
            late.proxy = self._proxy  # type: ignore[attr-defined]
            raise late

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except httpx2.TransportError as problem:
            problem.proxy = self._proxy  # type: ignore[attr-defined]
            raise


class _Unusable(httpx2.BaseTransport):
    """Says at the request what is wrong with the environment, as every other failure is said there."""

    def __init__(self, problem: EnvironmentUnusable) -> None:
        self._problem = problem

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise self._problem


class _Bounded(httpx2.BaseTransport):
    def __init__(self, inner: httpx2.BaseTransport, deadline: _Deadline, silence: float, largest: int) -> None:
        self._inner = inner
        self._deadline = deadline
        self._largest = largest
        rest = {"read": silence, "write": silence, "pool": silence}
        self._limits = {"timeout": {"connect": min(LONGEST_CONNECT, silence), **rest}, "trace": deadline.trace}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        kept = [(name, value) for name, value in request.headers.multi_items() if name.lower() in _HEADERS]
        sent = httpx2.Request(
            request.method,
            request.url,
            headers=[*kept, ("accept-encoding", "identity")],  # so that the limit is on what it becomes
            stream=request.stream,
            extensions={**request.extensions, **self._limits},
        )
        with self._deadline.watching():
            answer = self._inner.handle_request(sent)
            try:
                _check_head(answer.headers, self._largest)
            except httpx2.TransportError:
                answer.close()
                raise
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_BoundedStream(answer.stream, self._deadline, self._largest),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._inner.close()


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, inner: Any, deadline: _Deadline, largest: int) -> None:
        self._inner = inner
        self._deadline = deadline
        self._largest = largest

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        with self._deadline.watching():
            for chunk in self._inner:
                received += len(chunk)
                if received > self._largest:
                    raise AnswerTooLarge(f"more than {self._largest} bytes")
                yield chunk

    def close(self) -> None:
        self._inner.close()


def _check_head(headers: httpx2.Headers, largest: int) -> None:
    """Refuse on its head what would only be refused after it was read.

    Raises:
        AnswerTooLarge, AnswerCompressed
    """
    announced = headers.get("content-length", "")
    coding = headers.get("content-encoding", "identity").strip().lower()
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > largest:
        raise AnswerTooLarge(f"more than {largest} bytes")
    if coding not in ("", "identity"):
        raise AnswerCompressed(f"compressed: {coding[:20]}")
