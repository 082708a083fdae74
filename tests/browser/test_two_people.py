"""Two people with a real login, each in a browser of their own: neither gets at anything of the other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import PROMPT
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit

ANN, BOB, ROOT = "ann@example.org", "bob@example.org", "root@example.org"
SECRET_WISH = "A violet lighthouse that nobody else may know of."


@pytest.fixture(scope="module")
def people() -> Iterator[str]:
    """A provider of logins with three people; its address."""
    users = [
        User(sub=email, claims={"email": email, "email_verified": True, "name": email.split("@")[0].title()})
        for email in (ANN, BOB, ROOT)
    ]
    with run_server_in_thread(user_claims=users) as provider:
        yield f"http://localhost:{provider.server_port}"


@pytest.fixture(scope="module")
def guarded(people: str, _server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app that people log into."""
    folder = tmp_path_factory.mktemp("guarded")
    running = RunningApp(folder, SGLANG_SERVERS=servers_of(_server), ADMINS=ROOT)
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f'[auth]\nredirect_uri = "{running.address}/oauth2callback"\ncookie_secret = "{"c" * 40}"\n'
        f'client_id = "mova"\nclient_secret = "s"\n'
        f'server_metadata_url = "{people}/.well-known/openid-configuration"\n'
    )
    with running:
        yield running


@pytest.fixture
def come(visitor: Callable[..., Visit], guarded: RunningApp) -> Callable[..., Visit]:
    """Somebody new who logs in."""

    def logged_in(email: str, **more: object) -> Visit:
        visit = visitor(at=guarded, **more)
        visit.open()
        log_in(visit, email)
        return visit

    return logged_in


def log_in(visit: Visit, email: str, button: str = "Log in") -> None:
    visit.press(button)
    visit.page.get_by_role("button", name=email).click()
    visit.problems.clear()  # the provider's pages have some of their own
    expect(visit.page).to_have_url(re.compile(re.escape(visit.app.address)))
    visit.settle()
    visit.sees(email.split("@")[0].title())


def make_video(visit: Visit, text: str) -> str:
    """A text-only video; returns the job's id."""
    visit.choose("Without a picture").write("Prompt", text)
    visit.go("Send to GPU")
    visit.watch()
    return visit.job


def fetch(visit: Visit, address: str) -> int:
    """With the cookies of this browser."""
    return visit.page.request.get(address).status


def test_neither_sees_nor_fetches_anything_of_the_other(come: Callable[..., Visit], guarded: RunningApp) -> None:
    ann, bob = come(ANN), come(BOB)
    job = make_video(ann, SECRET_WISH)
    video = ann.watch()
    for page in ("", "queue", "library", "settings"):
        bob.open(page)
        bob.does_not_see(SECRET_WISH)
        assert job not in bob.page.content()
        assert ANN not in bob.page.content()
    bob.open("job", id=job).sees("There is no such job. It may have been deleted.")
    for page, query in (("compare", {"a": job, "b": job}), ("library", {"q": "violet"}), ("create", {"id": job})):
        bob.open(page, **query)
        bob.does_not_see(SECRET_WISH)
        expect(bob.page.locator("video")).to_have_count(0)
    assert fetch(ann, video) == 200
    assert fetch(bob, video) == 403
    assert requests.get(video, timeout=10).status_code == 403
    bob.open()
    own = make_video(bob, PROMPT)
    assert own != job
    ann.open("queue").does_not_see(PROMPT)
    come(ROOT).open("job", id=job).watch()  # an administrator sees all
    forged_and_expired_addresses_fail_for_the_owner_too(ann, guarded, job)


def forged_and_expired_addresses_fail_for_the_owner_too(ann: Visit, guarded: RunningApp, job: str) -> None:
    secret = (Path(guarded.folder) / "outputs" / ".address-secret").read_text()
    salt = f"files-{ANN}"

    def address(serializer: URLSafeTimedSerializer) -> str:
        return f"{guarded.address}/files/{serializer.dumps([job, 'video.mp4', ''])}/video.mp4"

    class AnHourAgo(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - 3600

    class Yesterday(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - 24 * 3600

    assert fetch(ann, address(URLSafeTimedSerializer(secret, salt=salt, signer=AnHourAgo))) == 200
    assert fetch(ann, address(URLSafeTimedSerializer("a guess", salt=salt))) == 403
    assert fetch(ann, address(URLSafeTimedSerializer(secret, salt=salt, signer=Yesterday))) == 403


def test_who_has_not_logged_in_sees_a_way_in_and_nothing_else(
    visitor: Callable[..., Visit], guarded: RunningApp
) -> None:
    nobody = visitor(at=guarded)
    for page in ("", "queue", "settings", "job"):
        nobody.open(page)
        nobody.primary_is("Log in")
        expect(nobody.page.get_by_role("link", name="Queue")).to_have_count(0)


def test_the_language_survives_the_login_and_the_logout(visitor: Callable[..., Visit], guarded: RunningApp) -> None:
    visit = visitor(at=guarded)
    visit.open(lang="zh_CN")
    log_in(visit, ANN, "登录")
    visit.sees("提示词")
    visit.page.get_by_role("button", name=ANN.split("@")[0].title()).click()
    visit.press("退出登录")
    visit.page.get_by_role("button", name="End session").click()
    expect(visit.page).to_have_url(re.compile(re.escape(guarded.address)))
    visit.primary_is("登录")
    visit.problems.clear()
