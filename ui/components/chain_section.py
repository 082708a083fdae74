"""What a job's video is part of, and what can be made of it: the chain of shots, their film, a labelled copy."""

from __future__ import annotations

import streamlit as st

from jobs.chains import Chain
from jobs.export import LABELLED
from jobs.records import JobRecord
from jobs.shots import film_name
from jobs.wish import Wish, render_of
from media.visible_label import TEXT
from record.folder import VIDEO
from ui.components.addresses import address
from ui.components.elsewhere import GO_TO
from ui.components.made_file import made_file
from ui.components.plain import plain
from ui.components.state_words import show_state
from ui.components.thumbnail import thumbnail
from ui.components.titles import short
from ui.files import file_path
from ui.session import own_desk
from ui.session import translate as _

_TITLE = 60  # letters


def chain_section(job: JobRecord) -> None:
    """The shots before and after this one in their order; nothing where it stands alone."""
    chain = own_desk().chain(job.id)
    if len(chain.shots) < 2 and not chain.takes:
        return
    with st.container(border=True, key="card-chain"):
        st.markdown(f"**{_('Chain')}**")
        for number, shot in enumerate(chain.shots, 1):
            _row(number, shot, here=shot.id == job.id)
            _takes(chain, shot)
        if len(chain.finished) > 1:
            _film(chain.finished)


def _row(number: int, shot: JobRecord, *, here: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"shot-{shot.id}"):
        thumbnail(shot, 96)
        words = f"{number} · {plain(short(Wish.of(shot).text, _TITLE))}"
        if here:
            st.markdown(f"**{words}**", width="content")
        else:
            _way_to(shot.id, words)
        show_state(shot.state)


def _takes(chain: Chain, shot: JobRecord) -> None:
    """Other jobs that go on from the same shot."""
    if others := chain.takes.get(shot.id):
        with st.container(horizontal=True, vertical_alignment="center", key=f"takes-{shot.id}"):
            st.caption(_("Other takes that go on from here:"), width="content")
            for number, take in enumerate(others, 1):
                _way_to(take.id, _("Take {n}").format(n=number))


def _way_to(job_id: str, words: str) -> None:
    """No link: one from a page to itself leaves the address in the browser as it was."""
    st.button(words, key=f"go-{job_id}", type="tertiary", on_click=_go, args=(job_id,))


def _go(job_id: str) -> None:
    st.session_state[GO_TO] = job_id


def _film(shots: tuple[JobRecord, ...]) -> None:
    """The shots that are finished, as one film."""
    desk, last, name = own_desk(), shots[-1], film_name(shots)

    def show() -> None:
        upright = render_of(last).height > render_of(last).width
        with st.container(width=320 if upright else 860):
            st.video(address(file_path(last.id, name)), alt=_("The whole chain as one film"), width="stretch")
        path = file_path(last.id, name, save_as=f"mova-chain-{last.id}.mp4")
        st.link_button(_("Download the film"), address(path), icon=":material/download:")

    made_file(
        f"film-{last.id}-{name}",
        _("Join {n} shots to one film").format(n=len(shots)),
        "join",
        make=lambda on_step: desk.film(shots, on_step),
        is_there=(desk.folder_of(last) / name).is_file,
        show=show,
    )


def label_section(job: JobRecord) -> None:
    """A copy for where AI's work has to be marked visibly."""
    desk, folder = own_desk(), own_desk().folder_of(job)
    if job.state != "completed" or not (folder / VIDEO).is_file():
        return

    def show() -> None:
        path = file_path(job.id, LABELLED, save_as=f"mova-{job.id}-labelled.mp4")
        st.link_button(_("Download the labelled copy"), address(path), icon=":material/download:")

    with st.expander(_("Copy with a visible AI label"), icon=":material/branding_watermark:"):
        about = _("“{label}” in the lower right corner of every picture. The video itself stays as it is.")
        st.caption(about.format(label=TEXT))
        made_file(
            f"label-{job.id}-{job.attempts}",
            _("Make the copy"),
            "branding_watermark",
            make=lambda on_step: desk.labelled(job.id, on_step),
            is_there=(folder / LABELLED).is_file,
            show=show,
        )
