"""The card for a key: tried, kept in .env and in use at once, or used in this session only; never shown again."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import config
from config import Settings
from core.errors import EnvFileUnreadable
from tests.ui.still_app import button, drawn, page, words
from ui.app_context import AppContext

SECRET = "AIza-not-a-real-key"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    path.write_text("# mine\nFPS=24\n")
    monkeypatch.setitem(Settings.model_config, "env_file", path)
    monkeypatch.setenv("MOVA_HOST", "127.0.0.1")
    return path


def typed(key: str = SECRET) -> AppTest:
    test = page("create/create.py")
    assert "Drafting offline." in words(test)
    test.text_input(key="key-card-field").set_value(key)
    return drawn(test)


def test_a_key_is_kept_in_the_file_and_in_use_at_once(app_context: AppContext, env_file: Path) -> None:
    test = button(typed(), "key-card-keep")
    assert "The key is kept in .env and in use." in words(test)
    assert env_file.read_text() == f"# mine\nFPS=24\nGEMINI_API_KEY='{SECRET}'\n"
    assert "Drafting offline." not in words(test)
    assert "gemini" in words(test)
    assert Settings(_env_file=env_file).gemini_api_key == app_context.settings.gemini_api_key  # type: ignore[call-arg]


def test_a_key_for_this_session_is_in_no_file(app_context: AppContext, env_file: Path) -> None:
    before = env_file.read_text()
    test = button(typed(), "key-card-session")
    assert (env_file.read_text(), app_context.settings.gemini_api_key) == (before, None)
    assert "Drafting offline." not in words(test)


def test_what_was_typed_is_not_in_the_page_again(app_context: AppContext, env_file: Path) -> None:
    test = typed()
    assert test.text_input(key="key-card-field").value == ""
    assert "Key entered ••••" in words(test)
    assert SECRET not in str([one.proto for one in test.main])


@pytest.mark.parametrize("open_to", ["0.0.0.0", "192.168.1.9"])  # noqa: S104
def test_where_others_reach_the_pages_no_file_is_written(
    app_context: AppContext, env_file: Path, monkeypatch: pytest.MonkeyPatch, open_to: str
) -> None:
    monkeypatch.setenv("MOVA_HOST", open_to)
    assert "key-card-keep" not in [one.key for one in typed().button]


def test_a_key_that_can_be_none_is_refused(app_context: AppContext, env_file: Path) -> None:
    before = env_file.read_text()
    test = button(typed("two words"), "key-card-keep")
    assert env_file.read_text() == before
    assert "two words" not in words(test)
    assert test.error


def test_a_device_is_not_replaced(app_context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", "/dev/null")
    with pytest.raises(EnvFileUnreadable):
        config.keep_in_env_file(app_context.settings, "gemini_api_key", SECRET)
    assert Path("/dev/null").is_char_device()
