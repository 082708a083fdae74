"""The profile ``login`` of compose.yaml: Debian's Caddy with https, and a stand-in for oauth2-proxy before the app."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser

from tests.browser.visit import Visit
from tests.containers import engine
from tests.containers.deployment import Deployment, anew
from tests.waiting import until

ANN, BOB = "ann@example.org", "bob@example.org"
SECRET = "a-secret-of-the-proxy-alone"
ISSUER = "https://login.example.org"
COOKIE = "_oauth2_proxy"  # as the stand-in wants it
PROMPT = "A violet lighthouse that nobody else may know of. The audio has soft waves."
# A file's address, asked for around the proxies by a container that shares a network with the app.
_AROUND = """
import sys, urllib.error, urllib.request
path, email, secret = sys.argv[1:]
headers = {"X-Forwarded-Email": email, "X-Trusted-User-Secret": secret}
try:
    print(urllib.request.urlopen(urllib.request.Request(f"http://app-login:8500{path}", headers=headers)).status)
except urllib.error.HTTPError as refused:
    print(refused.code)
"""


class WithLogin(Deployment):
    """``docker compose --profile login up --scale app=0``, at https://localhost."""

    address = "https://localhost"
    PROFILE = ("--profile", "login")

    def start(self) -> None:
        self.compose("up", "-d", "worker", "app-login", "oauth2-proxy", "caddy")
        self.run("sglang", *self.STAND_IN, network="rendering")
        until(lambda: self.healthy)

    @property
    def healthy(self) -> bool:
        try:
            return self.get("/_stcore/health", ANN).text == "ok"
        except requests.RequestException:
            return False

    def get(self, path: str, person: str = "", **headers: str) -> requests.Response:
        """What somebody's browser gets, who is logged in or nobody."""
        cookies = {COOKIE: person} if person else {}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.address}{path}"
        return requests.get(url, cookies=cookies, headers=sent, verify=False, allow_redirects=False, timeout=30)  # noqa: S501 - Caddy's own certificate

    @property
    def words(self) -> str:
        return engine.said(self.container("app-login"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[WithLogin]:
    for port in (80, 443):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip(f"port {port} of this machine is taken")
    settings = {"POSTGRES_PASSWORD": "abc123", "NUM_FRAMES": "17", "TRUSTED_USER_SECRET": SECRET}
    settings |= {"MOVA_DOMAIN": "localhost", "OIDC_ISSUER_URL": ISSUER}
    with anew(WithLogin(tmp_path_factory.mktemp("login"), **settings)) as deployment:
        yield deployment


@pytest.fixture
def come(chromium: Browser, app: WithLogin) -> Iterator[Callable[[str], Visit]]:
    """A person who is logged in, in a browser of their own."""
    visits: list[Visit] = []

    def new(person: str) -> Visit:
        context = chromium.new_context(locale="en-US", ignore_https_errors=True)
        context.add_cookies([{"name": COOKIE, "value": person, "url": app.address}])
        visits.append(Visit(context.new_page(), app))
        return visits[-1]

    yield new
    problems = [problem for visit in visits for problem in visit.problems]
    for visit in visits:
        visit.page.context.close()
    assert problems == []


def test_a_stranger_is_sent_to_the_provider_and_comes_back_to_the_right_address(app: WithLogin) -> None:
    sent = app.get("/")
    assert sent.status_code == 302
    assert sent.headers["Location"] == f"{ISSUER}?redirect_uri=https://localhost/oauth2/callback"
    plain = requests.get("http://localhost/", allow_redirects=False, timeout=30)
    assert plain.headers["Location"] == "https://localhost/"


def test_two_people_through_both_proxies_and_nobody_around_them(come: Callable[[str], Visit], app: WithLogin) -> None:
    ann = come(ANN).open().choose("Without a picture")
    ann.write("Prompt", PROMPT)
    ann.go("Send to GPU")
    path = ann.watch().removeprefix(app.address)
    come(BOB).open("job", id=ann.job).sees("There is no such job. It may have been deleted.")
    part = app.get(path, ANN, Range="bytes=0-99")
    assert (part.status_code, len(part.content)) == (206, 100)
    # What a visitor sends along is not believed, not even with the right secret.
    assert app.get(path, BOB, X_Forwarded_Email=ANN, X_Trusted_User_Secret=SECRET).status_code == 403
    assert app.get(path, BOB).status_code == 403

    def around(secret: str) -> str:
        return app.within("worker", "python", "-c", _AROUND, path, ANN, secret).strip()

    assert (around(SECRET), around("another-secret-of-somebody")) == ("200", "403")


def test_the_secret_is_where_it_is_needed_alone(app: WithLogin) -> None:
    assert app.within("worker", "printenv", "TRUSTED_USER_SECRET").strip() == ""
    commands = engine.podman("ps", "--no-trunc", "--format", "{{.Command}}")
    assert SECRET not in commands
