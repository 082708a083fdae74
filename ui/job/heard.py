"""What was heard in a finished video: its lines with a sign and a word each, and how its sound and its end are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.messages import gettext_noop
from jobs.model.records import JobRecord, StoredError
from listening.quality_score import MOVA_MEAN
from ui.session import translate as _
from ui.shared.plain import escape_markdown
from ui.shared.video import voice_words
from ui.shared.words import listed

_JS = (Path(__file__).parents[1] / "browser" / "seek.js").read_text(encoding="utf-8")
_SIGNS = {
    "said": (gettext_noop("Said"), ":material/check_circle:", "green"),
    "partly": (gettext_noop("Partly said"), ":material/error:", "orange"),
    "not_said": (gettext_noop("Not said"), ":material/cancel:", "red"),
}
_UNHEARD = {
    "off": gettext_noop("Whether it was said is not known: listening is switched off (LISTEN)."),
    "no_service": gettext_noop("Whether it was said is not known: no service that hears is set up."),
    "silent": gettext_noop("The video has no sound."),
}
_DOUBTED = {
    "loop": gettext_noop("The service heard the same words over and over, which it makes up where nobody speaks."),
    "too_fast": gettext_noop("The service heard more words than anybody can say in that time."),
    "no_speech": gettext_noop("The service heard words, but no speech was found in the sound."),
}
_SHARES = {
    "silence": gettext_noop("silent for {percent} % of the time"),
    "clipping": gettext_noop("clipping for {percent} % of the time"),
}
_MISSING = {"speech": gettext_noop("where speech is"), "dnsmos": gettext_noop("how clean speech sounds")}


def heard_lines(job: JobRecord) -> None:
    """The lines, what else was said, and what is wrong with sound and ending; nothing where nothing was reported."""
    report = job.report
    if not report:
        return
    lines = report.get("lines") or []
    if lines:
        st.markdown(f"**{_('Lines')}**")
        with st.container(key="heard-lines", gap="small"):
            for number, line in enumerate(lines):
                _line(job, number, line)
    for words in _remarks(report):
        st.caption(words)
    if facts := _facts(report, voice_words(job)):
        st.caption(" · ".join(facts))
    _seek(job)


def _line(job: JobRecord, number: int, line: Mapping[str, Any]) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if sign := _SIGNS.get(str(line.get("verdict"))):
                st.badge(_(sign[0]), icon=sign[1], color=sign[2])  # type: ignore[arg-type]
            st.markdown(escape_markdown(f"“{line['text']}”"), width="content")
            if line.get("start") is not None:
                at = float(line["start"])
                label = _("Play from {time} s").format(time=f"{at:.1f}")
                st.button(
                    label,
                    key=f"play-line-{number}",
                    icon=":material/play_arrow:",
                    type="tertiary",
                    on_click=_play,
                    args=(job.id, at),
                )
        if line.get("heard") and line.get("verdict") != "said":
            share = _("{percent} % right").format(percent=round(100 * float(line["right"])))
            heard = _("Heard: {words}").format(words=f"“{line['heard']}”")
            st.caption(escape_markdown(f"{heard} · {share}"))


def _remarks(report: Mapping[str, Any]) -> list[str]:
    """Sentences about the words and the end, the most important first."""
    found: list[str] = []
    has_lines = bool(report.get("lines"))
    if (unheard := report.get("unheard")) == "failed" and (failure := report.get("failure")):
        reason = StoredError(kind=failure["kind"], facts=failure["facts"]).rebuilt().message(_)
        found.append(_("Whether it was said is not known: {reason}").format(reason=escape_markdown(reason)))
    elif unheard in _UNHEARD and (has_lines or unheard == "silent"):
        found.append(_(_UNHEARD[unheard]))
    if doubted := _DOUBTED.get(str(report.get("doubted"))):
        found.append(_(doubted))
    if report.get("other_language"):
        found.append(_("It was said in another language than the lines are in."))
    beyond = " … ".join(str(one["text"]) for one in report.get("beyond") or ())
    if beyond:
        words = _("Also heard: {words}") if has_lines else _("Somebody speaks although no line was asked for: {words}")
        found.append(escape_markdown(words.format(words=f"“{beyond}”")))
    if (report.get("heard") or {}).get("sung"):
        found.append(_("It is sung, not spoken."))
    if report.get("cut_off"):
        found.append(_("Speech begins in the last half second: it is cut off."))
    ending = report.get("ending") or {}
    if ending.get("unclean"):
        found.append(_("The picture flashes or blurs in its last {n} frames.").format(n=ending["unclean"]))
    if ending.get("jumps"):
        found.append(_("The picture jumps in its last second."))
    return found


def _facts(report: Mapping[str, Any], voices: Sequence[str]) -> list[str]:
    """Measures beside what is usual; none is a verdict."""
    sound, found = report.get("sound") or {}, list[str]()
    if sound.get("loudness") is not None:
        found.append(_("{n} LUFS").format(n=f"{sound['loudness']:.1f}"))
    if sound.get("peak") is not None:
        found.append(_("peak {n} dBTP").format(n=f"{sound['peak']:.1f}"))
    for name, words in _SHARES.items():
        if sound.get(name):
            found.append(_(words).format(percent=f"{100 * float(sound[name]):.1f}"))
    if sound.get("hum"):
        found.append(_("hum at {n} Hz").format(n=sound["hum"]))
    if report.get("dnsmos") is not None:
        words = _("speech quality (DNSMOS) {n}, MOVA's mean {mean}")
        found.append(words.format(n=f"{report['dnsmos']:.1f}", mean=f"{MOVA_MEAN:.2f}"))
    found.extend(map(escape_markdown, voices))
    if by := report.get("heard"):
        found.append(_("heard by {model}").format(model=escape_markdown(str(by["model"]))))
    if missing := [_(_MISSING[one]) for one in report.get("missing") or () if one in _MISSING]:
        found.append(_("not looked at (requirements-listen.txt): {what}").format(what=listed(missing)))
    if "voices" in (report.get("missing") or ()):
        found.append(_("not looked at (requirements-voices.txt): whose voices these are"))
    return found


def _play(job_id: str, at: float) -> None:
    mark = st.session_state.get("play-mark", 0) + 1
    st.session_state["play-mark"] = mark
    st.session_state["play-from"] = {"job": job_id, "at": at, "mark": f"{job_id}-{mark}"}


def _seek(job: JobRecord) -> None:
    asked = st.session_state.get("play-from")
    if asked and asked["job"] == job.id:
        st.components.v2.component("mova_seek", js=_JS)(key="seek", data=asked, height=1)
