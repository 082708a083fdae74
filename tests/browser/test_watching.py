"""What is watched: light copies of large videos under the pointer and in the player, and a render that stands still."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from jobs.database.tables import JobRow
from jobs.model.records import JobRecord
from record.folder import LIGHT, VIDEO
from tests.browser.finished_videos import folder_of, put_finished_videos
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import PERCENT_50, Visit
from tests.jobs.load.workers import service_at, settings_of

_HEAVY = 4_000_000  # bytes, of two seconds
# Plays as a film in a loop does: resolves once a frame beyond the first was shown.
_PLAYS = """async one => {
    while (!(one.currentTime > 0)) await new Promise(go => setTimeout(go, 50));
    return [one.muted, one.currentSrc];
}"""


@pytest.fixture
def large(own_app: RunningApp) -> JobRecord:
    """A finished video whose file is large: a box that players pass over makes it so."""
    job = put_finished_videos(own_app, ["A harbour at dusk"])[0]
    with (folder_of(own_app, job) / VIDEO).open("ab") as file:
        file.write(_HEAVY.to_bytes(4) + b"free" + bytes(_HEAVY - 8))
    return job


def test_a_large_video_is_played_from_its_light_copy(
    visitor: Callable[..., Visit], own_app: RunningApp, large: JobRecord
) -> None:
    visit = visitor(at=own_app).open("library")
    card = visit.page.locator("article.card")
    card.hover()
    muted, source = card.locator("video").evaluate(_PLAYS)
    assert muted
    assert f"/{LIGHT}" in source
    visit.open("job", id=large.id)
    assert f"/{LIGHT}" in visit.watch()
    light = folder_of(own_app, large) / LIGHT
    assert light.stat().st_size < _HEAVY / 2
    assert (folder_of(own_app, large) / VIDEO).stat().st_size > _HEAVY  # what is downloaded stays the best there is


def test_a_render_that_stands_still_says_so_and_can_be_waited_on(
    visitor: Callable[..., Visit], own_app: RunningApp, server: StandIn
) -> None:
    server.close_gate()
    visit = visitor(at=own_app).open()
    visit.write("Description", WISH)
    visit.press("Run to the end")
    visit.sees(PERCENT_50)
    visit.does_not_see(re.compile("The server may be stuck"))
    long_ago(own_app, visit.job)
    visit.sees(
        re.compile(r"No step for 15:\d\d, where 0:30 is usual\. The server may be stuck; nothing new is sent there\.")
    )
    visit.press("Wait on")
    visit.sees(re.compile("You chose to wait on."))
    expect(visit.page.get_by_role("button", name="Wait on", exact=True)).to_have_count(0)
    visit.primary_is("Create another video")
    server.open_gate()
    visit.watch()


def long_ago(app: RunningApp, job: str) -> None:
    """As if the job had been sent sixteen minutes ago, and had moved a minute later for the last time."""
    now = datetime.now(UTC)
    then = {"sent": now - timedelta(minutes=16), "moved": now - timedelta(minutes=15)}
    variables = {"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null"}
    with service_at(settings_of(variables)) as (_service, store), store.database.write() as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(then))
