"""Who asks: the person of the key that a program brings along, and what that key may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.asked_language import language_asked_for
from api.context import ApiContext, DeletedVideos, context_of
from core.background import BackgroundTasks
from core.errors import ApiKeyMissing, ApiKeyRefused, ScopeMissing
from core.translations import translator
from jobs.model.api_keys import SCOPES, Scope, id_in
from jobs.model.people import SHARED, Person

if TYPE_CHECKING:
    from config import Settings
    from core.messages import Translate
    from jobs.service.service import JobService

# What a proxy adds: whoever comes through one is not on this machine, although the connection is.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_bearer = HTTPBearer(auto_error=False, description="A key from the Settings page, or workflow.py key create")


@dataclass(frozen=True)
class Caller:
    """``service`` is the person's own; ``translate`` says a sentence in the language that was asked for."""

    person: Person
    scopes: Sequence[Scope]
    service: JobService
    settings: Settings
    translate: Translate
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    deleted: DeletedVideos = field(default_factory=DeletedVideos)


def caller_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who sends a request.

    Raises:
        ApiKeyMissing, ApiKeyRefused, TooManyTries.
    """
    context = context_of(request)
    person, scopes = _by_key(context, request, credentials.credentials) if credentials else _by_place(context, request)
    return Caller(
        person=person,
        scopes=scopes,
        service=context.service.of(person),
        settings=context.settings,
        translate=translator(language_asked_for(request)),
        background=context.background,
        deleted=context.deleted,
    )


def _by_key(context: ApiContext, request: Request, key: str) -> tuple[Person, Sequence[Scope]]:
    address, key_id = request.client.host if request.client else "", id_in(key)
    context.tries.check(address, key_id)
    found = context.service.api_keys.of_program(key)
    if found is None:
        context.tries.count(address, key_id)
        raise ApiKeyRefused
    return found.person(context.settings), found.scopes


def _by_place(context: ApiContext, request: Request) -> tuple[Person, Sequence[Scope]]:
    if context.settings.api_open and not context.is_closed() and _is_of_this_machine(request):
        return SHARED, SCOPES
    raise ApiKeyMissing


def _is_of_this_machine(request: Request) -> bool:
    """Whether a program on this machine asks: no proxy, and no page of elsewhere in a browser here."""
    headers, host = request.headers, request.url.hostname or ""
    if any(name in headers for name in _FORWARDED) or not (request.client and _is_loopback(request.client.host)):
        return False
    origin = headers.get("origin")
    is_own = origin is None or (urlsplit(origin).netloc == headers.get("host") and origin != "null")
    return (
        is_own
        and (host == "localhost" or _is_loopback(host))
        and headers.get("sec-fetch-site") in (*(None, "same-origin", "none"),)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may(*scopes: Scope) -> Callable[[Caller], Caller]:
    """A dependency: the caller, whose key has these scopes.

    Raises:
        ScopeMissing
    """

    def checked(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        for scope in scopes:
            if scope not in caller.scopes:
                raise ScopeMissing(scope=scope)
        return caller

    return checked


Reader = Annotated[Caller, Depends(may("read"))]
Creator = Annotated[Caller, Depends(may("create"))]
Spender = Annotated[Caller, Depends(may("spend"))]
Orderer = Annotated[Caller, Depends(may("create", "spend"))]
