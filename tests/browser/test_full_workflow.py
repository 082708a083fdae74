"""Full Workflow in a browser, from an empty page to a playing video."""

from __future__ import annotations

import re
from collections.abc import Callable

import requests
from playwright.sync_api import expect

from core.translations import translator
from tests.browser.samples import WISH, WISH_ZH, photo
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit


def test_every_step_is_edited_and_the_edits_reach_the_server(visit: Visit, server: StandIn) -> None:
    visit.open().write("Description", WISH)
    visit.go("Write image prompt")
    visit.write("Image prompt", "A cat and a girl in the rain, warm light.")
    visit.go("Make first frame")
    visit.primary_is("Describe frame")
    expect(visit.page.get_by_text("2 · First frame")).to_be_in_viewport()
    visit.give("Use my own picture", photo())
    visit.sees(re.compile("cropped to 1200x660"))
    visit.go("Describe frame")
    visit.write("Visual elements", "Drawn in flat colours. A round orange cat sits on green grass.")
    visit.go("Write video description")
    visit.primary_is("Send to GPU")
    description = visit.field("Video description").input_value()
    visit.write("Video description", f"A hand-written beginning. {description}")
    visit.go("Send to GPU")
    visit.watch()
    assert [plan.prompt.split(".")[0] for plan in server.sent] == ["A hand-written beginning"]
    assert "“Come home.”" in server.sent[0].prompt or '"Come home."' in server.sent[0].prompt
    visit.primary_is("Download the video")


def test_in_chinese(visitor: Callable[..., Visit], server: StandIn) -> None:
    say, visit = translator("zh_CN"), visitor(language="zh_CN").open()
    visit.write(say("Description"), WISH_ZH)
    for act in ("Write image prompt", "Make first frame", "Describe frame", "Write video description", "Send to GPU"):
        visit.go(say(act), say)
    visit.watch()
    assert "跟我回家吧" in server.sent[0].prompt
    assert re.findall("Job|Made|Video|seed|frames", visit.page.inner_text("body")) == []


def test_run_to_the_end_and_files_come_in_parts_and_only_by_their_own_address(visit: Visit, server: StandIn) -> None:
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    address = visit.watch()
    assert len(server.sent) == 1
    visit.does_not_see("Cancel the job")
    visit.does_not_see("Stop waiting")
    part = requests.get(address, headers={"Range": "bytes=0-99"}, timeout=5)
    assert (part.status_code, len(part.content), part.headers["Content-Type"]) == (206, 100, "video/mp4")
    token = address.split("/")[-2]
    forged = address.replace(token, token[:-2] + ("aa" if token[-2:] != "aa" else "bb"))
    assert requests.get(forged, timeout=5).status_code == 403
    assert requests.get(re.sub(r"video(-light)?\.mp4", "job.json", address), timeout=5).status_code == 404
