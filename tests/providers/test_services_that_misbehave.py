"""Each service × each way to misbehave on the wire: the step's error, in time, nothing followed; hearing as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from config import Settings
from core import bounded_http, errors
from core.errors import ProviderError
from core.messages import as_written
from core.translations import translator
from generate_first_frame import make_first_frame, write_image_prompt
from providers import fetch
from providers.base import HearingRequest, Provider
from qwen_vl_api import extract_visual_elements
from tests.hostile.faults import ELSEWHERE, FAULTS, deaf, nobody
from tests.providers.asking import ALL_ROUTES, FRAME, SERVICES, SOUND, ask, provider
from tests.providers.fake_services import KEYS, FakeServices, Raw
from tests.providers.wire_formats import chat_answer, dashscope_answer, gemini_answer

SECONDS = 0.4
ADDRESS = {"gemini": "gemini_api_url", "dashscope": "dashscope_base_url", "openai": "openai_base_url"}
GONE, LATE, BUSY = errors.ProviderUnreachable, errors.ProviderTimeout, errors.ProviderBusy
UNCLEAR, REFUSED = errors.ProviderAnswerUnclear, errors.ProviderRefused
# What an answer of a misbehaving service is; None where the fault does no harm and the step is made.
OUTCOMES: dict[str, type[ProviderError] | None] = {
    "closes": GONE,
    "resets": GONE,
    "silent": LATE,
    "stalls": LATE,
    "breaks off": GONE,
    "drips": LATE,
    "drips head": LATE,
    "endless": UNCLEAR,
    "endless chunk size": GONE,
    "endless head": GONE,
    "10 GB announced": UNCLEAR,
    "10 GB unannounced": UNCLEAR,
    "gzip bomb": UNCLEAR,
    "no HTTP": GONE,
    "page": UNCLEAR,
    "empty": UNCLEAR,
    "broken JSON": UNCLEAR,
    "deep JSON": UNCLEAR,
    "no UTF-8": UNCLEAR,
    "a list": UNCLEAR,
    "a number": UNCLEAR,
    "other shape": UNCLEAR,
    "bad length": GONE,
    "redirects": UNCLEAR,
    "refuses": REFUSED,
    "broken": BUSY,
    "bad gateway": BUSY,
    "other kind": None,
}
# What is said of a picture whose address a service has just named; "" where the time limit's words are enough.
FETCHED = {
    "closes": "cannot be reached",
    "resets": "cannot be reached",
    "silent": "within 0.4 s",
    "stalls": "within 0.4 s",
    "breaks off": "cannot be reached",
    "drips": "within 0.4 s",
    "drips head": "within 0.4 s",
    "endless": "larger than",
    "endless chunk size": "cannot be reached",
    "endless head": "cannot be reached",
    "10 GB announced": "larger than",
    "10 GB unannounced": "larger than",
    "gzip bomb": "does not understand",
    "no HTTP": "cannot be reached",
    "page": "not a picture but text/html",
    "empty": "not a picture but application/json",
    "broken JSON": "not a picture but application/json",
    "bad length": "cannot be reached",
    "redirects": "not a public address",
    "refuses": "status 400",
    "broken": "(500)",
    "bad gateway": "(502)",
    "other kind": "not a picture but text/plain",
}
# Numbers that no database keeps, and names that no page shows, beside a good answer.
ODD: list[object] = [10**400, -1, True, 1.5, "7", None, [1], {"a": 1}, 10**18]


def test_the_table_is_whole() -> None:
    assert list(OUTCOMES) == list(FAULTS)


def step_of(route: str, asked: Provider) -> Callable[[], object]:
    """The step function that uses the route, asking this provider for everything."""
    steps: dict[str, Callable[[], object]] = {
        "text": lambda: write_image_prompt("a cat", orientation="landscape", writer=asked, limit=None),
        "image": lambda: make_first_frame(
            "a cat", size=(640, 352), artist=asked, writer=asked, settings=Settings(), name="f.png"
        ),
        "vision": lambda: extract_visual_elements(FRAME, viewer=asked),
        "hearing": lambda: asked.hear(HearingRequest(sound=SOUND, seconds=1.0)),
    }
    return steps[route.split(".")[1]]


def failure(step: Callable[[], object]) -> ProviderError:
    """The error of the step."""
    with pytest.raises(ProviderError) as caught:
        step()
    return caught.value


def check_words(problem: ProviderError, route: str) -> None:
    """Words for people, in both languages, without the key, and without what a service has no business to say."""
    for translate in (as_written, translator("zh_CN")):
        said = " ".join((problem.message(translate), problem.next_step(translate)))
        assert said.strip()
        assert "{" not in said
    shown = f"{problem} {problem.next_step()} {problem.raw}"
    assert KEYS[route.split(".")[0]] not in shown
    assert "Traceback" not in shown
    assert len(problem.raw) <= 500


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize("fault", OUTCOMES)
def test_each_service_and_each_fault(
    fake: FakeServices, route: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_http, "LARGEST_ANSWER", 10 * 2**20)
    fake.script(route, FAULTS[fault])
    # Only what never answers is left to its time limit: all else comes at once, on a busy machine a moment later.
    seconds = SECONDS if OUTCOMES[fault] is LATE else 20.0
    step = step_of(route, provider(fake, route.split(".")[0], seconds=seconds, attempts=1))
    expected = OUTCOMES[fault]
    if expected is None:
        step()
        return
    problem = failure(step)
    assert isinstance(problem, expected), (type(problem), problem.raw)
    check_words(problem, route)
    assert fake.count(route) == 1
    assert not ELSEWHERE.visited


@pytest.mark.parametrize("fault", FETCHED)
def test_a_pictures_address_and_each_fault(fake: FakeServices, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture was paid for: its address is asked again where that may help, the service never."""
    monkeypatch.setattr(fetch, "LARGEST_PICTURE", 10 * 2**20)
    fake.script("picture", FAULTS[fault])
    late = FETCHED[fault] == "within 0.4 s"
    asked = provider(fake, "dashscope", seconds=SECONDS if late else 20.0, attempts=1)
    problem = failure(step_of("dashscope.image", asked))
    assert isinstance(problem, errors.ImageFetchFailed | UNCLEAR), (type(problem), problem.raw)
    assert FETCHED[fault] in str(problem)
    check_words(problem, "dashscope.image")
    assert fake.count("dashscope.image") == 1
    assert not ELSEWHERE.visited


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize(("place", "expected"), [(nobody, GONE), (deaf, LATE)], ids=["refused", "no connection"])
def test_no_connection(
    fake: FakeServices,
    route: str,
    place: Callable[[], AbstractContextManager[str]],
    expected: type[ProviderError],
) -> None:
    service = route.split(".")[0]
    with place() as address:
        elsewhere: dict[str, Any] = {ADDRESS[service]: address}
        problem = failure(step_of(route, provider(fake, service, seconds=SECONDS, attempts=1, **elsewhere)))
    assert isinstance(problem, expected)
    check_words(problem, route)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("service", SERVICES)
def test_odd_numbers_and_names_beside_a_good_answer(fake: FakeServices, service: str, odd: object) -> None:
    native = dashscope_answer("A cat.") if service == "dashscope" else chat_answer("m", "A cat.")
    answer = gemini_answer("m", "A cat.") if service == "gemini" else native
    answer.update({"modelVersion": odd, "model": odd})
    answer["usageMetadata" if service == "gemini" else "usage"] = {"totalTokenCount": odd, "total_tokens": odd}
    fake.script(f"{service}.text", Raw(200, json.dumps(answer)))
    made = ask(provider(fake, service), "text")
    assert made.tokens is None or (isinstance(made.tokens, int) and 0 <= made.tokens < 2**31)
    assert made.model == ("7" if odd == "7" else made.model)
    assert len(made.model) <= 200


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A \0cat\ud800 \u202esits\u202c.", "A cat sits."),
        ("<think>" + "hm " * 30_000 + "</think>A cat sits.", "A cat sits."),
        ("x" * 8_001, None),
        ("&amp;" * 1_600, "&" * 1_600),
        ("__x" * 2_600, "__x" * 2_600),
        ("** " * 2_600, None),
        ("\0\u202e", None),
    ],
    ids=["unseen", "long thoughts", "too long", "entities", "underlines", "stars", "nothing"],
)
def test_texts_that_no_service_should_send(fake: FakeServices, service: str, text: str, kept: str | None) -> None:
    fake.script(f"{service}.text", text)
    step = step_of(f"{service}.text", provider(fake, service))
    if kept is None:
        with pytest.raises(errors.NoTextReturned):
            step()
        return
    assert getattr(step(), "output", None) == kept
