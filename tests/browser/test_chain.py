"""A video goes on from its last frame, twice, and the three shots become one film that plays."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import requests
from playwright.sync_api import expect

from media.videos import probe
from tests.browser.axe import faults
from tests.browser.samples import PROMPT, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit

_NEXT = "She stops and turns. The audio has rain and one deep breath."


def first_shot(visit: Visit) -> None:
    visit.open().choose("From a picture")
    visit.write("Prompt", PROMPT)
    visit.upload(photo())
    expect(visit.page.get_by_role("img", name="Your picture; the bright part is the first frame.")).to_be_visible()
    visit.go("Send to GPU")
    visit.watch()


def go_on(visit: Visit, text: str) -> str:
    """Extend the finished video and wait for the next one."""
    before = visit.job
    visit.press("Extend")
    visit.sees("This continues a finished video: its last frame is the first frame here.")
    visit.write("Prompt", text)
    visit.go("Send to GPU")
    assert visit.job != before
    visit.watch()
    return visit.job


def film_of(visit: Visit, folder: Path) -> Path:
    """The film as a browser would keep it."""
    link = visit.page.get_by_role("link", name="Download the film")
    expect(link).to_be_visible(timeout=90_000)
    answer = requests.get(str(link.get_attribute("href")), timeout=10)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    path = folder / "film.mp4"
    path.write_bytes(answer.content)
    return path


def test_two_shots_are_added_and_joined(visit: Visit, server: StandIn, tmp_path: Path) -> None:
    first_shot(visit)
    visit.does_not_see("Chain")
    second = go_on(visit, _NEXT)
    go_on(visit, "She runs.")
    visit.sees("Chain")
    visit.press("Join 3 shots into one film")
    facts = probe(film_of(visit, tmp_path))
    assert (facts.width, facts.height) == (server.sent[0].width, server.sent[0].height)
    assert facts.num_frames == sum(plan.num_frames for plan in server.sent) - 2
    assert facts.sound_seconds is not None
    assert abs(facts.sound_seconds - facts.seconds) < 1 / facts.fps
    assert faults(visit.page) == []
    visit.press("2 · ", exact=False)
    expect(visit.page).to_have_url(re.compile(second))
    visit.settle()
    visit.sees("Download the film")
    visit.page.get_by_role("checkbox", name="Join shot 2").locator("xpath=ancestor::label").click()
    visit.press("Join 2 shots into one film")
    facts = probe(film_of(visit, tmp_path))
    assert facts.num_frames == server.sent[0].num_frames + server.sent[2].num_frames
    visit.press("Open the chain as a film")
    expect(visit.page).to_have_url(re.compile("film.*stage=cut"))
    expect(visit.page.locator(".strip li")).to_have_count(3)
    visit.primary_is("Join the film")
    assert faults(visit.page) == []


def test_in_chinese_with_a_labelled_copy(visitor: Callable[..., Visit], server: StandIn) -> None:
    visit = visitor()
    first_shot(visit)
    chinese = visitor(beside=visit).open("job", id=visit.job, lang="zh_CN")
    chinese.page.get_by_text("带可见 AI 标识的副本", exact=True).click()
    chinese.page.wait_for_timeout(1000)  # the section unfolds slowly, and what is in it moves
    chinese.press("制作副本")
    link = chinese.page.get_by_role("link", name="下载带标识的副本")
    expect(link).to_be_visible(timeout=90_000)
    assert requests.get(str(link.get_attribute("href")), timeout=10).ok
    chinese.press("续拍")
    chinese.sees("这是对一段成品视频的续拍：以它的最后一帧作为首帧。")
