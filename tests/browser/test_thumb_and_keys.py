"""By a thumb and by the Tab key: what is needed first is reached first, and nothing in Chinese speaks English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from jobs.model.records import JobRecord
from tests.browser.axe import faults
from tests.browser.finished_videos import put_finished_videos
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.visit import Visit

Visitor = Callable[..., Visit]
# The name of what has the focus, in components, too; icons are words of a font.
_FOCUSED = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one.matches("a, button, input, textarea, summary, video")) return "";
    return (one.getAttribute("aria-label") || one.innerText || "").trim().split("\\n").pop();
}"""


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with RunningApp(tmp_path_factory.mktemp("thumb")) as running:
        yield running


@pytest.fixture(scope="module")
def finished(own_app: RunningApp) -> JobRecord:
    return put_finished_videos(own_app, ["A harbour at dusk"])[0]


def stops(visit: Visit, most: int = 30) -> list[str]:
    """What the Tab key goes to, from the top of the page on."""
    found: list[str] = []
    for _press in range(most):
        visit.page.keyboard.press("Tab")
        found.append(visit.page.evaluate(_FOCUSED))
    return found


def in_order(found: list[str], *wanted: str) -> None:
    places = [next((place for place, one in enumerate(found) if one.startswith(name)), None) for name in wanted]
    assert None not in places, (wanted, found)
    assert places == sorted(places, key=lambda place: place or 0), found


def test_the_finished_video_on_a_phone_has_one_row_of_acts(
    visitor: Visitor, own_app: RunningApp, finished: JobRecord
) -> None:
    visit = visitor(at=own_app, wide=False).open("job", id=finished.id)
    visit.primary_is("Download the video")
    bar = visit.page.locator(".st-key-acts-row").bounding_box()
    assert bar is not None
    assert bar["height"] < 60  # one row
    edit = visit.page.get_by_role("button", name="Edit and run", exact=True).filter(visible=True)
    expect(edit).to_have_count(0)
    visit.page.get_by_role("button", name="More", exact=True).click()
    expect(edit).to_have_count(1)
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    edit.click()
    expect(visit.page).not_to_have_url(re.compile(finished.id))  # it is a copy


def test_on_a_wide_page_each_act_is_there_once(visitor: Visitor, own_app: RunningApp, finished: JobRecord) -> None:
    visit = visitor(at=own_app).open("job", id=finished.id)
    visit.page.get_by_role("button", name="More", exact=True).click()
    visit.sees("Run again with four other seeds")
    for act in ("Try another seed", "Edit and run", "Extend"):
        expect(visit.page.get_by_role("button", name=act, exact=True).filter(visible=True)).to_have_count(1)


def test_tab_goes_to_what_is_needed_first(visitor: Visitor, own_app: RunningApp, finished: JobRecord) -> None:
    visit = visitor(at=own_app).open()
    in_order(stops(visit), "Skip to main content", "Description", "Write image prompt", "Run to the end")
    visit.write("Description", WISH)
    visit.go("Write image prompt")
    job = visit.job
    visit.open("job", id=job)
    in_order(stops(visit), "Image prompt", "Regenerate", "Make first frame", "Run to the end", "Cancel the job")
    visit.open("queue")
    in_order(stops(visit, 16), "Review the next one", "An orange cat")
    visit.open("job", id=finished.id)
    in_order(stops(visit), "Video: A harbour", "Favourite", "Download the video", "Try another seed", "Extend")


def test_the_fields_for_files_speak_chinese(visitor: Visitor, own_app: RunningApp) -> None:
    visit = visitor(at=own_app, language="zh_CN").open("")
    field = visit.page.locator("[data-testid=stFileUploader]").first
    expect(field).to_be_visible()
    assert "per file" not in field.inner_text()
    # Streamlit's word stays for axe, which does not read what a style adds, but nobody sees it.
    assert field.locator("button p").evaluate("one => getComputedStyle(one).fontSize") == "0px"
    places = field.locator("[data-testid=stFileUploaderDropzoneInstructions]")
    said = places.evaluate("one => getComputedStyle(one, '::after').content")
    assert "MB" in said
    assert "file" not in said


def test_axe_finds_nothing_in_the_dark(visitor: Visitor, own_app: RunningApp, finished: JobRecord) -> None:
    visit = visitor(at=own_app, dark=True)
    for page in ("queue", "library"):
        visit.open(page).sees("A harbour at dusk")
        found = faults(visit.page)
        assert not found, "\n".join([page, *found])
