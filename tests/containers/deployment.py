"""compose.yaml run from a copy of this checkout, as on a machine of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import requests

from tests.browser.running_app import REPO, RunningApp
from tests.containers import engine
from tests.waiting import until

_PROJECT = "mova-tests"
_INTERFACES, _TENTATIVE = Path("/proc/net/if_inet6"), 0x40  # of an address that is not in use yet
App = TypeVar("App", bound=RunningApp)


class Deployment(RunningApp):
    """App, worker and database of one ``docker compose up``; ``folder`` is the checkout, with a .env of its own."""

    # In SGLang's place, under its name and port.
    STAND_IN = ("python", "-m", "preview", "--host", "0.0.0.0", "--port", "30000", "--allowed-host", "sglang")  # noqa: S104

    PROFILE: tuple[str, ...] = ()

    def __init__(self, folder: Path, commit: str = "", **variables: str) -> None:
        super().__init__(folder, **variables)
        checkout(folder, commit)
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        (folder / "MOVA-360p").mkdir()  # SGLang's container is not started, but its mounts are read

    # ---- compose ------------------------------------------------------------------------------------------------

    def compose(self, *words: str) -> str:
        return engine.run(
            "podman-compose", "-p", _PROJECT, *self.PROFILE, *words, folder=self.folder, PORT=str(self.port)
        )

    def start(self) -> None:
        """The documented way, with the preview engine in SGLang's place, or in the worker where no server is set."""
        self.compose("up", "-d", "app", "worker")
        if "SGLANG_360P_URL" not in self._variables:
            self.run("sglang", *self.STAND_IN, network="rendering")
        self._wait()

    def run(self, name: str, *command: str, network: str) -> None:
        """One more container of the image, under a name in one of the networks."""
        where = ("--network", f"{_PROJECT}_{network}", "--network-alias", name, "--name", f"{_PROJECT}_{name}")
        engine.podman("run", "--detach", "--label", self._label, *where, engine.IMAGE, *command)

    def down(self) -> None:
        """The containers go, the volumes stay: podman-compose knows of no second worker, and takes one away first."""
        left = engine.podman("ps", "--all", "--quiet", "--filter", f"label={self._label}").split()
        if left:
            engine.podman("rm", "--force", "--time", "20", "--depend", "--volumes", *left)
        self.compose("down")

    def stop(self) -> None:
        """Everything goes, the volumes too."""
        self.down()
        volumes = engine.podman("volume", "ls", "--quiet", "--filter", f"label={self._label}").split()
        if volumes:
            engine.podman("volume", "rm", "--force", *volumes)

    @property
    def _label(self) -> str:
        return f"io.podman.compose.project={_PROJECT}"

    # ---- one container --------------------------------------------------------------------------------------------

    def container(self, service: str, number: int = 1) -> str:
        return f"{_PROJECT}_{service}_{number}"

    def within(self, service: str, *command: str) -> str:
        """What a command prints in a container."""
        return engine.podman("exec", self.container(service), *command)

    @property
    def words(self) -> str:
        """What the app's container has printed so far; nothing before it is there."""
        return engine.said(self.container("app"))

    def _wait(self) -> None:
        until(lambda: answers(self))
        seen: list[str] = []

        def settled() -> bool:
            """Chromium breaks off what it loads where an interface of this machine changes."""
            before, seen[:] = list(seen), _INTERFACES.read_text().splitlines() if _INTERFACES.exists() else [""]
            return before == seen and not any(int(line.split()[4], 16) & _TENTATIVE for line in seen if line)

        until(settled, every=1.0)

    # ---- programs -------------------------------------------------------------------------------------------------

    def key(self) -> str:
        """A new key for programs."""
        return self.within("app", "python", "workflow.py", "key", "create", token_hex(4)).split()[0]

    def order(self, key: str, **form: str) -> str:
        """A video's id, ordered as OpenAI's SDK does."""
        body = {name: (None, value) for name, value in form.items()}
        answer = requests.post(f"{self.address}/v1/videos", headers=_with(key), files=body, timeout=60)
        assert answer.ok, answer.text
        return str(answer.json()["id"])

    def status(self, key: str, video: str) -> str:
        """Its status, or nothing where the app has no answer at the moment."""
        answer = requests.get(f"{self.address}/v1/videos/{video}", headers=_with(key), timeout=60)
        return str(answer.json()["status"]) if answer.ok else ""

    def rendered(self) -> list[dict[str, Any]]:
        """What the server in SGLang's place was sent."""
        listed = "import urllib.request as web; print(web.urlopen('http://sglang:30000/v1/videos?limit=100').read().decode())"
        found: list[dict[str, Any]] = json.loads(self.within("app", "python", "-c", listed))["data"]
        return found


@contextmanager
def anew(app: App) -> Iterator[App]:
    """An app that is up, without what an interrupted run has left; all of it goes at the end."""
    app.stop()
    with app:
        yield app


def answers(app: RunningApp) -> bool:
    """Whether an app is up, as its health check asks."""
    try:
        return requests.get(f"{app.address}/_stcore/health", timeout=5).ok
    except requests.RequestException:
        return False


def checkout(folder: Path, commit: str = "") -> None:
    """A copy of what git would have in a clone: of an earlier commit, or of now with what is not committed yet."""
    if commit:
        packed = folder.with_suffix(".tar")
        subprocess.run(["git", "archive", "--output", packed, commit], cwd=REPO, check=True)  # noqa: S607
        shutil.unpack_archive(packed, folder)
        return
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],  # noqa: S607
        cwd=REPO, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (REPO / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, folder / name)


def _with(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
