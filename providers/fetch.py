"""Fetching a picture from the address that a service returned. The address is the service's word, so it is checked:
only https, only public hosts, at every redirect, and the connection goes to the very IP address that was checked."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx2

from api_utils import TRANSIENT_ERRORS, retried
from core.errors import CertificateNotTrusted, ImageFetchFailed, ProviderBusy, ProviderError, ProviderUnreachable
from core.messages import Phrase, gettext_noop, phrase
from core.public_hosts import addresses_of, at_address, is_public, netloc, origin
from providers import wire
from providers.failure import Call

LARGEST_PICTURE = 50 * 2**20
_MOST_REDIRECTS = 3


def picture(url: str, call: Call, base_url: str, attempts: int) -> bytes:
    """The bytes at ``url``, at most 50 MB, each attempt within the call's seconds.

    An address on the service's own scheme, host and port is taken as it is; any other must be public, and http
    becomes https.

    Raises:
        ImageFetchFailed: with the reason; the picture may have expired.
    """
    try:
        return retried(lambda: _followed(url, call, base_url), attempts)
    except (*TRANSIENT_ERRORS, CertificateNotTrusted) as problem:
        raise call.error(ImageFetchFailed, problem.raw, reason=problem.phrase()) from None


def _followed(url: str, call: Call, base_url: str) -> bytes:
    address = base_url
    for _ in range(_MOST_REDIRECTS + 1):
        address, addresses = _checked(url, address, call, base_url)
        answer = _connected(address, addresses, call)
        if not answer.has_redirect_location:
            return _content(answer, call)
        url = answer.headers["location"]
    raise _failed(call, gettext_noop("too many redirects"))


def _checked(url: str, address: str, call: Call, base_url: str) -> tuple[str, list[str]]:
    """The address as it may be fetched, and the IP addresses to connect to; none for the service's own host."""
    try:
        url = urljoin(address, url)
        scheme, host, port = origin(url)
    except ValueError:
        raise _failed(call, gettext_noop("its address is not valid")) from None
    if scheme not in ("http", "https") or not host.isascii() or not host or "@" in urlsplit(url).netloc:
        raise _failed(call, gettext_noop("its address is not valid"))
    if (scheme, host, port) == origin(base_url):
        return url, []
    place = netloc(host, None if port in (80, 443) else port)
    return urlunsplit(urlsplit(url)._replace(scheme="https", netloc=place)), _public_addresses(host, port, call)


def _public_addresses(host: str, port: int, call: Call) -> list[str]:
    try:
        addresses = addresses_of(host, port)
    except (OSError, UnicodeError):
        raise call.error(ProviderUnreachable, f"the name {host} is not known") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise _failed(call, phrase(gettext_noop("{host} is not a public address"), host=host))
    return addresses


def _connected(url: str, addresses: list[str], call: Call) -> httpx2.Response:
    """From the first of the checked addresses that can be reached; TLS and the Host header still see the name."""
    last: Exception = httpx2.ConnectError("no address")
    targets: list[str | None] = [*addresses] or [None]
    for address in targets:
        try:
            return _got(url, address, call)
        except httpx2.ConnectError as problem:
            last = problem
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise _lost(call, problem) from None
    raise _lost(call, last)


def _got(url: str, address: str | None, call: Call) -> httpx2.Response:
    """One request. A proxy would look the name up anew, so only the service's own host may be behind one."""
    target, given = at_address(url, address) if address else (url, {})
    with wire.client(target, call.seconds, LARGEST_PICTURE, through_proxy=not address) as http:
        return http.get(target, **given)


def _lost(call: Call, problem: Exception) -> ProviderError:
    if isinstance(problem, wire.AnswerTooLarge):
        return _failed(call, phrase(gettext_noop("it is larger than {limit} MB"), limit=LARGEST_PICTURE // 2**20))
    return wire.lost(call, problem)


def _content(answer: httpx2.Response, call: Call) -> bytes:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise call.error(ProviderBusy, status=answer.status_code)
    if answer.status_code != 200:
        raise _failed(call, phrase(gettext_noop("status {status}"), status=answer.status_code))
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if not answer.content or kind.startswith("text/") or kind.endswith(("json", "xml", "html")):
        raise _failed(
            call,
            phrase(gettext_noop("not a picture but {kind}"), kind=call.said(kind)) if kind else gettext_noop("empty"),
        )
    return answer.content


def _failed(call: Call, reason: str | Phrase) -> ProviderError:
    return call.error(ImageFetchFailed, reason=reason)
