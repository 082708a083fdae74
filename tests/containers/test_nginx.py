"""The nginx of SECURITY.md, word for word, by Debian's nginx beside the app: uploads, websocket, Range."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.running_app import REPO, RunningApp
from tests.browser.visit import Visit
from tests.containers import engine
from tests.containers.deployment import anew
from tests.waiting import until

NAME = "mova.example.org"
ANN, PASSWORD = "ann", "a-password"
SECRET = "a-secret-of-the-proxy-alone"
PROMPT = "A girl in a red coat walks through the rain. The audio has soft rain and slow steps."
_APP, _NGINX = "mova-tests-behind", "mova-tests-nginx"
_APP_COMMAND = ("python", "-m", "streamlit", "run", "app.py")


class BehindNginx(RunningApp):
    """The app listens on 127.0.0.1:8500 of a network that it shares with nginx alone, which has the door."""

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.port}"  # not localhost, which Streamlit lets in whatever the proxy says

    def start(self) -> None:
        settings = {"NUM_FRAMES": "17", "TRUSTED_USER_HEADER": "X-Forwarded-User", "TRUSTED_USER_SECRET": SECRET}
        named = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
        options = ("--server.port", "8500", "--server.address", "127.0.0.1")
        door = ("--publish", f"127.0.0.1:{self.port}:443")
        engine.podman("run", "--detach", "--name", _APP, *door, *named, engine.IMAGE, *_APP_COMMAND, *options)
        self._configure()
        files = {"mova.conf": "/etc/nginx/conf.d/mova.conf", "mova.users": "/etc/nginx/mova.users"}
        files |= {"mova.pem": "/etc/ssl/mova.pem", "mova.key": "/etc/ssl/mova.key"}
        mounts = [word for name, at in files.items() for word in ("--volume", f"{self.folder / name}:{at}:ro")]
        where = ("--name", _NGINX, "--network", f"container:{_APP}")
        engine.podman("run", "--detach", *where, *mounts, "docker.io/library/caddy:2", "nginx", "-g", "daemon off;")
        until(lambda: self.healthy)

    def _configure(self) -> None:
        (block,) = re.findall(r"```nginx\n(.*?)```", (REPO / "SECURITY.md").read_text(), re.DOTALL)
        assert block.count('"…"') == 1
        (self.folder / "mova.conf").write_text(block.replace('"…"', f'"{SECRET}"'))
        new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}", "-days", "2")
        self._openssl(*new, "-keyout", "mova.key", "-out", "mova.pem")
        (self.folder / "mova.users").write_text(f"{ANN}:{self._openssl('passwd', '-apr1', PASSWORD)}")

    def _openssl(self, *words: str) -> str:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=True)  # noqa: S607
        return done.stdout

    def stop(self) -> None:
        engine.podman("rm", "--force", "--ignore", "--volumes", "--time", "20", _NGINX)
        engine.podman("rm", "--force", "--ignore", "--volumes", "--time", "20", _APP)

    @property
    def healthy(self) -> bool:
        try:
            return self.ask("GET", "/_stcore/health").text == "ok"
        except requests.RequestException:
            return False

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
        url = f"https://127.0.0.1:{self.port}{path}"
        return requests.request(
            method, url, data=body, headers=headers, auth=(ANN, PASSWORD), verify=False, timeout=60  # noqa: S501
        )  # fmt: skip

    @property
    def words(self) -> str:
        return engine.said(_APP)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[BehindNginx]:
    with anew(BehindNginx(tmp_path_factory.mktemp("nginx"))) as running:
        yield running


@pytest.fixture
def ann(chromium: Browser, app: BehindNginx) -> Iterator[Visit]:
    """Somebody with the password, in a browser that does not know the certificate."""
    known = {"username": ANN, "password": PASSWORD}
    program, flags = shutil.which("chromium"), ["--no-sandbox", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=program, args=flags)
    context = browser.new_context(locale="en-US", ignore_https_errors=True, http_credentials=known)  # type: ignore[arg-type]
    visit = Visit(context.new_page(), app)
    yield visit
    browser.close()
    assert visit.problems == []


def large_picture() -> dict[str, object]:
    """Noise, which does not get smaller: more than the one megabyte that nginx takes unless it is told."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (900, 1200, 3), np.uint8)).save(file, "PNG")
    assert file.tell() > 2 * 2**20
    return {"name": "noise.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_a_video_with_an_uploaded_picture_and_its_parts(ann: Visit, app: BehindNginx) -> None:
    ann.open().choose("From a picture")
    ann.write("Prompt", PROMPT)
    ann.upload(large_picture())
    ann.sees("640×352")
    ann.go("Render preview")
    path = ann.watch().removeprefix(app.address)
    part = app.ask("GET", path, Range="bytes=100-199")
    assert (part.status_code, len(part.content)) == (206, 100)
    assert part.headers["Content-Range"].startswith("bytes 100-199/")


def test_nobody_comes_in_without_the_password_and_nothing_too_large(app: BehindNginx) -> None:
    assert requests.get(f"https://127.0.0.1:{app.port}/", verify=False, timeout=30).status_code == 401  # noqa: S501
    assert app.ask("POST", "/v1/videos", b"0" * (41 * 2**20)).status_code == 413
