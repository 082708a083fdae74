"""The services for steps 1 to 4: where each key comes from, and a test. A key of the server is never in a page."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

import api_utils
from config import Settings
from errors import MovaError
from providers.trial import KEYS, MODELS, SERVICES, Service
from ui.components.live import live
from ui.components.plain import plain
from ui.components.trouble import show_trouble
from ui.office import office
from ui.service_check import ServiceCheck, begin
from ui.session import session_keys
from ui.session import translate as _
from ui.setting_sources import source_of


def service_rows() -> None:
    """All services."""
    live(_rows, lambda: any(not check.done for service in SERVICES if (check := _check(service))))


def _rows() -> None:
    st.subheader(_("Services for steps 1 to 4"))
    st.caption(
        _("For each step the first service that is set up and can do it is used; with none, the offline one drafts.")
    )
    st.caption(_about_keys())
    for service in SERVICES:
        _row(service, office().settings)


def _row(service: Service, settings: Settings) -> None:
    with st.container(border=True, key=f"service-{service}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{_name(service)}**", width="content")
            _badge(service, settings)
        st.caption(_facts(service, settings))
        st.text_input(
            _("A key for this session"),
            type="password",
            key=_field(service),
            autocomplete="off",
            on_change=_take,
            args=(service,),
        )
        if trouble := st.session_state.pop(_trouble_of(service), None):
            show_trouble(trouble)
        typed = KEYS[service] in session_keys().names
        with st.container(horizontal=True):
            st.button(
                _("Test"),
                key=f"test-{service}",
                icon=":material/network_check:",
                on_click=_test,
                args=(service,),
                disabled=not typed and not _is_set_up(service, settings),
            )
            st.button(_("Clear the key"), key=f"clear-{service}", on_click=_clear, args=(service,), disabled=not typed)
        _result(service)


def _about_keys() -> str:
    if office().settings.embedded_worker:
        return _(
            "A key that is typed here stays in the memory of this browser session. It serves its tests and the steps "
            "that you ask for from now on, before a key of the server. With the session it is gone, and a job that "
            "still needs it waits for you."
        )
    return _(
        "A key that is typed here serves the tests of this browser session only: other processes work on the jobs "
        "(EMBEDDED_WORKER is off), and none of them ever gets it."
    )


def _badge(service: Service, settings: Settings) -> None:
    name = KEYS[service]
    if name in session_keys().names:
        st.badge(_("Key of this session ••••"), icon=":material/key:", color="blue")
    elif getattr(settings, name):
        places = {
            "environment": _("Key set in the environment ••••"),
            ".env": _("Key set in .env ••••"),
            "config.py": _("Key set in config.py ••••"),
        }
        st.badge(places[source_of(name)], icon=":material/key:", color="green")
    elif _is_set_up(service, settings):
        st.badge(_("Set up without a key"), icon=":material/lock_open:", color="green")
    else:
        st.badge(_("Not set"), icon=":material/key_off:", color="gray")


def _facts(service: Service, settings: Settings) -> str:
    """Host and models; the steps of an empty model are left to others."""
    text, vision, image = (str(getattr(settings, name)) for name in MODELS[service])
    models = {_("text"): text, _("vision"): vision, _("image"): image}
    named = [f"{word}: {model or _('none')}" for word, model in models.items()]
    return " · ".join(plain(fact) for fact in (_host(service, settings), *named))


def _host(service: Service, settings: Settings) -> str:
    addresses = {
        "gemini": settings.gemini_api_url,
        "dashscope": settings.dashscope_base_url,
        "openai": settings.openai_base_url or api_utils.OPENAI_ADDRESS,
    }
    return urlsplit(addresses[service]).netloc


def _is_set_up(service: Service, settings: Settings) -> bool:
    return getattr(api_utils.services(settings), service) is not None


def _name(service: Service) -> str:
    return {
        "gemini": "Gemini",
        "dashscope": "DashScope (Qwen, Z-Image)",
        "openai": _("OpenAI-compatible"),
    }[service]


def _field(service: Service) -> str:
    return f"session-{KEYS[service]}"


def _check(service: Service) -> ServiceCheck | None:
    check: ServiceCheck | None = st.session_state.get(f"check-{service}")
    return check


def _trouble_of(service: Service) -> str:
    return f"trouble-key-{service}"


def _take(service: Service) -> None:
    """Keep what was typed, and empty the field: it is not sent to the browser again."""
    typed, st.session_state[_field(service)] = str(st.session_state.get(_field(service)) or ""), ""
    st.session_state.pop(f"check-{service}", None)
    try:
        session_keys().put(office().settings, KEYS[service], typed)
    except MovaError as trouble:
        st.session_state[_trouble_of(service)] = trouble


def _clear(service: Service) -> None:
    session_keys().drop(KEYS[service])
    st.session_state.pop(f"check-{service}", None)


def _test(service: Service) -> None:
    key = session_keys().overrides().get(KEYS[service]) or ""
    st.session_state[f"check-{service}"] = begin(office().settings, service, key)


def _result(service: Service) -> None:
    check = _check(service)
    if check is None:
        return
    if not check.done:
        st.caption(_("Asking…"))
    elif check.trouble:
        show_trouble(check.trouble)
    else:
        words = _("Answered in {seconds} s by {model}.").format(seconds=f"{check.seconds:.1f}", model=check.model)
        st.success(plain(words), icon=":material/check_circle:")
