"""The stage Sheet: all first frames side by side before any render, what is left to buy, and the one next act."""

from __future__ import annotations

import streamlit as st

from core.messages import Message, gettext_noop
from film.composition import marks_of
from film.document import Film
from film.editing import changed
from jobs.model.states import MOVING, PREPARING
from jobs.service.film_sheet import FilmSheet, Price
from ui.app_context import app_context
from ui.film.address import PAGE, page_number
from ui.film.frame_card import frame_card
from ui.film.frame_dialog import frame_dialog
from ui.film.paging import page_buttons
from ui.film.working import edit, say_changes, working
from ui.session import job_service, person
from ui.session import translate as _
from ui.shared.notices import show_error, show_warnings
from ui.shared.watching import live
from ui.shared.widgets import act_bar, primary_button
from ui.shared.words import in_seconds

_PRESS_AGAIN = gettext_noop(
    "Your key is kept for this session only, so they do not follow by themselves: come back then and press again."
)
_MARKS = 6  # warnings above the sheet; each shot bears its own, too


def sheet_stage(film_id: str) -> None:
    """The whole stage; it refreshes while a frame is made."""
    film, _revision = working(film_id, newest=True)
    say_changes(film_id)
    if not film.shots:
        st.info(_("This film has no shots yet. Write some on its script."), icon=":material/grid_view:")
        return
    live(lambda: _board(film_id), lambda: _is_under_way(film))
    frame_dialog(film)


def _is_under_way(film: Film) -> bool:
    moving = any(one.job is not None and one.job.state in MOVING for one in job_service().films.shots(film))
    waits = bool(job_service().film_orders.waiting(film))
    return moving or waits or app_context().background.is_running(_task(film.id))


def _board(film_id: str) -> None:
    film, _revision = working(film_id)
    sheet = job_service().sheets.of(film)
    marks = marks_by_shot(film, sheet)
    _head(film, sheet)
    show_warnings([*sheet.refusals, *(one for them in marks.values() for one in them)][:_MARKS])
    first = PAGE * (page_number(len(sheet.shots)) - 1)
    with st.container(key=f"sheet-{film.orientation}"):
        for state in sheet.shots[first : first + PAGE]:
            frame_card(film, state, sheet.pictures.get(state.shot.id), marks.get(state.number, []))
    page_buttons(len(sheet.shots), "sheet")
    words = _("Screen direction is checked by words such as “looks left” in actions and prompts, not in pictures.")
    st.caption(words)
    _acts(film, sheet)


def marks_by_shot(film: Film, sheet: FilmSheet) -> dict[int, list[Message]]:
    """What a person should know of each shot, by its number."""
    found: dict[int, list[Message]] = {}
    for mark in marks_of(film):
        found.setdefault(int(str(mark.facts["n"])), []).append(mark)
    for one in sheet.reversals:
        found.setdefault(one.second, []).append(one.words)
    return dict(sorted(found.items()))


def _head(film: Film, sheet: FilmSheet) -> None:
    """The clock of the whole film, how many frames there are, and the price."""
    own = [one for one in sheet.shots if one.shot.frame.source != "last"]
    there = sum(1 for one in own if one.has_frame)
    parts = [
        _("length {time}").format(time=in_seconds(film.seconds, 1)),
        _("frames {n} of {all}").format(n=there, all=len(own)),
    ]
    if held := sum(1 for one in sheet.shots if one.shot.held):
        parts.append(_("held back {n}").format(n=held))
    st.caption(" · ".join(parts))
    if sheet.missing:
        st.markdown(
            f":material/image: {_('First frames to make: {n}').format(n=sheet.frames.shots)} · {bought(sheet.frames)}"
        )
    if sheet.renders.shots:
        words = _("Shots to render: {n}").format(n=sheet.renders.shots)
        frames = f" ({_('with their first frames')})" if sheet.missing and sheet.frames.calls.most else ""
        st.markdown(f":material/movie: {words} · {bought(sheet.renders)}{frames} · {gpu_time(sheet)}")


def bought(price: Price) -> str:
    """``buys 8 to 20 calls``; nothing is bought of what no model makes."""
    least, most = price.calls.least, price.calls.most
    if not most:
        return _("drafted offline, free") if price.drafted else _("nothing more to buy")
    if least == most:
        return _("buys {n} calls").format(n=least)
    return _("buys {least} to {most} calls").format(least=least, most=most)


def gpu_time(sheet: FilmSheet) -> str:
    """The learned time of all renders."""
    if sheet.render.is_preview:
        return _("preview, not MOVA: no GPU")
    if sheet.gpu_seconds is None or sheet.estimate is None:
        return _("GPU time not known yet: none like it was rendered here")
    minutes = max(1, round(sheet.gpu_seconds / 60))
    return _("about {n} GPU minutes (from {runs} runs)").format(n=minutes, runs=sheet.estimate.n)


def _acts(film: Film, sheet: FilmSheet) -> None:
    task = app_context().background.of(_task(film.id))
    if task is not None and task.done and task.error:
        show_error(task.error)
    busy = task is not None and not task.done
    ordered = job_service().film_orders.waiting(film)
    missing = [one for one in sheet.missing if one.shot.id not in ordered]
    follow = [one for one in sheet.waiting if one.shot.id not in ordered]
    ready = [one for one in sheet.ready if one.shot.id not in ordered]
    alone = job_service().film_orders.go_on_alone
    later = 0 if alone else sum(one.inputs is None for one in missing)
    making = any(one.job is not None and one.job.state in PREPARING for one in sheet.shots)
    with act_bar():
        if busy:
            st.caption(_("Ordering…"), width="content")
        elif missing and not (making and later == len(missing)):
            _make_frames(film, (len(missing) - later) or later, words_only=bool(sheet.refusals))
            _say_later(later)
        elif any(one.shot.frame.source != "last" and not one.has_frame and not one.shot.held for one in sheet.shots):
            st.caption(_("The frames are being made…"), width="content")
            _say_later(later)
        elif ready:
            _render(film, len(ready), len(follow))
        elif ordered:
            words = _("Being rendered. Shots that follow by themselves: {n}. You may close this page.")
            st.caption(words.format(n=len(ordered)), width="content")
        elif follow:
            words = _("Being rendered. Shots that go on from these can be rendered next: {n}.")
            st.caption(words.format(n=len(follow)), width="content")
            if not alone:
                st.caption(_(_PRESS_AGAIN), width="content")
        else:
            st.caption(_("Everything that is not held back is rendered or on its way."), width="content")
            if any(one.takes for one in sheet.shots) and primary_button(
                _("Look at the takes"), "movie", key="to-takes"
            ):
                st.query_params["stage"] = "takes"
                st.rerun()


def _say_later(later: int) -> None:
    """Frames that a press cannot make yet, and that nothing makes where the key ends with the session."""
    if later:
        words = _("Frames that are drawn after the one before, once that is there: {n}.").format(n=later)
        st.caption(f"{words} {_(_PRESS_AGAIN)}", width="content")


def _make_frames(film: Film, missing: int, *, words_only: bool) -> None:
    if not words_only:
        if primary_button(_("Make the frames ({n})").format(n=missing), "image", key="make-frames"):
            _begin(film, render=False)
        return
    label = _("Make the frames with words only ({n})").format(n=missing)
    if primary_button(label, "text_fields", key="make-frames"):
        edit(film.id, lambda now: changed(now, words_only=True))
        _begin(working(film.id)[0], render=False)
    words = _("No pictures of people and places go along then; their words do. “Title and style” undoes it.")
    st.caption(words, width="content")


def _render(film: Film, ready: int, follow: int) -> None:
    """``follow`` shots go on from the ``ready`` ones."""
    alone = job_service().film_orders.go_on_alone
    label = _("Render the approved ones ({n})").format(n=ready + (follow if alone else 0))
    if primary_button(label, "movie", key="render-approved"):
        _begin(film, render=True)
    if follow:
        alone_words = _("Shots among them that go on from another one, each rendered after it: {n}.")
        words = _("Shots that go on from one of these, to be rendered after it: {n}.")
        said = (alone_words if alone else words).format(n=follow)
        st.caption(said if alone else f"{said} {_(_PRESS_AGAIN)}", width="content")


def _begin(film: Film, *, render: bool) -> None:
    """Order in the background: each job is on record before the next one is."""
    orders = job_service().film_orders
    order = orders.render if render else orders.make_frames
    app_context().background.begin(_task(film.id), lambda _step: order(film))
    st.rerun()


def _task(film_id: str) -> str:
    return f"film-{person().name}-{film_id}"
