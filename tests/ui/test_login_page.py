"""What somebody sees who is not known: the way in, and nothing of any page."""

from __future__ import annotations

import pytest

from tests.ui.jobs_in_states import labels
from tests.ui.still_app import new_job, page, primaries, still_app, words
from ui.server import visitor
from ui.shared import shell

PAGES = [
    "create/create.py",
    "job/job.py",
    "queue/queue.py",
    "library/library.py",
    "settings/settings.py",
    "compare/compare.py",
]


@pytest.mark.parametrize("name", PAGES)
def test_with_a_proxys_header_missing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TRUSTED_USER_HEADER", "X-Forwarded-User")
    with still_app() as app_context:
        new_job(app_context.service, "A secret harbour")
        test = page(name)
    assert words(test).split("\n") == [
        "Log in",
        "The proxy in front of these pages did not say who you are. Open them at its address.",
    ]
    assert labels(test) == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("several", "ways"), [((), ["Log in"]), (("one", "two"), ["Log in with one", "Log in with two"])]
)
def test_before_the_login(
    monkeypatch: pytest.MonkeyPatch, name: str, several: tuple[str, ...], ways: list[str]
) -> None:
    for module in (visitor, shell):
        monkeypatch.setattr(module, "login_is_set_up", lambda: True)
        monkeypatch.setattr(module, "login_is_readable", lambda: True)
    monkeypatch.setattr(shell, "providers", lambda: several)
    with still_app() as app_context:
        new_job(app_context.service, "A secret harbour")
        test = page(name)
    assert labels(test) == ways
    assert primaries(test) == ways[:1]
    assert "harbour" not in words(test)


def test_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_USER_HEADER", "X-Forwarded-User")
    with still_app():
        assert "代理没有说明您是谁" in words(page("create/create.py", "zh_CN"))
