"""The look: one place for it, the theme's own colours in it, and every font that it names among those we send."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.server.files import ROUTES
from ui.shared.style import BROWSER

THEME = tomllib.loads((BROWSER.parents[1] / ".streamlit/config.toml").read_text())["theme"]
FACES: list[dict[str, str]] = THEME["fontFaces"]
LARGEST = 1_500_000


@pytest.mark.parametrize(("ours", "theirs"), [("ground", "backgroundColor"), ("accent", "primaryColor")])
def test_the_style_has_the_colours_of_the_theme(ours: str, theirs: str) -> None:
    colours = f"--{ours}: light-dark({THEME['light'][theirs]}, {THEME['dark'][theirs]})"
    assert colours in (BROWSER / "style.css").read_text()


@pytest.mark.parametrize("address", sorted({face["url"] for face in FACES}))
def test_a_font_is_ours_and_small_and_sent_to_anybody(address: str) -> None:
    with TestClient(Starlette(routes=list(ROUTES))) as browser:
        answer = browser.get(f"/{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
    assert answer.content == (BROWSER.parents[1] / "fonts" / Path(address).name).read_bytes()
    assert len(answer.content) < LARGEST


@pytest.mark.parametrize("name", ["OFL.txt", "..%2Fconfig.py", "none.woff2"])
def test_nothing_else_is_sent_as_a_font(name: str) -> None:
    with TestClient(Starlette(routes=list(ROUTES))) as browser:
        assert browser.get(f"/fonts/{name}").status_code == 404


def test_the_first_fonts_are_ours() -> None:
    families = {face["family"] for face in FACES}
    for setting in ("font", "headingFont", "codeFont"):
        first, second = THEME[setting].split(", ")[:2]
        assert {first.strip("'"), second.strip("'")} <= families


def test_every_field_for_files_speaks_the_language_of_its_page() -> None:
    """Streamlit's own says "Upload" and "30MB per file" wherever it is not told otherwise."""
    for path in sorted(BROWSER.parent.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.count(".file_uploader(") == len(re.findall(r"^\s+say_upload\(", text, re.MULTILINE)), path
