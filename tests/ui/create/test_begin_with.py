"""Below the form: the last four videos and three examples; above its button the receipt in one line."""

from __future__ import annotations

import pytest

from core.errors import ServerUnreachable
from tests.ui.jobs_in_states import ended
from tests.ui.seen_servers import see
from tests.ui.still_app import button, chips, learned, page, primaries, words
from ui.app_context import AppContext
from ui.create.begin_with import _EXAMPLES
from ui.shared.links import title_of


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_example_fills_the_description(app_context: AppContext, language: str) -> None:
    test = page("create/create.py", language)
    title = _EXAMPLES[0][0]
    test = button(test, f"example-{title}")
    text = test.text_area(key="create-text").value or ""
    assert {"en": "A lighthouse keeper", "zh_CN": "灯塔"}[language] in text


def test_the_last_four_videos_lead_to_their_pages(app_context: AppContext) -> None:
    jobs = [ended(app_context, "completed") for _number in range(2)]
    ended(app_context, "failed")
    links = [str(one.proto) for one in page("create/create.py").get("page_link")]
    assert [any(job.id in link for link in links) for job in jobs] == [True, True]
    assert sum("job/job.py" in link or "id=" in link for link in links) == len(jobs)


def folded(language: str = "en") -> str:
    return chips(page("create/create.py", language))


def test_the_receipt_says_when_it_is_ready(app_context: AppContext) -> None:
    learned(app_context, {"a": 300, "b": 360})
    assert "8.04 s · 640×352 · mova-360p, ready ≈ " in folded()


def test_without_a_measurement_no_time_is_promised(app_context: AppContext) -> None:
    said = folded()
    assert "8.04 s · 640×352 · mova-360p · drafted offline, free" in said
    assert "≈" not in said


def test_what_holds_the_job_up_is_said_without_opening_anything(app_context: AppContext) -> None:
    dead = ServerUnreachable(server="mova-360p", reason="refused")
    see(app_context, p360=dead, p720=dead)
    assert words(page("create/create.py")).count("The job waits for it.") == 2  # in the bar, and among the parts
    assert primaries(page("create/create.py")) == ["Write image prompt"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A cat yawns. It rains.", "A cat yawns"),
        ("猫在打哈欠。下雨了。", "猫在打哈欠"),
        ("Version 2.5 of a cat", "Version 2.5 of a cat"),
        ("", ""),
        ("word " * 40, "word word word word word word word word word word word word…"),
    ],
)
def test_a_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title
