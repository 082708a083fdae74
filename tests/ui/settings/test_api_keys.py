"""Keys for programs on the Settings page: told once, revoked after a second question."""

from __future__ import annotations

from tests.ui.still_app import button, drawn, page, words
from ui.app_context import AppContext


def test_a_key_is_shown_once(app_context: AppContext) -> None:
    test = page("settings/settings.py")
    test.text_input(key="api-key-name").set_value("render script")
    test = button(test, "api-key-make")
    (shown,) = [str(one.value) for one in test.code]
    record = app_context.service.api_keys.of_program(shown)
    assert record
    assert (record.name, record.scopes) == ("render script", ("read", "create", "spend"))
    assert not test.text_input(key="api-key-name").value
    test = drawn(test)
    assert not test.code
    assert "render script" in words(test)


def test_a_name_that_cannot_be_is_refused(app_context: AppContext) -> None:
    test = button(page("settings/settings.py"), "api-key-make")
    assert "The name is empty." in words(test)
    assert app_context.service.api_keys.all() == ()


def test_revoking_asks_first(app_context: AppContext) -> None:
    made, key = app_context.service.api_keys.create("script")
    test = button(page("settings/settings.py"), f"api-key-revoke-{made.id}")
    assert "Revoke the key script?" in words(test)
    test = button(button(test, f"api-key-keep-{made.id}"), f"api-key-revoke-{made.id}")
    assert app_context.service.api_keys.of_program(key)
    test = button(test, f"api-key-really-{made.id}")
    assert app_context.service.api_keys.of_program(key) is None
    assert f"api-key-revoke-{made.id}" not in {one.key for one in test.button}
