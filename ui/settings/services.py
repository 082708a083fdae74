"""The services for steps 1 to 4: where each key comes from, and a test. A key of the server is never in a page."""

from __future__ import annotations

import os
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st

import api_utils
from config import Settings
from core.background import BackgroundTask, in_background
from core.env_file import env_file_encoding
from core.errors import MovaError
from providers.trial import HEARING, KEYS, MODELS, SERVICES, Service, try_out
from ui.app_context import app_context
from ui.session import job_service, session_keys
from ui.session import translate as _
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.watching import live

Source = Literal["environment", ".env", "config.py", "removed"]  # where the value of a setting comes from


def service_rows() -> None:
    """All services."""
    live(_rows, lambda: any(not check.done for service in SERVICES if (check := _check(service))))


def _rows() -> None:
    st.subheader(_("Services for steps 1 to 4"))
    st.caption(
        _("Each step uses the first service that is set up and can do it; if there is none, a draft is made offline.")
    )
    st.caption(_about_keys())
    for service in SERVICES:
        _row(service, app_context().settings)


def _row(service: Service, settings: Settings) -> None:
    with st.container(border=True, key=f"service-{service}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{service_title(service)}**", width="content")
            _badge(service, settings)
        st.caption(_facts(service, settings))
        if others := job_service().steps.with_keys_of_others()[KEYS[service]]:
            words = _(
                "Jobs that are still being made with a key entered in another session: {n}. Cancel them in the queue."
            )
            st.caption(f":material/key: {words.format(n=others)}")
        st.text_input(
            _("A key for this session"),
            type="password",
            key=_field(service),
            autocomplete="off",
            on_change=_take,
            args=(service,),
        )
        if error := st.session_state.pop(_trouble_of(service), None):
            show_error(error)
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
    if app_context().settings.embedded_worker:
        return _(
            "A key entered here stays in the memory of this browser session. It is used for tests and for the "
            "steps that you ask for from now on, ahead of a key of the server. It is gone when the session ends, "
            "and a job that still needs it waits for you."
        )
    return _(
        "A key entered here is used only for the tests of this browser session: other processes work on the jobs "
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
            "removed": _("Key no longer in .env, used until the app is started again ••••"),
        }
        st.badge(places[source_of(name)], icon=":material/key:", color="green")
    elif _is_set_up(service, settings):
        st.badge(_("Set up without a key"), icon=":material/lock_open:", color="green")
    else:
        st.badge(_("Not set"), icon=":material/key_off:", color="gray")


def _facts(service: Service, settings: Settings) -> str:
    """Host and models; the steps of an empty model are left to others."""
    text, vision, image = (str(getattr(settings, name)) for name in MODELS[service])
    hearing = "" if settings.listen == "off" else str(getattr(settings, HEARING[service]))
    models = {_("text"): text, _("vision"): vision, _("image"): image, _("hearing"): hearing}
    named = [_("{what}: {value}").format(what=word, value=model or _("none")) for word, model in models.items()]
    return " · ".join(escape_markdown(fact) for fact in (_host(service, settings), *named))


def _host(service: Service, settings: Settings) -> str:
    addresses = {
        "gemini": settings.gemini_api_url,
        "dashscope": settings.dashscope_base_url,
        "openai": settings.openai_base_url or api_utils.OPENAI_ADDRESS,
    }
    return urlsplit(addresses[service]).netloc


def _is_set_up(service: Service, settings: Settings) -> bool:
    return getattr(api_utils.services(settings), service) is not None


def service_title(service: Service) -> str:
    return {
        "gemini": "Gemini",
        "dashscope": "DashScope (Qwen, Z-Image)",
        "openai": _("OpenAI-compatible"),
    }[service]


def _field(service: Service) -> str:
    return f"session-{KEYS[service]}"


def _check(service: Service) -> BackgroundTask | None:
    check: BackgroundTask | None = st.session_state.get(f"check-{service}")
    return check


def _trouble_of(service: Service) -> str:
    return f"trouble-key-{service}"


def _take(service: Service) -> None:
    """Keep what was typed, and empty the field: it is not sent to the browser again."""
    typed, st.session_state[_field(service)] = str(st.session_state.get(_field(service)) or ""), ""
    st.session_state.pop(f"check-{service}", None)
    try:
        session_keys().put(app_context().settings, KEYS[service], typed)
    except MovaError as error:
        st.session_state[_trouble_of(service)] = error


def _clear(service: Service) -> None:
    session_keys().drop(KEYS[service])
    st.session_state.pop(f"check-{service}", None)


def _test(service: Service) -> None:
    key = session_keys().overrides().get(KEYS[service]) or ""
    st.session_state[f"check-{service}"] = begin(app_context().settings, service, key)


def _result(service: Service) -> None:
    check = _check(service)
    if check is not None:
        show_trial(check)


def show_trial(trial: BackgroundTask) -> None:
    """How a test of a service goes, or how it went."""
    if not trial.done:
        st.caption(_("Asking…"))
    elif trial.error:
        show_error(trial.error)
    else:
        model, seconds = trial.result
        words = _("Answered in {seconds} s by {model}.").format(seconds=f"{seconds:.1f}", model=model)
        st.success(escape_markdown(words), icon=":material/check_circle:")


def begin(settings: Settings, service: Service, key: str = "") -> BackgroundTask:
    """Start a test with the key of the settings, or with ``key`` in its place for this one request.

    Neither the key nor the answer is in it, but which model answered, and in how many seconds.
    """

    def test(_on_step: object) -> tuple[str, float]:
        answer = try_out(settings, service, key)
        return answer.model, answer.seconds

    return in_background(f"test-{service}", test)


def source_of(name: str) -> Source:
    """Where a value that is used comes from: the environment wins over ``.env``, which wins over ``config.py``.

    An empty variable counts as not set. ``.env`` is read at the start only: a key that has left it since is "removed".
    """
    if any(value for key, value in os.environ.items() if key.lower() == name):
        return "environment"
    file = str(Settings.model_config.get("env_file") or "")
    if name in _in_file(file):
        return ".env"
    return "removed" if name in KEYS.values() and not Settings.model_fields[name].default else "config.py"


def _in_file(path: str) -> frozenset[str]:
    """The names that the file sets now."""
    from dotenv import dotenv_values

    return (
        frozenset(key.lower() for key, value in dotenv_values(path, encoding=env_file_encoding(path)).items() if value)
        if path
        else frozenset()
    )
