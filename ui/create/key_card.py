"""The card on Create where texts would be drafted without a model: a key, pasted, tried, and kept or used once."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from config import keep_in_env_file
from core.background import BackgroundTask
from core.errors import MovaError
from jobs.plan.plan import JobPlan
from providers.offline import NAME as OFFLINE
from providers.trial import KEYS, MODELS, SERVICES, Service
from ui.app_context import app_context
from ui.server.host_guard import is_loopback, listens_on
from ui.server.visitor import has_login
from ui.session import session_keys
from ui.session import translate as _
from ui.settings.services import begin, service_title, show_trial
from ui.shared.notices import leave, show_error
from ui.shared.watching import live

_SERVICE, _FIELD, _TYPED, _TRIAL, _TROUBLE = (
    *("key-card-service", "key-card-field", "key-card-typed"),
    *("key-card-trial", "key-card-trouble"),
)


def key_card(plan: JobPlan | None) -> None:
    """Nothing where a service makes the texts."""
    offline = plan is not None and any(one.maker and one.maker.provider == OFFLINE for one in plan.steps.to_make)
    if not offline or session_keys().names:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="key-card"):
        st.markdown(f":material/edit_off: **{_('Drafting offline.')}** {_('Add a key for better texts.')}")
        with st.popover(_("Add a key"), icon=":material/key:"):
            st.selectbox(_("Service"), _services(), format_func=service_title, key=_SERVICE, on_change=_forget)
            st.text_input(
                _("Key"), type="password", key=_FIELD, autocomplete="off", placeholder=_("Paste a key"), on_change=_take
            )
            live(_what_to_do, lambda: (trial := _trial()) is not None and not trial.done)


def _what_to_do() -> None:
    typed = _TYPED in st.session_state
    with st.container(horizontal=True, vertical_alignment="center"):
        if typed:
            st.badge(_("Key entered ••••"), icon=":material/key:", color="blue")
        st.button(_("Test"), key="key-card-test", on_click=_test, disabled=not typed)
        if is_single_user():
            st.button(_("Keep on this machine"), key="key-card-keep", on_click=_keep, disabled=not typed)
        st.button(_("This session only"), key="key-card-session", on_click=_for_session, disabled=not typed)
    if trial := _trial():
        show_trial(trial)
    if error := st.session_state.pop(_TROUBLE, None):
        show_error(error)


def is_single_user() -> bool:
    """Whether who sees the pages is who owns the machine: its ``.env`` may be written from here."""
    settings = app_context().settings
    return settings.embedded_worker and not has_login(settings) and is_loopback(listens_on())


def _services() -> list[Service]:
    """Those with models: a key alone lets no other be asked."""
    settings = app_context().settings
    return [service for service in SERVICES if any(getattr(settings, name) for name in MODELS[service])]


def _service() -> Service:
    service: Service = st.session_state.get(_SERVICE) or _services()[0]
    return service


def _typed() -> str:
    key: SecretStr | None = st.session_state.get(_TYPED)
    return key.get_secret_value() if key else ""


def _trial() -> BackgroundTask | None:
    trial: BackgroundTask | None = st.session_state.get(_TRIAL)
    return trial


def _take() -> None:
    """Take what was typed, and empty the field: it is not sent to the browser again."""
    typed, st.session_state[_FIELD] = str(st.session_state.get(_FIELD) or "").strip(), ""
    _forget()
    if typed:
        st.session_state[_TYPED] = SecretStr(typed)


def _forget() -> None:
    """A key belongs to the service that it was typed for."""
    for name in (_TYPED, _TRIAL):
        st.session_state.pop(name, None)


def _test() -> None:
    st.session_state[_TRIAL] = begin(app_context().settings, _service(), _typed())


def _keep() -> None:
    try:
        keep_in_env_file(app_context().settings, KEYS[_service()], _typed())
    except MovaError as error:
        st.session_state[_TROUBLE] = error
        return
    _forget()
    leave(_("The key is kept in .env and in use."))


def _for_session() -> None:
    try:
        session_keys().put(app_context().settings, KEYS[_service()], _typed())
    except MovaError as error:
        st.session_state[_TROUBLE] = error
        return
    _forget()
    leave(_("The key is in use until this session ends."))
