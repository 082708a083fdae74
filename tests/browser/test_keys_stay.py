"""A run with marked keys, in a browser and on the command line: nothing of a key leaves the server's process.

The same run shows whom the app connects to: the configured services, and nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import servers_of
from tests.browser.running_app import RunningApp
from tests.browser.samples import WISH
from tests.browser.stand_in import StandIn
from tests.browser.visit import Visit
from tests.browser.watching import Frames, arguments_of_processes, audited
from tests.cli.shell import TINY, Shell
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Raw

MARK = "MARKED"
GEMINI, TOKEN, TYPED = f"AIza-{MARK}-gemini-90210", f"tok-{MARK}-server-777", f"sk-{MARK}-typed-31337"


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        yield fake


def keys(services: FakeServices, server: StandIn) -> dict[str, str]:
    """Gemini writes and looks, with the server's key; only DashScope can draw, and has no key of the server's."""
    described = json.loads(servers_of(server))
    return {
        "SGLANG_SERVERS": json.dumps([described[0] | {"token": TOKEN}]),
        "GEMINI_API_KEY": GEMINI,
        "GEMINI_API_URL": services.gemini_url,
        "GEMINI_IMAGE_MODEL": " ",
        "DASHSCOPE_BASE_URL": services.dashscope_url,
    }


@pytest.fixture(scope="module")
def keyed(services: FakeServices, _server: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("keyed")
    with RunningApp(folder, **keys(services, _server), **audited(folder)) as running:
        yield running


def type_key(visit: Visit) -> None:
    """On the Settings page, into DashScope's field."""
    visit.turn_to("Settings")
    field = visit.page.get_by_label("A key for this session", exact=True).nth(1)
    field.fill(TYPED)
    field.blur()
    visit.sees("Key of this session ••••")
    visit.turn_to("Create")


def run(visit: Visit, request: str = WISH) -> None:
    visit.write("Description", request)
    visit.press("Run to the end")


def kept(folder: Path) -> dict[str, bytes]:
    """Every file of the app: outputs, database, log."""
    files = [path for path in folder.rglob("*") if path.is_file() and "audit" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def holding(found: dict[str, bytes]) -> list[str]:
    return [name for name, data in found.items() if MARK.encode() in data]


def pages_of(visit: Visit) -> dict[str, bytes]:
    """The source of every page as it stands after the run."""
    sources = {visit.page.url: visit.page.content().encode()}
    for name in ("Queue", "Library", "Settings", "Create"):
        visit.turn_to(name)
        sources[name] = visit.page.content().encode()
    return sources


def test_a_full_run_gives_no_key_away(
    visitor: Callable[..., Visit], keyed: RunningApp, services: FakeServices, server: StandIn
) -> None:
    services.reset()
    visit = visitor(at=keyed)
    frames = Frames(visit.page)
    with arguments_of_processes() as processes:
        visit.open()
        type_key(visit)
        run(visit)
        visit.watch()
        sources = pages_of(visit)
    assert {call.key for call in services.received("gemini")} == {GEMINI}
    assert {call.key for call in services.received("dashscope")} == {TYPED}
    assert holding(sources) == []
    assert holding(dict(enumerate(frames.received))) == []  # type: ignore[arg-type]
    assert len(frames.received) > 20
    assert holding(kept(keyed.folder)) == []
    assert [line for line in processes if MARK.encode() in line] == []
    assert "Key set in the environment" in sources["Settings"].decode()
    connects_to_the_configured_only(keyed, services, server)


def test_another_browser_does_not_spend_the_key(
    visitor: Callable[..., Visit], keyed: RunningApp, services: FakeServices
) -> None:
    services.reset()
    mine, other = visitor(at=keyed).open(), visitor(at=keyed)
    type_key(mine)
    mine.write("Description", f"{WISH} for one of two")
    mine.press("Write image prompt")
    mine.sees("Make first frame")
    other.page.goto(mine.page.url)
    other.press("Make first frame")
    other.sees("was entered in another session")
    assert services.received("dashscope") == []
    mine.press("Make first frame")
    mine.sees("Describe frame")
    assert {call.key for call in services.received("dashscope")} == {TYPED}


@pytest.mark.parametrize("route", ["gemini.vision", "dashscope.image"])
def test_a_service_that_echoes_the_key_gives_none_away(
    visitor: Callable[..., Visit], keyed: RunningApp, services: FakeServices, route: str
) -> None:
    key = TYPED if route.startswith("dashscope") else GEMINI
    said = f"<b>API key not valid</b>: {key} (see ?key={key})"
    error = {"code": 400, "message": said, "status": f"BAD {key}", "details": [{"reason": f"KEY_{key}"}]}
    services.reset()
    services.script("gemini.text", f"A cat for {route}.")  # nothing that was bought before serves again
    services.script("dashscope.image", picture(1280, 720, f"hsl({len(route) * 9}, 50%, 50%)"))
    services.script(route, Raw(400, {"error": error, "code": f"Bad.{key}", "message": said}))
    visit = visitor(at=keyed)
    frames = Frames(visit.page)
    visit.open()
    type_key(visit)
    run(visit, f"{WISH} {route}")
    visit.rests()
    visit.sees("Details")
    for fold in visit.page.get_by_text("Details", exact=True).all():
        fold.click()
    assert services.count(route) >= 1
    assert "(key)" in visit.page.content()
    assert holding(pages_of(visit)) == []
    assert holding(dict(enumerate(frames.received))) == []  # type: ignore[arg-type]
    assert holding(kept(keyed.folder)) == []


def test_the_command_line_gives_no_key_away(services: FakeServices, server: StandIn, tmp_path: Path) -> None:
    variables = keys(services, server) | {"OUTPUT_DIR": str(tmp_path / "outputs"), "DASHSCOPE_API_KEY": TYPED}
    shell = Shell(tmp_path, variables)
    services.reset()
    with arguments_of_processes() as processes:
        done = shell("full", "--description", WISH, *TINY)
        services.script("gemini.text", Raw(401, {"error": {"code": 401, "message": f"Bad key {GEMINI}"}}))
        refused = shell("full", "--description", "Another cat purrs.", *TINY, "--json")
        listed = shell("jobs", "--json")
    assert done.returncode == 0
    assert refused.returncode != 0
    assert "(key)" in refused.stdout + refused.stderr
    said = (one for each in (done, refused, listed) for one in (each.stdout, each.stderr))
    assert MARK not in "".join(said)
    assert holding(kept(tmp_path)) == []
    assert [line for line in processes if MARK.encode() in line] == []


def connects_to_the_configured_only(keyed: RunningApp, services: FakeServices, server: StandIn) -> None:
    log = (keyed.folder / "sockets.log").read_text().splitlines()
    allowed = {urlsplit(address).port for address in (services.url, server.address)}
    connected = [line for line in log if line.startswith(("socket.connect", "socket.sendto"))]
    assert connected
    strange = [line for line in connected if not any(f"('127.0.0.1', {port})" in line for port in allowed)]
    assert strange == []
    asked = {line for line in log if line.startswith(("socket.getaddrinfo", "socket.gethostbyname"))}
    assert [line for line in asked if "'127.0.0.1'" not in line and "'localhost'" not in line] == []
