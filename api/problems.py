"""Errors as RFC 9457 problem documents: a stable code from the error tree, words in the language asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.asked_language import language_asked_for
from core import errors
from core.accepted_values import accepted
from core.errors import MovaError
from core.messages import gettext_noop, message
from core.translations import translator

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from core.messages import Fact, Translate

MEDIA_TYPE = "application/problem+json"
_COMPATIBLE = "/v1/"  # there the shape of errors is SGLang's
# By the nearest class; what is not named is the input's fault where it is an InputError, else ours.
STATUS: dict[type[MovaError], int] = {
    errors.ApiKeyMissing: 401,
    errors.ApiKeyRefused: 401,
    errors.NotLoggedIn: 401,
    errors.ScopeMissing: 403,
    errors.NotAllowed: 403,
    errors.TooManyTries: 429,
    errors.QuotaReached: 429,
    errors.DiskQuota: 403,
    errors.UnknownJob: 404,
    errors.BadId: 404,
    errors.UnknownFilm: 404,
    errors.UnknownShot: 404,
    errors.UnknownApiKey: 404,
    errors.UnknownWebhook: 404,
    errors.UnknownMessage: 404,
    errors.TooManyWebhooks: 409,
    errors.FileMissing: 404,
    errors.NothingToExtend: 409,
    errors.ActRefused: 409,
    errors.JobSent: 409,
    errors.FilmIncomplete: 409,
    errors.FilmEditRefused: 409,
    errors.ShotNotReady: 409,
    errors.ApiKeyExists: 409,
    errors.FilmExists: 409,
    errors.RequestDiffers: 409,
    errors.RequestGone: 410,
    errors.PlanChanged: 412,
    errors.FilmChanged: 412,
    errors.MatchMissing: 428,
    errors.FileTooLarge: 413,
    errors.PictureTooLarge: 413,
    errors.InputError: 422,
    errors.ServerError: 503,
    errors.StoreError: 503,
    errors.StorageError: 507,
    errors.BucketUnusable: 503,
    errors.ProviderError: 502,
    errors.NoProvider: 503,
}
_UNFIT = gettext_noop("The request does not fit its description.")
_ADVICE = gettext_noop("See /api/v1/openapi.json, or /api/docs in a browser.")
_FIELD = gettext_noop("{where}: {reason}")
_TAKES = gettext_noop("{where}: accepted: {accepted}")
_HTTP = {
    400: gettext_noop("The body cannot be read: it is neither JSON in UTF-8 nor a whole form."),
    404: gettext_noop("There is nothing at this address."),
    405: gettext_noop("This address does not take this method."),
    413: gettext_noop("The request is too large."),
    415: gettext_noop("A compressed body cannot be read: send it without Content-Encoding."),
}
_CODES = {
    400: "unreadable_body",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "compressed_body",
}
_WAIT = {429: 60, 503: 5}  # seconds after which another try makes sense


class Refused(HTTPException):
    """A refusal that no error of ours is, in SGLang's words where it has some; said in the language asked for."""

    def __init__(self, status: int, template: str, **facts: Fact) -> None:
        self.words = message(template, **facts)
        super().__init__(status, self.words.text())


class Problem(BaseModel):
    """RFC 9457. ``code`` is the same in every version; ``title`` says what happened, ``detail`` what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = Field(examples=["unknown_job"])


def status_of(error: MovaError) -> int:
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def code_of(kind: type[MovaError]) -> str:
    """``unknown_job`` of UnknownJob."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind.__name__).lower()


def problem_of(error: MovaError, translate: Translate) -> Problem:
    return Problem(
        title=error.message(translate),
        status=status_of(error),
        detail=error.next_step(translate),
        code=code_of(type(error)),
    )


def add_handlers(app: FastAPI) -> None:
    """Answer every error in the shape of its address."""
    app.add_exception_handler(MovaError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_input)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(ClientDisconnect, _of_nobody)


def _of_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MovaError)  # noqa: S101 (registered for it)
    language = language_asked_for(request)
    problem = problem_of(error, translator(language))
    return _answer(request, problem, problem.title if is_compatible(request) else None, language=language)


def _of_input(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    language, faults = language_asked_for(request), error.errors()[:20]
    translate = translator(language)
    found = [{name: _plain(one.get(name)) for name in ("type", "loc", "msg", "input")} for one in faults]
    if language != "en":
        found = [
            {**told, "msg": message("{accepted}", accepted=accepted(one)).text(translate)}
            for told, one in zip(found, faults, strict=True)
        ]
    where = "; ".join(field_problem(one, translate) for one in faults[:5])
    problem = Problem(title=translate(_UNFIT), status=422, detail=where[:1000], code="input_error")
    return _answer(request, problem, found if is_compatible(request) else None, language=language)


def field_problem(fault: Any, translate: Translate) -> str:
    """What is wrong with a field, in our own sentence."""
    where, found = ".".join(map(str, fault["loc"]))[:200], accepted(fault)
    if isinstance(found, str):
        return message(_FIELD, where=where, reason=found).text(translate)
    return message(_TAKES, where=where, accepted=found).text(translate)


def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    language = language_asked_for(request)
    translate = translator(language)
    if isinstance(error, Refused):
        words = error.words.text(translate)
    else:
        words = translate(_HTTP[error.status_code]) if error.status_code in _HTTP else str(error.detail)
    problem = Problem(
        title=words,
        status=error.status_code,
        detail=translate(_ADVICE),
        code=_CODES.get(error.status_code, "http_error"),
    )
    told = (str(error.detail) if language == "en" else words) if is_compatible(request) else None
    return _answer(request, problem, told, headers=dict(error.headers or {}), language=language)


async def _of_nobody(request: Request, error: Exception) -> Response:
    """Whoever asked has gone before the body was complete."""
    return Response(status_code=400)


class TooLargeInShape:
    """Middleware: a body over the limit, which the framework refuses as plain text, is refused as all else is; one that
    is compressed, too, for nobody here unpacks it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if Headers(scope=scope).get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            await _of_http(Request(scope), HTTPException(415, _HTTP[415]))(scope, receive, send)
            return
        is_ours = False

        async def shaped(told: Message) -> None:
            nonlocal is_ours
            if told["type"] == "http.response.start" and told["status"] == 413:
                is_ours = Headers(raw=told["headers"]).get("content-type", "").startswith("text/plain")
                if is_ours:
                    await _of_http(Request(scope), HTTPException(413))(scope, receive, send)
            if not is_ours:
                await send(told)

        await self._app(scope, receive, shaped)


def is_compatible(request: Request) -> bool:
    """Whether an address is one of OpenAI's and SGLang's."""
    return request.url.path.startswith(_COMPATIBLE) or request.url.path == "/v1"


def _answer(
    request: Request,
    problem: Problem,
    detail: object,
    *,
    headers: dict[str, str] | None = None,
    language: str = "en",
) -> JSONResponse:
    told = {"Content-Language": language.replace("_", "-"), "Vary": "Accept-Language", **(headers or {})}
    if problem.status in _WAIT:
        told["Retry-After"] = str(_WAIT[problem.status])
    if problem.status == 401:
        told["WWW-Authenticate"] = "Bearer"
    if detail is not None:
        status = {422: 400}.get(problem.status, problem.status) if isinstance(detail, str) else problem.status
        return JSONResponse({"detail": detail}, status_code=status, headers=told)
    return JSONResponse(problem.model_dump(), status_code=problem.status, headers=told, media_type=MEDIA_TYPE)


def _plain(value: Any) -> Any:
    """A value of an error as JSON can say it: no bytes, no NaN, nothing long."""
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, int | bool | None):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:20]]
    return type(value).__name__ if not isinstance(value, float) or value != value else str(value)[:40]


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation documents besides its result: the errors that every one may have, and these."""
    every = {400, 401, 403, 413, 415, 422, 429, 500, 503, *statuses}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANING.get(status, "Problem"), "content": content} for status in sorted(every)}


_MEANING = {
    400: "The body is no JSON in UTF-8",
    401: "No key, or one that is not known",
    403: "The key may not do this",
    404: "There is no such thing, or it is somebody else's",
    409: "Not in this state",
    410: "It was deleted",
    412: "It has changed since",
    413: "Too large",
    415: "The body is compressed",
    422: "The input cannot be used",
    428: "If-Match is missing",
    429: "A limit is reached",
    500: "A fault of the program",
    502: "A service failed",
    503: "A server or the database is not ready",
    507: "The disk is full",
}
