"""A run that was dropped on Create: read as a stranger's file, looked at, and put into the form as far as one likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from errors import MovaError, NoRunInside
from record.restore import Restored, is_mp4, run_of
from step_result import Step
from ui.components.create_values import RESTORED_FROM as _USED
from ui.components.create_values import use
from ui.components.notices import leave
from ui.components.plain import plain, show_text
from ui.components.step_names import step_title
from ui.components.trouble import show_trouble
from ui.office import office
from ui.presets import checked
from ui.session import translate as _

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_READ, _FIELD, _ROUND, _START = "restore-read", "restore-files", "restore-round", "restore-start"
_LARGEST = 200  # MB, what the page itself takes


@dataclass(frozen=True)
class Start:
    """What is taken over: everything up to and with ``kept``, None for nothing; ``straight`` asks no more."""

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


def restore_box() -> None:
    """The field, what was read, and the way into the form."""
    read: Restored | MovaError | None = st.session_state.get(_READ)
    with st.expander(_("Restore a run from its file"), expanded=read is not None, icon=":material/history:"):
        key = f"{_FIELD}-{st.session_state.get(_ROUND, 0)}"
        st.file_uploader(
            _("A video or job.json of this program"),
            key=key,
            accept_multiple_files=True,
            max_upload_size=min(_LARGEST, office().settings.max_video_mb),
            help=_("A video is enough. With a job.json drop the first_frame.png that lies beside it, too."),
            on_change=_take,
            args=(key,),
        )
        if isinstance(read, MovaError):
            show_trouble(read)
        elif read is not None:
            _offer(read)
    if found := used():
        _say_used(found)


def take_run(name: str, data: bytes) -> bool:
    """Read what was dropped on the field for pictures; False where it is no run of this program."""
    if not _may_be_run(data):
        return False
    _read(name, data, b"")
    if isinstance(st.session_state[_READ], NoRunInside):
        del st.session_state[_READ]
        return False
    return True


def _may_be_run(data: bytes) -> bool:
    return is_mp4(data) or data[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _take(key: str) -> None:
    files: list[UploadedFile] = st.session_state.get(key) or []
    contents = [(one.name, one.getvalue()) for one in files]
    runs = [(name, data) for name, data in contents if _may_be_run(data)]
    others = [data for name, data in contents if not _may_be_run(data)]
    if not contents:
        st.session_state.pop(_READ, None)
    elif not runs:
        _read(contents[0][0], contents[0][1], b"")
    else:
        _read(*runs[0], others[0] if others else b"")


def _read(name: str, data: bytes, frame: bytes) -> None:
    try:
        st.session_state[_READ] = run_of(data, office().settings, name=name, frame=frame)
    except MovaError as trouble:
        st.session_state[_READ] = trouble


def _offer(run: Restored) -> None:
    modes = {"full": _("Full Workflow"), "simple": _("Simple Mode")}
    preview = [_("Preview, not MOVA")] if run.preview else []
    facts = [modes[run.mode], run.render.receipt.text(_), run.model, *preview, run.created[:10]]
    st.caption(plain(" · ".join(facts)))
    show_text((run.description or run.prompt)[:600])
    if run.frame:
        st.image(run.frame, width=240, alt=_("First frame"))
    if run.frame_trouble:
        words = _("The first frame is not taken over: {reason}")
        st.warning(plain(words.format(reason=run.frame_trouble.text(_))), icon=":material/image:")
    if run.prompts_left_out:
        st.warning(_("The prompts were left out when this was saved: write them anew."), icon=":material/edit_off:")
    choices = starts(run)
    chosen = st.selectbox(_("Begin"), list(choices), format_func=lambda name: choices[name][1], key=_START)
    st.button(
        _("Fill the form"),
        key="restore-fill",
        icon=":material/input:",
        on_click=fill_form,
        args=(run, choices.get(chosen, next(iter(choices.values())))[0]),
    )


def starts(run: Restored) -> dict[str, tuple[Start, str]]:
    """Where one can begin, and in which words; the last one that the file has is first."""
    whole = Start("video_description", straight=True)
    if run.mode == "simple":
        return {"render": (whole, _("Straight to the render"))}
    words: dict[Step, str] = {
        "video_description": _("After the video description: look at it once more, then render"),
        "visual_elements": _("After the visual elements: write a new video description"),
        "first_frame": _("After the first frame: look for its visual elements anew"),
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
        "captions": run.captions,
    }
    use(checked(values), no_negative_prompt=render.negative_prompt == "")
    state["create-text"] = run.description if run.mode == "full" else run.prompt
    state["create-bars"], state["create-shift"] = False, 0.0
    takes_frame = run.frame and not run.white_frame and _takes_frame(run, start)
    state["create-picture"] = run.frame if takes_frame else None
    state[_USED] = Used(run, start)
    state.pop(_READ, None)
    state[_ROUND] = state.get(_ROUND, 0) + 1
    leave(_("The form is filled. Change what you like; the old run stays as it is."))


def _takes_frame(run: Restored, start: Start) -> bool:
    kept = () if start.kept is None else run.kept(start.kept)
    return run.mode == "simple" or any(step.step == "first_frame" for step in kept)


def _say_used(found: Used) -> None:
    kept = [] if found.start.kept is None or found.run.mode == "simple" else found.run.kept(found.start.kept)
    titles = [step_title(step.step) for step in kept if step.state != "skipped"]
    words = _("Restored from {run}.").format(run=plain(found.run.id))
    if titles:
        taken = _("Taken over, as long as what they were made from stays: {steps}.")
        words += " " + taken.format(steps=", ".join(titles))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words, width="stretch")
        st.button(_("Forget it"), key="restore-forget", on_click=forget, icon=":material/close:")
