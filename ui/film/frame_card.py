"""A first frame on the sheet: its picture, its shot's line, clock and marks, and what is done most often to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import streamlit as st

from core.messages import Message, gettext_noop, message
from core.render_settings import TRAINED_FPS
from description.likeness import Likeness, Verdict, likenesses
from film.composition import speech_seconds_of
from film.document import Film
from film.editing import shot_of, with_shot
from jobs.model.records import JobRecord, StepRecord
from jobs.model.states import ENDED_BADLY, PREPARING
from jobs.service.shot_states import ShotState
from record.folder import FIRST_FRAME
from ui.film.words import join_word, shown_words, size_word, words_of
from ui.film.working import edit
from ui.server.files import file_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, job_link, short
from ui.shared.notices import acting, leave
from ui.shared.plain import escape_markdown
from ui.shared.video import look_words
from ui.shared.words import in_seconds, state_word

_LINE, _ALT = 90, 120
_SHOWN = (".png", ".jpg", ".jpeg")
_REASON = gettext_noop("{name}: {reason}.")
_LIKENESS: Mapping[Verdict, tuple[str, str, str]] = {
    "same": ("green", "person_check", gettext_noop("{name}: as on the card")),
    "different": ("orange", "person_alert", gettext_noop("{name}: not as on the card")),
    "unsure": ("gray", "person_search", gettext_noop("{name}: cannot be told")),
}


def frame_card(film: Film, state: ShotState, made: StepRecord | None, marks: Sequence[Message]) -> None:
    """One shot of the sheet."""
    shot = state.shot
    with st.container(key=f"frame-{shot.id}", gap="xsmall"):
        show_picture(state, made, "frame-empty")
        head, spoken = f"**{state.number}** :gray[{size_word(shot.size)}", speech_seconds_of(shot)
        if spoken:
            clock = f"{in_seconds(spoken, 1)} / {in_seconds(film.shot_frames / TRAINED_FPS)}"
            head += f" · :material/record_voice_over: {clock}"
        st.markdown(f"{head}]")
        st.markdown(shown_words(shot, _LINE))
        if (why := _failure(state)) is not None:
            st.caption(f":red[{escape_markdown(why)}]")
        compared = likenesses(made.warnings if made and state.has_frame else ())
        if badges := [*_badges(state, marks), *map(_likeness_badge, compared)]:
            st.markdown("  ".join(badges))
        if reasons := "  \n".join(_reasons(compared)):
            st.caption(reasons)
        with st.container(horizontal=True, gap="xsmall", key=f"frame-acts-{shot.id}"):
            args = (film.id, shot.id)
            if shot.frame.source == "made" and state.has_frame:
                st.button(_("Make anew"), key=f"anew-{shot.id}", type="tertiary", on_click=make_anew, args=args)
            label = _("Take back in") if shot.held else _("Hold back")
            st.button(label, key=f"hold-{shot.id}", type="tertiary", on_click=hold, args=(*args, not shot.held))
            if st.button(_("Change…"), key=f"change-{shot.id}", type="tertiary"):
                st.query_params["shot"] = shot.id
                st.rerun()  # the dialog is drawn beside the part that refreshes itself
            if state.job is not None and state.job.state in ENDED_BADLY:
                job_link(state.job.id, _("Open"))


def show_picture(state: ShotState, made: StepRecord | None, key: str) -> None:
    """The first frame as it is rendered from, paler the one before where it is out of date; words as long as there is
    none.
    """
    job = state.latest if state.is_stale else state.job if state.has_frame else None
    name = _file_of(job, made) if job is not None and made else None
    if name is None or made is None or job is None:
        with st.container(key=f"{key}-{state.shot.id}", horizontal_alignment="center", vertical_alignment="center"):
            st.caption(_empty(state), text_alignment="center")
        return
    alt = _("First frame: {text}").format(text=short(words_of(state.shot), _ALT))
    with st.container(key=f"{'old' if state.is_stale else 'now'}-{key}-{state.shot.id}"):
        st.image(address(f"{file_path(job.id, name)}?v={made.version}"), width="stretch", alt=alt)


def _file_of(job: JobRecord, made: StepRecord) -> str | None:
    """The name of the file that a browser shows of a first frame; None where it is gone."""
    name, files = made.output or FIRST_FRAME, job_service().files
    if name.endswith(_SHOWN) and files.has(job, name):
        return name
    return FIRST_FRAME if files.frame_version(job) is not None else None


def _empty(state: ShotState) -> str:
    if state.shot.frame.source == "last":
        return _("begins with the last frame of shot {n}").format(n=state.number - 1)
    if state.job is not None and state.job.state in PREPARING:
        return _("being made…")
    return _("No first frame yet")


def _failure(state: ShotState) -> str | None:
    """Why the job of a shot ended without a result."""
    job = state.job
    return job.error.rebuilt().message(_) if job is not None and job.state in ENDED_BADLY and job.error else None


def _badges(state: ShotState, marks: Sequence[Message]) -> list[str]:
    job, found = state.job, []
    if state.shot.held:
        found.append(f":orange-badge[:material/pause: {_('held back')}]")
    if state.shot.join.kind != "cut":
        found.append(f":gray-badge[{join_word(state.shot.join.kind)}]")
    if job is not None and job.state in PREPARING:
        found.append(f":blue-badge[:material/progress_activity: {_('being made…')}]")
    if job is not None and job.state in ENDED_BADLY:
        found.append(f":red-badge[:material/error: {state_word(job.state)}]")
    if state.is_stale:
        found.append(f":orange-badge[:material/update: {_('out of date')}]")
    if state.chosen is not None and state.chosen == job:
        found.append(f":green-badge[:material/check_circle: {_('has its video')}]")
    if state.chosen is not None and state.chosen.looks_failed:
        found.append(f":orange-badge[:material/visibility: {escape_markdown(look_words(state.chosen))}]")
    for mark in marks:
        found.append(f":orange-badge[{_short_mark(mark)}]")
    return found


def _likeness_badge(one: Likeness) -> str:
    colour, icon, words = _LIKENESS[one.verdict]
    return f":{colour}-badge[:material/{icon}: {_(words).format(name=escape_markdown(one.name))}]"


def _reasons(found: Iterable[Likeness]) -> Iterator[str]:
    """Why somebody is not as on the card, or cannot be told."""
    for one in found:
        if one.verdict != "same":
            yield escape_markdown(message(_REASON, name=one.name, reason=one.reason).text(_))


def _short_mark(mark: Message) -> str:
    """The warning above the sheet, as a word on its card."""
    if "needed" in mark.facts:
        return f":material/schedule: {_('too much speech')}"
    if "first" in mark.facts:
        return f":material/compare_arrows: {_('screen direction')}"
    return f":material/link: {_('more than three in a row')}"


@acting
def make_anew(film_id: str, shot_id: str) -> None:
    """The prompt stays; while a step is being made nothing is done, and that is said."""
    service = job_service()
    if not service.shots.remake_frame(service.films.get(film_id)[0], shot_id):
        leave(_("Nothing was done: this frame is being made at the moment."))


def hold(film_id: str, shot_id: str, held: bool) -> None:
    """Hold a shot back from rendering, or take it back in."""

    def change(now: Film) -> Film:
        found = shot_of(now, shot_id)
        return with_shot(now, found[1].model_copy(update={"held": held})) if found else now

    edit(film_id, change)
