"""What is on Create and was not sent yet: it outlives the page, a reload, the tab and the app, until a new start."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.pictures import picture

WORDS = "A fox crosses a frozen lake. Ice creaks."
PHOTO: dict[str, object] = {"name": "photo.png", "mimeType": "image/png", "buffer": picture(600, 800)}
BACK = "What you had not sent yet is back."


def is_all_there(visit: Visit) -> None:
    expect(visit.field("Prompt")).to_have_value(WORDS)
    visit.sees("The picture (600x800) is cropped")
    visit.primary_is("Send to GPU")


def test_it_is_there_until_a_new_start(visitor: Callable[..., Visit], own_app: RunningApp) -> None:
    visit = visitor(at=own_app).open()
    visit.choose("From a picture")
    visit.sees("Your prompt and your first frame go to MOVA as they are.")
    visit.upload(PHOTO)
    visit.sees("The picture (600x800) is cropped")
    visit.write("Prompt", WORDS)
    is_all_there(visit)
    visit.turn_to("Library")
    visit.turn_to("Create")
    is_all_there(visit)
    visit.reload()
    visit.sees(BACK)
    is_all_there(visit)
    visit.page.goto("about:blank")  # a page that is open would complain of the app that is gone
    own_app.kill()
    own_app.start()
    visit.open()
    is_all_there(visit)
    other = visitor(at=own_app).open()
    is_all_there(other)
    other.press("Start over")
    other.primary_is("Write image prompt")
    expect(other.field("Description")).to_have_value("")
    other.reload()
    expect(other.field("Description")).to_have_value("")
    expect(other.button("Start over")).to_be_disabled()
    is_all_there(visit)  # a form that is before somebody is not emptied under their hands


def test_a_reload_in_the_middle_of_writing_loses_nothing(visitor: Callable[..., Visit], own_app: RunningApp) -> None:
    visit = visitor(at=own_app).open()
    visit.field("Description").press_sequentially(WORDS, delay=10)
    visit.sees("8 words")  # although the cursor is still in the field
    expect(visit.field("Description")).to_be_focused()
    visit.page.keyboard.type(" Wind.")
    expect(visit.field("Description")).to_have_value(f"{WORDS} Wind.")
    visit.sees("9 words")
    visit.reload()
    expect(visit.field("Description")).to_have_value(f"{WORDS} Wind.")
