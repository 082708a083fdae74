"""A service's own way of saying no, turned into one of our errors.

The vendors' codes are from their documentation (Gemini, DashScope, OpenAI, MiniMax) as read in November 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api_utils import NO_KEY, retry_after_seconds
from core import errors
from core.errors import ProviderError
from core.messages import Fact, Phrase, gettext_noop, phrase
from core.plain_text import without_markup

_READ_LIMIT, _SAID_LIMIT, _CODE_LIMIT = 20_000, 500, 200

# In small letters without punctuation: InvalidApiKey and invalid_api_key are the same. Numbers are MiniMax's.
_CODES: dict[type[ProviderError], str] = {
    errors.KeyRefused: "invalidapikey apikeyinvalid unauthenticated 1004 2049",
    errors.ModelGone: "modelnotfound modelnotexist modelnotsupported modelaccessdenied",
    errors.QuotaExhausted: "insufficientquota billinghardlimitreached arrearage prepaidbilloverdue postpaidbilloverdue "
    "allocationquotafreetieronly 1008",
    errors.NotActivated: "servicedisabled commoditynotpurchased accessdeniedunpurchased apikeyserviceblocked "
    "consumersuspended workspaceaccessdenied",
    errors.TextTooLongForModel: "contextlengthexceeded stringabovemaxlength",
    errors.PromptBlocked: "datainspectionfailed contentpolicyviolation moderationblocked contentfilter 1026 1027",
    errors.ProviderBusy: "throttling throttlingratequota throttlingallocationquota throttlingburstrate "
    "ratelimitexceeded internalerror internalerrortimeout requesttimeout 1000 1001 1002 1024 1039",
    errors.RegionRefused: "unsupportedcountryregionterritory",
}
_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes.split()}
_BY_STATUS: dict[int, type[ProviderError]] = {
    401: errors.KeyRefused,
    402: errors.QuotaExhausted,
    403: errors.AccessRefused,
    404: errors.ProviderAnswerUnclear,
    405: errors.ProviderAnswerUnclear,
    407: errors.ProxyLogin,
    413: errors.RequestTooLarge,
    429: errors.ProviderBusy,
}
# What has no code of its own, or one that says too little: read in the sentence, each with the statuses it comes with.
_SENTENCES: tuple[tuple[type[ProviderError], tuple[int, ...], re.Pattern[str]], ...] = tuple(
    (kind, statuses, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for kind, statuses, pattern in (
        # No billing, or a day that is used up: Gemini says both in a 429 that looks like a busy minute.
        (
            errors.QuotaExhausted,
            (429,),
            r"\blimit: 0\b|PerDay|(credits|balance)\b.{0,40}\b(depleted|exhausted|insufficient)",
        ),
        (errors.OrganisationUnverified, (400, 403), r"organi[sz]ation must be verified"),
        (
            errors.RegionRefused,
            (400, 403),
            r"(location|country|region)\b.{0,60}\bnot supported|not available in your (country|region)",
        ),
        (errors.NotActivated, (403,), r"has not been used in project .{0,80} before or it is disabled"),
        (errors.KeyRefused, (400, 403), r"\bapi.?key\b.{0,40}\b(not valid|expired|invalid|leaked|incorrect)"),
        (
            errors.KeyRefused,
            (401, 403),
            r"member of an organization|ip.{0,40}\bnot (authorized|allowed|in .{0,20}white ?list)",
        ),
        (errors.ModelGone, (401, 403, 404), r"does not have access to model"),
        (
            errors.TextTooLongForModel,
            (400, 413),
            r"maximum context length|range of input length|input token count.{0,60}exceeds",
        ),
        (
            errors.ModelGone,
            (200, 400, 403, 404, 410),
            r"models?\b.{0,300}?\b(not (be )?found|not exist|no longer|retired|deprecated|decommissioned|shut down)",
        ),
    )
)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a service answered instead of a result; ``codes`` are its names for the reason, the most exact first."""

    status: int
    codes: tuple[str, ...] = ()
    message: str = ""
    retry_after: float | None = None

    @property
    def reason(self) -> str | Phrase:
        return self.codes[0] if self.codes else phrase(gettext_noop("status {status}"), status=self.status)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a service: who is asked and for what, so that a failure can say so.

    ``seconds`` and ``largest``, in bytes, are its limits; None for those of an answer with a picture.
    """

    provider: str
    model: str
    key: str = field(repr=False)
    seconds: float
    largest: int | None = None

    def error(self, kind: type[ProviderError], said: str = "", **facts: Fact) -> ProviderError:
        """One of our errors with this call's facts; ``said`` is the service's own text."""
        shown = {name: self.said(value) if isinstance(value, str) else value for name, value in facts.items()}
        return kind(self.said(said), **{"provider": self.provider, "model": self.model, **shown})

    def said(self, text: str) -> str:
        """A service's text as people may see it: one line, without markup and without the key."""
        plain = without_markup(text[:_READ_LIMIT])
        return (plain.replace(self.key, "(key)") if self.key != NO_KEY else plain)[:_SAID_LIMIT]

    def refused(self, status: int, headers: Mapping[str, str], text: str) -> ProviderError:
        """The error for an answer that is a refusal, in whatever form."""
        refusal = read_refusal(status, headers, text)
        facts: dict[str, Fact] = {
            "reason": refusal.reason,
            **({"proxy": status} if status == 407 else {}),  # plain http: what it is called is not known here
            "status": status if status >= 300 else refusal.reason,
        }
        if refusal.retry_after is not None:
            facts["retry_after"] = refusal.retry_after
        return self.error(_kind(self.provider, refusal), refusal.message, **facts)

    def no_result(self, body: object, text: str) -> ProviderError:
        """The error for an answer with status 200 and no result in it."""
        return self.refused(200, {}, text) if _says_no(body) else self.unclear(text)

    def late(self) -> ProviderError:
        return self.error(errors.ProviderTimeout, seconds=self.seconds)

    def unclear(self, said: str = "") -> ProviderError:
        return self.error(errors.ProviderAnswerUnclear, "" if said.lstrip().startswith(("{", "[")) else said)


def _kind(provider: str, refusal: Refusal) -> type[ProviderError]:
    codes = [re.sub(r"[^a-z0-9]", "", code.lower()) for code in refusal.codes]
    everything = " ".join((*refusal.codes, refusal.message))
    # DashScope says insufficient_quota also for a minute's tokens (help.aliyun.com, error codes).
    if provider == "dashscope" and "insufficientquota" in codes:
        return errors.ProviderBusy
    coded = next((_BY_CODE[code] for code in codes if code in _BY_CODE), None)
    told = next((kind for kind, when, said in _SENTENCES if refusal.status in when and said.search(everything)), None)
    # A sentence about the account says more than the code beside it; one about a model says less.
    kind = told if told and (coded is None or refusal.status == 429) else coded or _kind_by_status(refusal.status)
    return errors.DashScopeKeyRefused if provider == "dashscope" and kind is errors.KeyRefused else kind


def _kind_by_status(status: int) -> type[ProviderError]:
    if status >= 500:
        return errors.ProviderBusy
    if 300 <= status < 400:
        return errors.ProviderAnswerUnclear
    return _BY_STATUS.get(status, errors.ProviderRefused)


def read_refusal(status: int, headers: Mapping[str, str], text: str) -> Refusal:
    """Read an answer that is not a result, in any vendor's form, or in none (a proxy's page)."""
    retry_after = retry_after_seconds(headers.get("retry-after"))
    try:
        inner = _inner(json.loads(text))
    except (ValueError, RecursionError):
        return Refusal(status=status, message=text[:_READ_LIMIT], retry_after=retry_after)
    details = [detail for detail in _listed(inner.get("details")) if isinstance(detail, dict)]
    message = inner.get("message") or inner.get("status_msg") or inner.get("detail") or ""
    return Refusal(
        status=status,
        codes=_codes(inner, details),
        message=(message if isinstance(message, str) else json.dumps(message, ensure_ascii=False))[:_READ_LIMIT],
        retry_after=_delay(details) if retry_after is None else retry_after,
    )


def _says_no(body: object) -> bool:
    if not isinstance(body, dict):
        return False
    minimax = body.get("base_resp")
    failed = isinstance(minimax, dict) and minimax.get("status_code") not in (0, None)
    return bool(body.get("error") or body.get("code") or failed)


def _inner(body: Any) -> dict[str, Any]:
    """The part of an error that names it: Gemini wraps it in a list at times, MiniMax calls it base_resp."""
    body = body[0] if isinstance(body, list) and body else body
    inner = (body.get("error") or body.get("base_resp") or body) if isinstance(body, dict) else body
    return inner if isinstance(inner, dict) else {"message": str(inner)}


def _codes(inner: dict[str, Any], details: list[dict[str, Any]]) -> tuple[str, ...]:
    """All names of the reason; with Gemini's quotas, such as GenerateRequestsPerDayPerProjectPerModel-FreeTier."""
    violations = [violation for detail in details for violation in _listed(detail.get("violations"))]
    named = [detail.get("reason") for detail in details]
    named += [inner.get(name) for name in ("status", "code", "type", "status_code")]
    named += [violation.get("quotaId") for violation in violations if isinstance(violation, dict)]
    return tuple(str(name)[:_CODE_LIMIT] for name in named if _is_code(name))


def _is_code(name: object) -> bool:
    return (isinstance(name, str) and name != "") or (isinstance(name, int) and 0 < abs(name) < 10**_CODE_LIMIT)


def _delay(details: list[dict[str, Any]]) -> float | None:
    """Gemini's retryDelay, such as 30s."""
    asked = next((str(detail["retryDelay"]) for detail in details if "retryDelay" in detail), "")
    return retry_after_seconds(asked.removesuffix("s"))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
