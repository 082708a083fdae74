"""Presets: keep what Create is set to under a name, use it again, hand it on as a file and take one in."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from errors import MovaError
from ui.components.create_values import current, use
from ui.components.links import query
from ui.components.notices import leave
from ui.components.plain import plain
from ui.components.trouble import show_trouble
from ui.office import office
from ui.presets import MAX_BYTES, Preset, remove, store, stored
from ui.session import person
from ui.session import translate as _

_NAME, _FILE, _TROUBLE, _USED = "preset-name", "preset-file", "preset-trouble", "preset-used"


def preset_box() -> None:
    """The list, and the two ways to add to it."""
    st.subheader(_("Presets"))
    if used := st.session_state.pop(_USED, ""):
        leave(_("The preset {name} is set on this page.").format(name=plain(used)))
        st.switch_page("create.py", query_params=query())
    found = stored(office().settings.output_dir, person().name)
    for preset in found:
        _row(preset)
    if not found:
        st.caption(_("None yet. Set up the Create page as you like it, then keep that here under a name."))
    _keep()
    _take_in()
    trouble = st.session_state.pop(_TROUBLE, None)
    if trouble:
        show_trouble(trouble)


def _row(preset: Preset) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{plain(preset.name)}**")
            st.caption(_summary(preset))
        st.button(_("Use in Create"), key=f"use-{preset.name}", on_click=_use, args=(preset,))
        st.download_button(
            _("Export"),
            preset.as_json(),
            "preset.json",
            "application/json",
            key=f"export-{preset.name}",
            on_click="ignore",
        )
        st.button(_("Delete"), key=f"delete-{preset.name}", on_click=_delete, args=(preset.name,))


def _summary(preset: Preset) -> str:
    values = preset.settings
    orientations = {"landscape": _("Landscape"), "portrait": _("Portrait")}
    seed = _("seed {seed}").format(seed=values.seed) if values.seed else _("a random seed")
    facts = (values.model, orientations[values.orientation], f"{values.num_frames / values.fps:.1f} s", seed)
    return plain(" · ".join(facts))


def _keep() -> None:
    st.text_input(_("Name of a new preset"), key=_NAME, max_chars=60)
    st.button(_("Keep Create's settings"), key="keep-preset", icon=":material/bookmark_add:", on_click=_store_current)


def _take_in() -> None:
    st.file_uploader(
        _("Import a preset (JSON)"),
        type=["json"],
        key=_FILE,
        max_upload_size=1,
        on_change=_import,
        help=_("Only a file that was exported here, or written the same way, is taken."),
    )


def _store_current() -> None:
    def keep() -> Preset:
        return Preset.named(str(st.session_state.get(_NAME) or ""), current(office().settings))

    _stored(keep, clear=_NAME)


def _import() -> None:
    file = st.session_state.get(_FILE)
    if file is not None:
        _stored(lambda: Preset.read(file.read(MAX_BYTES + 1)))


def _stored(make: Callable[[], Preset], clear: str = "") -> None:
    try:
        preset = make()
        store(office().settings.output_dir, person().name, preset)
    except MovaError as problem:
        st.session_state[_TROUBLE] = problem
        return
    if clear:
        st.session_state[clear] = ""
    leave(_("The preset {name} is kept.").format(name=plain(preset.name)))


def _delete(name: str) -> None:
    remove(office().settings.output_dir, person().name, name)
    leave(_("The preset {name} is deleted.").format(name=plain(name)))


def _use(preset: Preset) -> None:
    use(preset.settings)
    st.session_state[_USED] = preset.name
