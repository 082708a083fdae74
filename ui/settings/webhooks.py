"""Webhooks on the Settings page: addresses of a person's programs, what was sent to them, and a secret shown once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.errors import MovaError
from jobs.model.webhooks import EVENTS, Event, Trouble, WebhookMessage, WebhookRecord, WebhookTry
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import acting, leave, show_error
from ui.shared.plain import escape_markdown
from ui.shared.watching import live
from ui.shared.words import ago, at_about, at_second

_URL, _EVENTS, _SECRET, _ASKED = "webhook-url", "webhook-events", "webhook-secret", "webhook-asked"
_WRONG = "webhook-wrong"
_LOGGED = 20
_SOON = timedelta(seconds=10)


def webhook_board() -> None:
    """All webhooks of this person, and the form for another one."""
    st.subheader(_("Webhooks"))
    st.caption(
        _(
            "Addresses of your own programs, which are told when a job waits for you or has ended. Every message is "
            "signed in the form of Standard Webhooks."
        )
    )
    live(_rows, _is_under_way)
    wrong = st.session_state.pop(_WRONG, None)
    with st.expander(_("Add a webhook"), icon=":material/add_link:", key="fold-webhook", expanded=wrong is not None):
        if wrong is not None:
            show_error(wrong)
        with st.form("webhook-form", border=False):
            st.text_input(_("Address"), key=_URL, placeholder="https://example.com/hooks/mova", autocomplete="off")
            st.pills(
                _("Told of"),
                EVENTS,
                selection_mode="multi",
                default=EVENTS,
                format_func=event_title,
                key=_EVENTS,
            )
            st.form_submit_button(_("Add"), key="webhook-add", icon=":material/add:", on_click=_add)


def event_title(event: Event) -> str:
    return {
        "job.waiting_for_you": _("A job waits for you"),
        "job.completed": _("A video is ready"),
        "job.failed": _("A job has failed"),
        "job.lost": _("A server has lost a job"),
        "job.cancelled": _("A job was cancelled"),
        "film.completed": _("A film is joined"),
        "webhook.test": _("A test"),
    }[event]


def _is_under_way() -> bool:
    """Whether something is about to be sent."""
    soon, webhooks = datetime.now(UTC) + _SOON, job_service().webhooks
    logs = (webhooks.log(one.id, limit=_LOGGED) for one in webhooks.all() if one.stopped is None)
    return any(one.state == "waiting" and one.next_at and one.next_at < soon for log in logs for one in log)


def _rows() -> None:
    for webhook in job_service().webhooks.all():
        with st.container(border=True, key=f"webhook-{webhook.id}"):
            _row(webhook)


def _row(webhook: WebhookRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape_markdown(webhook.url)}**", width="content")
        _badge(webhook)
    st.caption(" · ".join(event_title(event) for event in webhook.events))
    _secret(webhook)
    _acts(webhook)
    log = job_service().webhooks.log(webhook.id, limit=_LOGGED)
    with st.expander(_("What was sent"), icon=":material/outbox:", key=f"fold-log-{webhook.id}"):
        if not log:
            st.caption(_("Nothing yet."))
        for message in log:
            _message(webhook, message)


def _badge(webhook: WebhookRecord) -> None:
    if webhook.stopped == "paused":
        st.badge(_("Paused"), icon=":material/pause:", color="gray")
    elif webhook.stopped == "gone":
        st.badge(_("Ended by its receiver (410)"), icon=":material/link_off:", color="orange")
    else:
        st.badge(_("Active"), icon=":material/check:", color="green")


def _secret(webhook: WebhookRecord) -> None:
    """A new secret until its person has kept it, and how long the one before it still signs."""
    shown: tuple[str, str] = st.session_state.get(_SECRET, ("", ""))
    if shown[0] == webhook.id:
        st.info(_("Its secret, shown this once. Your program checks the signatures with it."), icon=":material/key:")
        st.code(shown[1], language=None, wrap_lines=True)
        st.button(_("I have kept it"), key=f"webhook-kept-{webhook.id}", icon=":material/done:", on_click=_kept)
    if len(webhook.secrets_at(datetime.now(UTC))) > 1 and webhook.earlier_until is not None:
        words = _("The earlier secret signs as well until {time}.").format(time=at_about(webhook.earlier_until))
        st.caption(f":material/key: {words}")
        key = f"webhook-earlier-{webhook.id}"
        st.button(_("End the earlier secret"), key=key, on_click=acting(_end_earlier), args=(webhook.id,))


def _acts(webhook: WebhookRecord) -> None:
    one = webhook.id
    if st.session_state.get(_ASKED) == one:
        st.warning(_("Remove this webhook and the list of what was sent to it?"), icon=":material/delete:")
        with st.container(horizontal=True):
            st.button(_("Remove it"), key=f"webhook-really-{one}", on_click=acting(_remove), args=(one,))
            st.button(_("Keep it"), key=f"webhook-keep-{one}", on_click=_ask, args=("",))
        return
    with st.container(horizontal=True):
        test, icon = _("Send a test"), ":material/send:"
        off = webhook.stopped is not None
        st.button(test, key=f"webhook-test-{one}", icon=icon, on_click=acting(_test), args=(one,), disabled=off)
        if off:
            label, icon, act = _("Send again from now on"), ":material/play_arrow:", _resume
        else:
            label, icon, act = _("Pause"), ":material/pause:", _pause
        st.button(label, key=f"webhook-pause-{one}", icon=icon, on_click=acting(act), args=(one,))
        renew = _("New secret")
        st.button(renew, key=f"webhook-renew-{one}", icon=":material/key:", on_click=acting(_renew), args=(one,))
        st.button(_("Remove…"), key=f"webhook-remove-{one}", icon=":material/delete:", on_click=_ask, args=(one,))


def _message(webhook: WebhookRecord, message: WebhookMessage) -> None:
    icons = {
        "waiting": ":material/schedule:",
        "delivered": ":green[:material/check_circle:]",
        "given_up": ":red[:material/error:]",
    }
    about = "" if message.event == "webhook.test" else f" · {escape_markdown(message.subject)}"
    head = f"{icons[message.state]} **{event_title(message.event)}**{about} · {ago(message.created)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        lines = [head, escape_markdown(_outcome(message)), *(_try(one) for one in reversed(_worth_telling(message)))]
        st.markdown("  \n".join(lines), width="stretch")
        st.button(
            _("Send again"),
            key=f"webhook-again-{message.id}",
            on_click=acting(_send_again),
            args=(webhook.id, message.id),
            disabled=message.state == "waiting" or webhook.stopped is not None,
            help=message.id,
        )


def _worth_telling(message: WebhookMessage) -> tuple[WebhookTry, ...]:
    """Its tries, where the line of the last one does not say it all."""
    return message.tries if len(message.tries) > 1 else ()


def _try(one: WebhookTry) -> str:
    words = _reason(one.trouble, one.status) if one.trouble else _("answered with {status}").format(status=one.status)
    return f":small[{escape_markdown(f'{at_second(one.at)} · {words}')}]"


def _outcome(message: WebhookMessage) -> str:
    """What became of the last try, and when the next one is."""
    if message.state == "delivered":
        return _("Delivered, answered with {status}; tries: {n}.").format(status=message.status, n=message.attempts)
    if message.trouble is None:
        return _("About to be sent.")
    why = _reason(message.trouble, message.status)
    if message.state == "given_up":
        return _("Given up after {n} tries: {why}.").format(n=message.attempts, why=why)
    when = at_about(message.next_at) if message.next_at else ""
    return _("Not delivered yet after {n} tries: {why}. Next try: {time}.").format(
        n=message.attempts, why=why, time=when
    )


def _reason(trouble: Trouble, status: int | None) -> str:
    words: dict[Trouble, str] = {
        "unreachable": _("there is no connection"),
        "late": _("no answer came in time"),
        "broken": _("the connection broke off"),
        "unknown_name": _("the host's name is not known"),
        "not_public": _("the host is not public"),
        "certificate": _("its certificate is not trusted"),
        "redirect": _("it redirects, which is not followed"),
        "status": _("it answered with {status}").format(status=status),
        "address": _("the address cannot be used"),
        "gone": _("its receiver wants nothing more"),
        "sender_ended": _("the program ended before its answer was known"),
    }
    return words[trouble]


def _add() -> None:
    try:
        url, events = str(st.session_state.get(_URL) or ""), st.session_state.get(_EVENTS) or ()
        added, secret = job_service().webhooks.add(url, events)
    except MovaError as error:  # what was typed stays in its field
        st.session_state[_WRONG] = error
        return
    st.session_state[_SECRET], st.session_state[_URL] = (added.id, secret), ""


def _kept() -> None:
    st.session_state.pop(_SECRET, None)


def _renew(webhook_id: str) -> None:
    st.session_state[_SECRET] = (webhook_id, job_service().webhooks.renew_secret(webhook_id))


def _end_earlier(webhook_id: str) -> None:
    job_service().webhooks.end_earlier_secret(webhook_id)


def _pause(webhook_id: str) -> None:
    job_service().webhooks.pause(webhook_id)


def _resume(webhook_id: str) -> None:
    job_service().webhooks.resume(webhook_id)


def _test(webhook_id: str) -> None:
    job_service().webhooks.send_test(webhook_id)
    leave(_("The test is on its way; see under “What was sent”."))


def _send_again(webhook_id: str, message_id: str) -> None:
    if job_service().webhooks.send_again(webhook_id, message_id):
        leave(_("The message is sent again."))


def _ask(webhook_id: str) -> None:
    st.session_state[_ASKED] = webhook_id


def _remove(webhook_id: str) -> None:
    st.session_state.pop(_ASKED, None)
    job_service().webhooks.remove(webhook_id)
    leave(_("The webhook has been removed."))
