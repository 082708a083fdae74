"""Keys for programs on the Settings page: a person's own, each told once when it is made."""

from __future__ import annotations

import streamlit as st

from core.errors import MovaError
from jobs.model.api_keys import SCOPES, USUAL_SCOPES, ApiKey, Scope
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.notices import acting, leave, refuse, refused, show_error
from ui.shared.plain import escape_markdown

_NAME, _SCOPES, _MADE, _ASKED = "api-key-name", "api-key-scopes", "api-key-made", "api-key-asked"


def api_key_board() -> None:
    """The keys that work, and a form for another one."""
    with st.container(border=True, key="api-keys"):
        st.subheader(_("Keys for programs"))
        st.caption(
            _(
                "With a key a program reaches your jobs at /v1/videos, as it would OpenAI's or SGLang's, and at "
                "/api/v1. /api/docs has every address."
            )
        )
        _just_made()
        for key in job_service().api_keys.all():
            _row(key)
        _form()


def _just_made() -> None:
    """The key that was made last, until something else is done on the page."""
    if key := st.session_state.pop(_MADE, None):
        st.success(_("Copy the key now: it is shown this once, and only its hash is stored."), icon=":material/key:")
        st.code(key, language=None)


def _row(key: ApiKey) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        owner = f" · {escape_markdown(key.owner)}" if person().is_admin else ""
        st.markdown(f"**{escape_markdown(key.name)}**{owner}", width="content")
        st.caption(f"{', '.join(_scope(one) for one in key.scopes)} · {_last_use(key)}", width="stretch")
        if st.session_state.get(_ASKED) != key.id:
            label = _("Revoke…")
            st.button(label, key=f"api-key-revoke-{key.id}", icon=":material/key_off:", on_click=_ask, args=(key.id,))
    if st.session_state.get(_ASKED) == key.id:
        words = _("Revoke the key {name}? Programs that use it are refused from then on.").format(name=key.name)
        st.warning(escape_markdown(words), icon=":material/key_off:")
        with st.container(horizontal=True):
            st.button(
                _("Revoke for good"), key=f"api-key-really-{key.id}", on_click=acting(_revoke), args=(key.id, key.name)
            )
            st.button(_("Keep it"), key=f"api-key-keep-{key.id}", on_click=_ask, args=(None,))


def _form() -> None:
    st.text_input(
        _("Name of a new key"), key=_NAME, max_chars=80, placeholder=_("Such as: render script"), autocomplete="off"
    )
    offered = [one for one in SCOPES if one != "admin" or person().steers]
    st.pills(
        _("It may"),
        offered,
        selection_mode="multi",
        default=USUAL_SCOPES,
        format_func=_scope,
        key=_SCOPES,
        width="content",
    )
    if error := refused(_NAME):
        show_error(error)
    st.button(_("Make a key"), key="api-key-make", icon=":material/key:", on_click=_make)


def _make() -> None:
    scopes: list[Scope] = st.session_state.get(_SCOPES) or []
    try:
        _record, key = job_service().api_keys.create(st.session_state.get(_NAME, ""), scopes or ("read",))
    except MovaError as error:
        refuse(_NAME, error)
        return
    st.session_state[_MADE], st.session_state[_NAME] = key, ""


def _ask(key_id: str | None) -> None:
    st.session_state[_ASKED] = key_id


def _revoke(key_id: str, name: str) -> None:
    st.session_state.pop(_ASKED, None)
    job_service().api_keys.revoke(key_id)
    leave(_("The key {name} is revoked.").format(name=name))


def _scope(scope: Scope) -> str:
    words = {
        "read": _("look"),
        "create": _("make, change and delete"),
        "spend": _("render and ask services"),
        "admin": _("act for everybody"),
    }
    return words[scope]


def _last_use(key: ApiKey) -> str:
    if key.used is None:
        return _("never used")
    return _("last used {date} (UTC)").format(date=key.used.strftime("%Y-%m-%d %H:%M"))
