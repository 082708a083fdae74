"""Presets on the Create page: kept under a name, listed, used, imported, deleted."""

from __future__ import annotations

import pytest

from tests.ui.still_app import button, drawn, page, words
from ui.app_context import AppContext
from ui.create import presets


def test_creates_settings_are_kept_listed_and_deleted(app_context: AppContext) -> None:
    test = page("create/create.py")
    assert "None yet." in words(test)
    test.number_input(key="create-frames").set_value(97)
    test.segmented_control(key="create-orientation").set_value("portrait")
    test.text_input(key="preset-name").set_value("Short & *tall*")
    test = button(test, "keep-preset")
    assert "Short & *tall*" in words(test)
    assert "mova-360p · Portrait · 4.0 s · a random seed" in words(test)
    [preset] = presets.stored(app_context.service.files.storage, "local")
    assert preset.settings.num_frames == 97
    test = button(test, "delete-Short & *tall*")
    assert presets.stored(app_context.service.files.storage, "local") == []


@pytest.mark.parametrize(("name", "seed"), [("Name", "abc"), ("", "7"), ("   ", "")])
def test_what_cannot_be_kept_is_said(app_context: AppContext, name: str, seed: str) -> None:
    test = page("create/create.py")
    test.text_input(key="preset-name").set_value(name)
    test.session_state["create-seed"] = seed
    assert "This preset cannot be used" in words(button(test, "keep-preset"))


def test_a_preset_is_imported_and_a_wrong_file_refused(app_context: AppContext) -> None:
    settings = presets.PresetSettings(
        mode="full",
        model="mova-360p",
        orientation="landscape",
        num_frames=193,
        fps=24,
        num_inference_steps=50,
        guidance_scale=5.0,
        seed=7,
        negative_prompt="",
        captions=False,
    )
    good = presets.Preset.named("Handed on", settings).as_json()
    test = page("create/create.py")
    test.file_uploader(key="preset-file").upload("x.json", good.encode(), "application/json")
    test = drawn(test)
    assert "Handed on" in words(test)
    wrong = good.replace('"version": 1', '"version": 9')
    test.file_uploader(key="preset-file").set_value(("y.json", wrong.encode(), "application/json"))
    assert '"version" is not 1' in words(drawn(test))
    assert len(presets.stored(app_context.service.files.storage, "local")) == 1


def test_a_preset_fills_the_page(app_context: AppContext) -> None:
    test = page("create/create.py")
    test.number_input(key="create-frames").set_value(97)
    test.text_input(key="create-seed").set_value("77")
    test.text_input(key="preset-name").set_value("Quick")
    test = button(drawn(test), "keep-preset")
    test.number_input(key="create-frames").set_value(193)
    test.text_input(key="create-seed").set_value("")
    test = button(drawn(test), "use-Quick")
    assert "The preset Quick has been applied to this page." in words(test)
    assert test.number_input(key="create-frames").value == 97
    assert "seed 77" in words(test)
