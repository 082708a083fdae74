"""Presets: save Create's settings under a name, use them again, export and import them as files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import MovaError
from ui.app_context import app_context
from ui.create.presets import MAX_BYTES, Preset, remove, store, stored, take_over
from ui.create.values import current, use
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.notices import leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.widgets import say_upload
from ui.shared.words import in_seconds

_NAME, _FILE, _TROUBLE = "preset-name", "preset-file", "preset-trouble"


def preset_chip() -> None:
    """A chip with the person's presets, and the two ways to add to them."""
    storage, visitor = job_service().files.storage, person()
    if visitor.formerly:
        take_over(storage, visitor.formerly, visitor.name)
    with st.popover(_("Presets"), icon=":material/bookmarks:", key="chip-presets"):
        found = stored(storage, visitor.name)
        for preset in found:
            _row(preset)
        if not found:
            st.caption(_("None yet. Set up this page as you like it, then save it here under a name."))
        _keep()
        _take_in()
        error = st.session_state.pop(_TROUBLE, None)
        if error:
            show_error(error)


def _row(preset: Preset) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{escape_markdown(preset.name)}**")
            st.caption(_summary(preset))
        st.button(_("Use"), key=f"use-{preset.name}", on_click=_use, args=(preset,))
        st.download_button(
            _("Export"),
            preset.as_json(),
            "preset.json",
            "application/json",
            key=f"export-{preset.name}",
            type="tertiary",
            on_click="ignore",
        )
        st.button(_("Delete"), key=f"delete-{preset.name}", type="tertiary", on_click=_delete, args=(preset.name,))


def _summary(preset: Preset) -> str:
    values = preset.settings
    orientations = {"landscape": _("Landscape"), "portrait": _("Portrait")}
    seed = _("seed {seed}").format(seed=values.seed) if values.seed else _("a random seed")
    facts = (
        values.model,
        orientations[values.orientation],
        in_seconds(values.num_frames / values.fps, 1),
        seed,
    )
    return escape_markdown(" · ".join(facts))


def _keep() -> None:
    st.text_input(_("Name of a new preset"), key=_NAME, max_chars=60)
    st.button(_("Save these settings"), key="keep-preset", icon=":material/bookmark_add:", on_click=_store_current)


def _take_in() -> None:
    st.file_uploader(
        _("Import a preset (JSON)"),
        type=["json"],
        key=_FILE,
        max_upload_size=1,
        on_change=_import,
        help=_("Only a file that was exported here, or written the same way, is accepted."),
    )
    say_upload(_FILE, 1)


def _store_current() -> None:
    def keep() -> Preset:
        return Preset.named(str(st.session_state.get(_NAME) or ""), current(app_context().settings))

    _stored(keep, clear=_NAME)


def _import() -> None:
    file = st.session_state.get(_FILE)
    if file is not None:
        _stored(lambda: Preset.read(file.read(MAX_BYTES + 1)))


def _stored(make: Callable[[], Preset], clear: str = "") -> None:
    try:
        preset = make()
        store(job_service().files.storage, person().name, preset)
    except MovaError as problem:
        st.session_state[_TROUBLE] = problem
        return
    if clear:
        st.session_state[clear] = ""
    leave(_("The preset {name} is saved.").format(name=escape_markdown(preset.name)))


def _delete(name: str) -> None:
    remove(job_service().files.storage, person().name, name)
    leave(_("The preset {name} is deleted.").format(name=escape_markdown(name)))


def _use(preset: Preset) -> None:
    use(preset.settings)
    leave(_("The preset {name} has been applied to this page.").format(name=escape_markdown(preset.name)))
