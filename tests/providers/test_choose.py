"""Which service serves a step."""

from __future__ import annotations

import sys
import types

import pytest

from config import Settings
from core.errors import ConfigError
from providers import choose
from providers.base import Capability

ALL = {
    "gemini_api_key": "k",
    "dashscope_api_key": "k",
    "openai_base_url": "http://localhost:1/v1",
    "openai_text_model": "m",
    "openai_vision_model": "m",
    "openai_image_model": "m",
}


@pytest.fixture(autouse=True)
def _offline_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("providers.offline")
    module.Offline = lambda: types.SimpleNamespace(name="offline")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "providers.offline", module)


@pytest.mark.parametrize("step", ["text", "vision", "image"])
@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ([], "gemini"),
        (["gemini_api_key"], "dashscope"),
        (["gemini_api_key", "dashscope_api_key"], "openai"),
        (["gemini_api_key", "dashscope_api_key", "openai_base_url"], "offline"),
    ],
)
def test_the_first_that_is_set_up(step: Capability, without: list[str], expected: str) -> None:
    values = {name: value for name, value in ALL.items() if name not in without}
    assert choose(Settings(**values), step).name == expected  # type: ignore[arg-type]


def test_a_step_that_one_cannot_do_goes_to_the_next() -> None:
    settings = Settings(**{**ALL, "gemini_image_model": "", "qwen_image_model": ""})  # type: ignore[arg-type]
    assert [choose(settings, step).name for step in ("text", "vision", "image")] == ["gemini", "gemini", "openai"]


def test_a_service_without_models_can_do_nothing() -> None:
    assert choose(Settings(openai_api_key="k"), "text").name == "offline"  # type: ignore[arg-type]


def test_a_key_of_the_call_sets_a_service_up() -> None:
    assert choose(Settings(), "text", {"dashscope_api_key": "k"}).name == "dashscope"


def test_a_wrong_override_is_said() -> None:
    with pytest.raises(ConfigError):
        choose(Settings(), "text", {"gemini_api_url": "nowhere"})
