"""A run or a film dropped on Create: read as an untrusted file, checked, and put into the form up to a chosen step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import MovaError, NoRunInside
from core.steps import STEPS, Step
from media.frames import open_source, taken_picture
from record.restore import Restored, is_mp4, run_in_folder, run_of
from ui.app_context import app_context
from ui.create.presets import checked
from ui.create.values import PICTURE, SWITCHES, use
from ui.create.values import RESTORED_FROM as _USED
from ui.film.from_file import has_film, show_film, take_film
from ui.session import job_service
from ui.session import translate as _
from ui.shared.notices import leave, show_error
from ui.shared.pictures import data_uri
from ui.shared.plain import escape_markdown, show_text
from ui.shared.widgets import largest_upload, say_upload
from ui.shared.words import kind_title, listed, step_title

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from config import Settings

_FILM = "restore-film"
_READ, _FIELD, _ROUND, _START = "restore-read", "restore-files", "restore-round", "restore-start"
_WIDTH = 240  # pixels


@dataclass(frozen=True)
class Start:
    """What is reused: everything up to and including ``kept``, None for nothing; ``straight`` asks no more."""

    kept: Step | None = None
    straight: bool = False


@dataclass(frozen=True)
class Used:
    """The run that the form was filled from."""

    run: Restored
    start: Start


def used() -> Used | None:
    """The run that the form was filled from, until its job is placed or the person forgets it."""
    found: Used | None = st.session_state.get(_USED)
    return found


def forget() -> None:
    st.session_state.pop(_USED, None)


def link_of_run() -> list[object] | None:
    """What is kept of the run that the form was filled from: its id, and the steps to start from."""
    found = used()
    return [found.run.id, found.start.kept or "", found.start.straight] if found else None


def take_up_run(link: object) -> bool:
    """Fill in again which run the form was filled from, where that run is here; returns whether nothing is lost."""
    if link is None:
        return True
    if not isinstance(link, list) or len(link) != 3 or link[1] not in ("", *STEPS) or not isinstance(link[0], str):
        return False
    service = job_service()
    try:
        if (job := service.known(link[0])) is None:
            return False
        run = run_in_folder(
            service.files.record(job.id), service.files.whole(job.id, videos=False), app_context().settings
        )
    except MovaError:
        return False
    st.session_state[_USED] = Used(run, Start(link[1] or None, straight=link[2] is True))
    return True


def forget_run() -> None:
    """The same, with what was read from a file and not used."""
    for name in (_USED, _READ, _FILM):
        st.session_state.pop(name, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def restore_chip() -> None:
    """A chip with the field for a run's file."""
    with st.popover(_("Restore a run"), icon=":material/history:", key="chip-restore"):
        key = f"{_FIELD}-{st.session_state.get(_ROUND, 0)}"
        most = largest_upload(app_context().settings.max_video_mb)
        st.file_uploader(
            _("A video or job.json made by this program"),
            key=key,
            accept_multiple_files=True,
            max_upload_size=most,
            help=_("A video is enough. With a job.json, also drop the first_frame.png next to it."),
            on_change=_take,
            args=(key,),
        )
        say_upload(key, most)


def show_restored() -> None:
    """What was read from a file and the way into the form; then what the form was filled from."""
    read: Restored | MovaError | None = st.session_state.get(_READ)
    if has_film():
        show_film()
    if film := st.session_state.get(_FILM):
        with st.container(border=True, key="restore-offer"):
            _offer_last_frame(film)
    elif isinstance(read, MovaError):
        show_error(read)
    elif read is not None:
        with st.container(border=True, key="restore-offer"):
            _offer(read)
    if found := used():
        _say_used(found)


def take_run(name: str, data: bytes) -> bool:
    """Read what was dropped on the field for pictures; False where it is no run of this program."""
    if not _may_be_run(data):
        return False
    if take_film(name, data):
        return True
    _read(name, data, b"")
    if isinstance(st.session_state[_READ], NoRunInside):
        del st.session_state[_READ]
        return False
    return True


def take_as_first_frame(picture: bytes, settings: Settings) -> None:
    """Put a picture into the form beyond this page, and turn the video the way it stands."""
    opened = open_source(picture, settings)
    st.session_state[PICTURE] = picture
    st.session_state["create-orientation"] = "portrait" if opened.height > opened.width else "landscape"


def _may_be_run(data: bytes) -> bool:
    return is_mp4(data) or data[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _take(key: str) -> None:
    files: list[UploadedFile] = st.session_state.get(key) or []
    st.session_state.pop(_FILM, None)
    contents = [(one.name, one.getvalue()) for one in files]
    runs = [(name, data) for name, data in contents if _may_be_run(data)]
    others = [data for name, data in contents if not _may_be_run(data)]
    if not contents or any(take_film(name, data) for name, data in runs):
        st.session_state.pop(_READ, None)
    elif not runs:
        _read(contents[0][0], contents[0][1], b"")
    else:
        _read(*runs[0], others[0] if others else b"")
        if isinstance(st.session_state[_READ], NoRunInside) and is_mp4(runs[0][1]):
            _look_for_last_frame(*runs[0])


def _look_for_last_frame(name: str, data: bytes) -> None:
    """A video that this program did not make contains no run, but can still be continued."""
    try:
        st.session_state[_FILM] = taken_picture(data, name, app_context().settings)[0]
    except MovaError:  # the page already says that it contains no run
        return


def _offer_last_frame(frame: bytes) -> None:
    st.info(_("This video was not made by this program: it contains no run. You can continue from its last frame."))
    _show(frame)
    st.button(
        _("Use its last frame as the first frame"),
        key="restore-last-frame",
        icon=":material/playlist_add:",
        on_click=_go_on_from_film,
        args=(frame,),
    )


def _show(frame: bytes) -> None:
    """A frame that was opened within the limits before."""
    st.image(data_uri(open_source(frame, app_context().settings), 2 * _WIDTH), width=_WIDTH, alt=_("First frame"))


def _go_on_from_film(frame: bytes) -> None:
    take_as_first_frame(frame, app_context().settings)
    st.session_state.pop(_FILM, None)
    st.session_state.pop(_READ, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    leave(_("The last frame of the video is now the first frame."))


def _read(name: str, data: bytes, frame: bytes) -> None:
    try:
        st.session_state[_READ] = run_of(data, app_context().settings, name=name, frame=frame)
    except MovaError as error:
        st.session_state[_READ] = error


def _offer(run: Restored) -> None:
    preview = [_("Preview, not MOVA")] if run.preview else []
    facts = [
        kind_title("text" if run.white_frame else run.mode),
        run.render.receipt.text(_),
        run.model,
        *preview,
        run.created[:10],
    ]
    st.caption(escape_markdown(" · ".join(facts)))
    show_text((run.description or run.prompt)[:600])
    if run.frame:
        _show(run.frame)
    if run.frame_trouble:
        words = _("The first frame is not used: {reason}")
        st.warning(escape_markdown(words.format(reason=run.frame_trouble.text(_))), icon=":material/image:")
    if run.prompts_left_out:
        st.warning(_("The prompts were left out when this was saved: write them again."), icon=":material/edit_off:")
    choices = starts(run)
    chosen = st.selectbox(_("Start from"), list(choices), format_func=lambda name: choices[name][1], key=_START)
    st.button(
        _("Fill the form"),
        key="restore-fill",
        icon=":material/input:",
        on_click=fill_form,
        args=(run, choices.get(chosen, next(iter(choices.values())))[0]),
    )


def starts(run: Restored) -> dict[str, tuple[Start, str]]:
    """The steps to start from, with their labels; the latest one that the file has comes first."""
    whole = Start("video_description", straight=True)
    if run.mode == "simple":
        return {"render": (whole, _("Straight to the render"))}
    words: dict[Step, str] = {
        "video_description": _("After the video description: review it, then render"),
        "visual_elements": _("After the visual elements: write a new video description"),
        "first_frame": _("After the first frame: describe its visual elements again"),
        "image_prompt": _("After the image prompt: make a new first frame"),
    }
    made = [] if run.prompts_left_out else [kept.step for kept in run.kept("video_description")]
    choices: dict[str, tuple[Start, str]] = {
        step: (Start(step), text) for step, text in words.items() if step in made and _is_own(run, step)
    }
    complete = {"render": (whole, _("Straight to the render"))} if "video_description" in made else {}
    return {**complete, **choices, "description": (Start(), _("Start over with the description"))}


def _is_own(run: Restored, step: Step) -> bool:
    """An image prompt that was skipped, for the picture was the person's own, is no place to begin."""
    return run.steps[step].state != "skipped"


def fill_form(run: Restored, start: Start) -> None:
    """Set Create's fields; nothing is recorded or sent yet."""
    render, state = run.render, st.session_state
    values = {
        "mode": run.mode if not run.white_frame else "text",
        "model": run.model,
        "orientation": run.orientation,
        "num_frames": render.num_frames,
        "fps": render.fps,
        "num_inference_steps": render.num_inference_steps,
        "guidance_scale": float(render.guidance_scale),
        "seed": render.seed,
        "negative_prompt": render.negative_prompt or "",
        **{name: run.options.options[name] for name in SWITCHES},
    }
    use(checked(values), no_negative_prompt=render.negative_prompt == "", draft=run.options.draft)
    state["create-text"] = run.description if run.mode == "full" else run.prompt
    state["create-bars"], state["create-shift"] = False, 0.0
    takes_frame = run.frame and not run.white_frame and _takes_frame(run, start)
    state[PICTURE] = run.frame if takes_frame else None
    state[_USED] = Used(run, start)
    state.pop(_READ, None)
    state[_ROUND] = state.get(_ROUND, 0) + 1
    leave(_("The form is filled in. Change what you like; the old run stays as it is."))


def _takes_frame(run: Restored, start: Start) -> bool:
    kept = () if start.kept is None else run.kept(start.kept)
    return run.mode == "simple" or any(step.step == "first_frame" for step in kept)


def _say_used(found: Used) -> None:
    kept = [] if found.start.kept is None or found.run.mode == "simple" else found.run.kept(found.start.kept)
    titles = [step_title(step.step) for step in kept if step.state != "skipped"]
    words = _("Restored from {run}.").format(run=escape_markdown(found.run.id))
    if titles:
        taken = _("Kept, as long as what they were made from does not change: {steps}.")
        words += " " + taken.format(steps=listed(titles))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words, width="stretch")
        st.button(_("Clear what was restored"), key="restore-forget", on_click=forget, icon=":material/close:")
