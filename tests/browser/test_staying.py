"""Nothing is lost: by a reload, another tab, another person, by clicking around, by a restart of the app."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import PERCENT_50, Visit


def begun(visit: Visit, text: str = WISH) -> Visit:
    """A job that has been sent, or is on its way there."""
    visit.open().write("Description", text)
    visit.press("Run to the end")
    visit.sees("Create another video")
    return visit


def test_a_reload_at_every_step_comes_back_to_it(visit: Visit, server: StandIn) -> None:
    server.close_gate()
    visit.open().write("Description", WISH)
    acts = ["Write image prompt", "Make first frame", "Describe frame", "Write video description"]
    for act, following in zip(acts, [*acts[1:], "Send to GPU"], strict=True):
        visit.go(act)
        visit.reload()
        visit.primary_is(following)
    visit.primary.click()
    visit.sees(PERCENT_50)
    visit.reload()
    visit.sees(PERCENT_50)
    server.open_gate()
    visit.watch()
    assert len(server.sent) == 1


def test_another_tab_shows_the_same_job(visitor: Callable[..., Visit], server: StandIn) -> None:
    server.close_gate()
    first = begun(visitor())
    second = visitor(beside=first).open("job", id=first.job)
    second.sees(PERCENT_50)
    server.open_gate()
    first.watch()
    second.watch()


def test_what_is_done_in_one_tab_is_seen_in_the_other(visitor: Callable[..., Visit], server: StandIn) -> None:
    first = visitor().open()
    first.write("Description", WISH)
    first.go("Write image prompt")
    second = visitor(beside=first).open("job", id=first.job)
    second.primary_is("Make first frame")
    first.go("Make first frame")
    second.primary_is("Describe frame")
    second.press("Cancel the job")
    second.sees("Cancelled")
    first.sees("Cancelled")
    assert server.sent == []


def test_two_people_at_once(visitor: Callable[..., Visit], server: StandIn) -> None:
    server.close_gate()
    people = [visitor(), visitor(language="zh_CN")]
    people[0].open().write("Description", "A red kite over the sea. The wind hums.")
    people[1].open("", lang="en").write("Description", "A blue boat on a lake. Water laps.")
    for person in people:
        person.press("Run to the end")
    for person in people:
        person.sees("Create another video")
    server.open_gate()
    for person in people:
        person.watch()
    assert people[0].job != people[1].job
    assert sorted("kite" in plan.prompt for plan in server.sent) == [False, True]


def test_clicking_around_during_a_run_loses_nothing(visit: Visit, server: StandIn) -> None:
    server.close_gate()
    job = begun(visit).job
    for page in ("Settings", "Create", "Queue"):
        visit.turn_to(page)
    visit.sees(WISH[:70])  # a row has room for that much of it
    visit.turn_to("Create")
    visit.write("Description", "Something else, not finished")
    visit.turn_to("Queue")
    visit.turn_to("Create")
    assert visit.field("Description").input_value() == "Something else, not finished"
    server.open_gate()
    visit.open("job", id=job).watch()
    assert len(server.sent) == 1


def test_a_restart_of_the_app_comes_back_to_the_job(
    visitor: Callable[..., Visit], own_app: RunningApp, server: StandIn
) -> None:
    server.close_gate()
    visit = begun(visitor(at=own_app))
    visit.sees(PERCENT_50)
    job = visit.job
    own_app.kill()
    own_app.start()
    server.open_gate()
    visit.watch(120)
    assert visit.job == job
    assert len(server.sent) == 1
