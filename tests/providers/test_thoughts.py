"""What a reasoning model thinks is taken for its answer on no way to it."""

from __future__ import annotations

import pytest

from core.errors import NoTextReturned
from providers.base import TextAnswer
from tests.description.thoughts import ANSWER, WITH_ANSWER, WITHOUT
from tests.providers.asking import SERVICES, ask_route
from tests.providers.fake_services import FakeServices


@pytest.mark.parametrize("form", WITH_ANSWER)
@pytest.mark.parametrize("service", SERVICES)
def test_only_the_answer_is_the_text(fake: FakeServices, service: str, form: str) -> None:
    for step in ("text", "vision"):
        fake.script(f"{service}.{step}", WITH_ANSWER[form])
        answer = ask_route(fake, f"{service}.{step}")
        assert isinstance(answer, TextAnswer)
        assert answer.text == ANSWER


@pytest.mark.parametrize("form", WITHOUT)
@pytest.mark.parametrize("service", SERVICES)
def test_thoughts_alone_are_no_answer(fake: FakeServices, service: str, form: str) -> None:
    for step in ("text", "vision"):
        fake.script(f"{service}.{step}", WITHOUT[form])
        with pytest.raises(NoTextReturned, match="only its reasoning"):
            ask_route(fake, f"{service}.{step}")
