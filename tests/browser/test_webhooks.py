"""A webhook from the Settings page to a receiver on this machine and back: one journey, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit
from tests.jobs.receiver import Receiver, receiver

WORDS = {
    "en": {
        "page": "Settings", "form": "Add a webhook", "field": "Address", "add": "Add", "kept": "I have kept it",
        "test": "Send a test", "log": "What was sent", "again": "Send again", "pause": "Pause", "paused": "Paused",
        "remove": "Remove…", "really": "Remove it",
        "refused": "it answered with 503", "sent": "Delivered, answered with 204",
    },
    "zh_CN": {
        "page": "设置", "form": "添加 Webhook", "field": "地址", "add": "添加", "kept": "我已保存",
        "test": "发送测试", "log": "发送记录", "again": "重新发送", "pause": "暂停", "paused": "已暂停",
        "remove": "删除…", "really": "删除", "refused": "503", "sent": "204",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def hook() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, _server: StandIn, hook: Receiver) -> Iterator[RunningApp]:
    """It may send to the receiver, which is on this machine."""
    allowed = urlsplit(hook.url).netloc.replace("localhost", "127.0.0.1")
    variables = {"SGLANG_SERVERS": servers_of(_server), "WEBHOOK_ALLOW": allowed}
    with RunningApp(tmp_path_factory.mktemp("app"), **variables) as running:
        yield running


@pytest.mark.parametrize("language", WORDS)
def test_a_webhook_is_added_tried_paused_and_removed(
    visitor: Callable[..., Visit], hook: Receiver, language: str
) -> None:
    words, visit = WORDS[language], visitor(language=language)
    hook.answers, before = [204], len(hook.ids)
    visit.open("settings", lang=language)
    visit.page.get_by_text(words["form"], exact=True).click()
    visit.field(words["field"]).fill(hook.url.replace("localhost", "127.0.0.1"))
    visit.press(words["add"])
    secret = visit.page.get_by_text(re.compile("^whsec_"))
    expect(secret).to_be_visible()
    hook.secrets = [secret.inner_text().strip()]
    visit.press(words["kept"])
    expect(secret).to_have_count(0)
    visit.reload()
    expect(secret).to_have_count(0)

    visit.press(words["test"])
    visit.page.get_by_text(words["log"], exact=True).click()
    visit.sees(re.compile(re.escape(words["sent"])))
    assert (len(hook.ids) - before, hook.wrong) == (1, [])
    hook.answers = [503, 204]
    visit.press(words["again"])
    visit.sees(re.compile(re.escape(words["refused"])))
    assert hook.wrong == []

    visit.press(words["pause"])
    visit.sees(words["paused"])
    expect(visit.button(words["test"])).to_be_disabled()
    visit.press(words["remove"])
    visit.press(words["really"])
    expect(visit.page.get_by_text(urlsplit(hook.url).netloc)).to_have_count(0)
    assert visit.problems == []
