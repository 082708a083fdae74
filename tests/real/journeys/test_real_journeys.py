"""Journeys whose renders run on SGLang itself: each way that they can end, in the right state and the right words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from core.errors import OutOfMemory
from core.messages import Translate, as_written
from core.translations import translator
from jobs.servers.health import HEALTH_WORDS
from tests.browser.samples import PROMPT, WISH
from tests.browser.visit import SECONDS, Visit
from tests.real_sglang.real_server import RealServer

ServerPool = dict[str, RealServer]
Visitor = Callable[..., Visit]
_RENDER_SECONDS = 120
PERCENT = re.compile(r"\b(\d+) ?%")


@pytest.fixture(autouse=True)
def _servers(pool: ServerPool) -> None:
    """Ready before every test."""


def send(visit: Visit, prompt: str, say: Translate = as_written) -> Visit:
    """A render of a white first frame, on its way."""
    visit.open().choose(say("Without a picture"))
    visit.write(say("Prompt"), prompt)
    visit.primary.click(delay=60)
    expect(visit.page).to_have_url(re.compile("/job"))
    return visit


def sees_bar(visit: Visit) -> None:
    """Wait until the render has begun."""
    expect(visit.page.locator("[data-testid=stProgress]").first).to_contain_text(PERCENT, timeout=90 * SECONDS)


def percents(visit: Visit) -> list[int]:
    """What the bar shows, until the video is there."""
    shown: list[int] = []
    ends = time.monotonic() + _RENDER_SECONDS
    while visit.page.locator("video").count() == 0:
        assert time.monotonic() < ends, shown
        found = PERCENT.search(" ".join(visit.page.locator("[data-testid=stProgress]").all_inner_texts()))
        if found and [int(found[1])] != shown[-1:]:
            shown.append(int(found[1]))
        visit.page.wait_for_timeout(100)
    return shown


def rendering(pool: ServerPool, count: int) -> set[str]:
    """The names of the servers that render, once it is this many: a bar stands at 0 before the server begins."""
    ends = time.monotonic() + 30
    while True:
        names = {name for name, its in pool.items() if any(job["status"] == "in_progress" for job in its.jobs)}
        if len(names) == count:
            return names
        assert time.monotonic() < ends, {name: its.jobs for name, its in pool.items()}
        time.sleep(0.1)


def seeds(visit: Visit) -> set[str]:
    return set(re.findall(r"(?i)\bseed:? ?(\d+)", visit.page.text_content("body") or ""))


def test_full_workflow_with_a_bar_that_moves(visit: Visit) -> None:
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    sees_bar(visit)
    shown = percents(visit)
    assert shown == sorted(shown)
    assert len(set(shown) - {0, 99, 100}) >= 3, shown
    visit.watch()
    visit.primary_is("Download the video")


def test_a_render_that_fails(visit: Visit) -> None:
    send(visit, f"[[fail=the oven is cold]] {PROMPT}")
    visit.sees("Failed", _RENDER_SECONDS)
    visit.sees(re.compile(r"The server (alpha|beta) could not render job"))
    visit.primary_is("Send again with the same seed")
    told = re.compile(": the oven is cold")  # the server's words; the job's name begins with the prompt's
    expect(visit.page.get_by_text(told).first).not_to_be_visible()
    visit.page.get_by_text("Details").first.click()
    visit.sees(told)


def test_a_gpu_without_memory_in_chinese(visitor: Visitor) -> None:
    say = translator("zh_CN")
    visit = send(visitor(language="zh_CN"), f"[[oom]] {PROMPT}", say)
    visit.sees(say("Failed"), _RENDER_SECONDS)
    visit.sees(
        re.compile(re.escape(say(OutOfMemory.what)).replace(r"\{server\}", "(alpha|beta)").replace(r"\{job\}", ".+"))
    )
    visit.primary_is(say("Send again with the same seed"))


def test_a_worker_that_dies_and_its_server_started_again(visit: Visit, pool: ServerPool) -> None:
    send(visit, f"[[crash]] {PROMPT}")
    visit.sees("Failed", _RENDER_SECONDS)
    visit.sees(re.compile(r"The worker of (alpha|beta) died during job"))
    dead = next(name for name, server in pool.items() if not server.healthy)
    other = next(name for name in pool if name != dead)
    visit.sees(f"{other} is ready and will render it with the same seed.")
    visit.turn_to("Settings")
    visit.press("Test all servers")
    visit.sees(HEALTH_WORDS["dead"])
    pool[dead].revive()
    visit.press("Test all servers")
    visit.does_not_see(HEALTH_WORDS["dead"])


def test_a_restart_in_the_middle(visit: Visit, pool: ServerPool) -> None:
    sees_bar(send(visit, f"[[step=1.5]] {PROMPT}"))
    (name,) = rendering(pool, 1)
    restarted = pool[name]
    before = seeds(visit)
    assert len(before) == 1
    restarted.kill()
    restarted.start()
    visit.sees("Lost by the server", 90)
    assert restarted.jobs == []
    visit.primary_is("Send again with the same seed")
    visit.primary.click(delay=60)
    visit.watch(_RENDER_SECONDS)
    assert seeds(visit) == before


def test_two_servers_of_which_one_dies(visitor: Visitor, pool: ServerPool) -> None:
    first = send(visitor(), f"[[step=1.5]] {PROMPT}")
    sees_bar(first)
    (unlucky,) = rendering(pool, 1)
    (lucky,) = pool.keys() - {unlucky}
    second = send(visitor(), f"[[step=0.5]] {PROMPT}")
    sees_bar(second)
    assert rendering(pool, 2) == {unlucky, lucky}
    pool[unlucky].lose_worker()
    first.sees(f"The worker of {unlucky} died during job", 60)
    first.sees(f"{lucky} is ready and will render it with the same seed.", 60)
    second.watch(_RENDER_SECONDS)
    first.primary_is("Send again with the same seed")
    first.primary.click(delay=60)
    first.watch(_RENDER_SECONDS)
    assert sum(job["status"] == "completed" for job in pool[lucky].jobs) >= 2
