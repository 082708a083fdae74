"""The chain that a job's video belongs to, and what can be made from it: the film of the chain, a labelled copy."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.background import OnStep
from core.errors import MovaError
from jobs.model.records import JobRecord
from jobs.service.chains import Chain
from jobs.service.export import LABELLED
from jobs.service.videos import film_name
from media.visible_label import TEXT
from record.folder import VIDEO
from ui.app_context import app_context
from ui.film.address import go_to
from ui.job.server_acts import GO_TO
from ui.server.files import file_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, short
from ui.shared.notices import show_error
from ui.shared.plain import escape_markdown
from ui.shared.video import thumbnail
from ui.shared.watching import live
from ui.shared.words import show_state

_TITLE = 60  # letters


def chain_section(job: JobRecord) -> None:
    """The shots before and after this one in their order; nothing if it is the only one."""
    chain = job_service().videos.chain(job.id)
    if len(chain.shots) < 2 and not chain.takes:
        return
    with st.container(border=True, key="card-chain"):
        st.markdown(f"**{_('Chain')}**")
        picked: list[JobRecord] = []
        for number, shot in enumerate(chain.shots, 1):
            picked += _row(chain, number, shot, is_shown=shot.id == job.id)
            picked += _takes(chain, shot)
        if sum(one.state == "completed" for one in (*chain.shots, *_all_takes(chain))) > 1:
            _film(tuple(picked))
        if chain.finished:
            _to_film(job)


def _row(chain: Chain, number: int, shot: JobRecord, *, is_shown: bool) -> list[JobRecord]:
    """A shot of the chain; returned if it is ticked, to be joined."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"shot-{shot.id}"):
        joined = _tick(chain, shot, _("Join shot {n}").format(n=number))
        thumbnail(shot, 96)
        words = f"{number} · {escape_markdown(short(shot.heading, _TITLE))}"
        if is_shown:
            st.markdown(f"**{words}**", width="content")
        else:
            _way_to(shot.id, words)
        show_state(shot.state)
    return joined


def _takes(chain: Chain, shot: JobRecord) -> list[JobRecord]:
    """Other jobs that go on from the same shot; returns those that are ticked."""
    joined: list[JobRecord] = []
    if others := chain.takes.get(shot.id):
        with st.container(horizontal=True, vertical_alignment="center", key=f"takes-{shot.id}"):
            st.caption(_("Other takes that continue from here:"), width="content")
            for number, take in enumerate(others, 1):
                joined += _tick(chain, take, _("Join take {n}").format(n=number))
                _way_to(take.id, _("Take {n}").format(n=number))
    return joined


def _all_takes(chain: Chain) -> list[JobRecord]:
    return [take for takes in chain.takes.values() for take in takes]


def _tick(chain: Chain, shot: JobRecord, label: str) -> list[JobRecord]:
    """The box by which a finished shot is joined; at first it is ticked for those of the chain, not for other takes."""
    if shot.state != "completed":
        return []
    key, first = f"join-{chain.shots[-1].id}-{shot.id}", shot in chain.finished
    on = st.checkbox(label, first, key=key, label_visibility="collapsed", persist_state="session", width="content")
    return [shot] if on else []


def _way_to(job_id: str, words: str) -> None:
    """A button, for a link from a page to itself leaves the address in the browser as it was."""
    st.button(words, key=f"go-{job_id}", type="tertiary", on_click=_go, args=(job_id,))


def _go(job_id: str) -> None:
    st.session_state[GO_TO] = job_id


def _film(shots: tuple[JobRecord, ...]) -> None:
    """The shots that are ticked, as one film."""
    if len(shots) < 2:
        st.caption(_("Tick the shots to join, at least two."))
        return
    service, last, name = job_service(), shots[-1], film_name(shots)

    def show() -> None:
        upright = last.render.height > last.render.width
        with st.container(width=320 if upright else 860):
            st.video(address(file_path(last.id, name)), alt=_("The whole chain as one film"), width="stretch")
        path = file_path(last.id, name, save_as=f"mova-chain-{last.id}.mp4")
        st.link_button(_("Download the film"), address(path), icon=":material/download:")

    made_file(
        f"film-{last.id}-{name}",
        _("Join {n} shots into one film").format(n=len(shots)),
        "join",
        make=lambda on_step: service.videos.film(shots, on_step),
        is_there=lambda: service.files.has(last, name),
        show=show,
    )


def _to_film(job: JobRecord) -> None:
    """The way to the chain's film: cut, sound, subtitles, an editor."""
    about = _("Its shots with all their takes, to be cut, scored and handed to an editor. Nothing is rendered again.")
    if not st.button(_("Open the chain as a film"), key="chain-to-film", icon=":material/movie_edit:", help=about):
        return
    try:
        film = job_service().films.from_chain(job.id)
    except MovaError as error:
        show_error(error)
        return
    go_to(film.id, "cut")


def label_section(job: JobRecord) -> None:
    """A copy for where AI's work has to be marked visibly."""
    service = job_service()
    if job.state != "completed" or not service.files.has(job, VIDEO):
        return

    def show() -> None:
        path = file_path(job.id, LABELLED, save_as=f"mova-{job.id}-labelled.mp4")
        st.link_button(_("Download the labelled copy"), address(path), icon=":material/download:")

    with st.expander(_("Copy with a visible AI label"), icon=":material/branding_watermark:"):
        about = _("“{label}” in the lower right corner of every frame. The video itself stays as it is.")
        st.caption(about.format(label=TEXT))
        made_file(
            f"label-{job.id}-{job.attempts}",
            _("Make the copy"),
            "branding_watermark",
            make=lambda on_step: service.videos.labelled(job.id, on_step),
            is_there=lambda: service.files.has(job, LABELLED),
            show=show,
        )


def made_file(
    name: str,
    label: str,
    icon: str,
    *,
    make: Callable[[OnStep], object],
    is_there: Callable[[], bool],
    show: Callable[[], None],
) -> None:
    """A file that is made when asked for: draw the button, then its progress, then the way to the file.

    Args:
        name: of the work: asked for twice, in two tabs too, it is done once.
        make: does it, in a thread of its own.
        is_there: whether the file is there; asked at each look, for what is quickly made is there at the first.
        show: draws what leads to the file.
    """
    background = app_context().background

    def draw() -> None:
        work = background.of(name)
        if work is not None and not work.done:
            st.progress(work.percent, text=_("{percent} %").format(percent=work.percent))
            return
        if is_there():
            show()
            return
        if work is not None and work.error:
            show_error(work.error)
        st.button(label, key=f"make-{name}", icon=f":material/{icon}:", on_click=_begin, args=(name, make))

    live(draw, lambda: background.is_running(name))


def _begin(name: str, make: Callable[[OnStep], object]) -> None:
    app_context().background.begin(name, make)
