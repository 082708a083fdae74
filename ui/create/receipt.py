"""The receipt: a job's plan in one plain line above its button, and its parts on a click, before anything is spent."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from core.errors import MovaError, ServerError
from core.render_settings import RenderSettings
from core.steps import Maker
from jobs.model.records import Estimate
from jobs.plan.plan import JobPlan
from jobs.plan.render import RenderPlan
from jobs.plan.steps import Calls
from providers.offline import NAME as OFFLINE
from ui.create.draft import Draft
from ui.session import translate as _
from ui.shared.plain import escape_markdown
from ui.shared.words import health_mark, in_seconds, step_title, zone

_IN_SECONDS = 100  # from here on in minutes


def show_receipt(draft: Draft, plan: JobPlan | None) -> None:
    """One line that opens; without a plan only the numbers are told, and what is in the way of the job as a line."""
    try:
        render, notes = draft.render()
    except MovaError as error:
        st.markdown(f":material/error: {escape_markdown(error.message(_))}")
        return
    with st.popover(_line(render, plan), type="tertiary", key="receipt", help=_("Before anything is spent")):
        seed = _("random seed") if not draft.numbers.seed.strip() else _("seed {n}").format(n=render.seed)
        size = _("{n} frames at {fps} fps").format(n=render.num_frames, fps=render.fps)
        st.markdown(f":material/movie: {render.size} · {in_seconds(render.seconds)} · {size} · {seed}")
        if plan is not None:
            _show_plan(plan)
        for one in notes:
            st.caption(escape_markdown(one.text(_)))
    if plan is not None:
        _in_the_way(plan)


def show_plan(plan: JobPlan) -> None:
    """The receipt of a job that is there already, whose numbers stand elsewhere: where it goes and what is bought."""
    line = " · ".join(_parts(plan))
    with st.popover(line, type="tertiary", key="receipt", help=_("Before anything is spent")):
        _show_plan(plan)
    _in_the_way(plan)


def _line(render: RenderSettings, plan: JobPlan | None) -> str:
    """``8 s · 640×352 · box-a, ready ≈ 14:32 · buys 3 to 4 texts + 1 picture``."""
    seconds = _("{n} s").format(n=f"{render.seconds:.2f}".rstrip("0").rstrip("."))
    return " · ".join([seconds, f"{render.width}×{render.height}", *(_parts(plan) if plan is not None else [])])


def _parts(plan: JobPlan) -> list[str]:
    return list(filter(None, [_short_where(plan.render), what_is_bought(plan)]))


def _short_where(render: RenderPlan) -> str:
    if not render.is_known:
        return _("checking the servers…")
    place = _("preview, not MOVA") if render.is_preview else escape_markdown(render.server or _("no server"))
    if render.estimate is None or render.starts_in is None:
        return place
    ready = datetime.now(zone()) + timedelta(seconds=render.starts_in + render.estimate.median)
    return _("{server}, ready ≈ {time}").format(server=place, time=f"{ready:%H:%M}")


def what_is_bought(plan: JobPlan) -> str:
    """``buys 3 to 4 texts + 1 picture + 1 hearing at most``; what is drafted without a model costs nothing."""
    to_buy = plan.steps.to_buy
    if any(one.maker is None for one in to_buy):
        return _name(None)
    texts = sum((one.texts for one in to_buy), Calls())
    pictures = sum((one.pictures for one in to_buy), Calls())
    bought = [_texts(texts)] if texts.most else []
    bought += [_("1 picture")] if pictures.most else []  # a job has one first frame
    if heard := plan.hearings.most:
        bought.append(_("1 hearing at most") if heard == 1 else _("{n} hearings at most").format(n=heard))
    if not bought:
        return _("drafted offline, free") if to_buy else ""
    return _("buys {what}").format(what=" + ".join(bought))


def _texts(calls: Calls) -> str:
    if calls.most > calls.least:
        return _("{least} to {most} texts").format(least=calls.least, most=calls.most)
    return _("1 text") if calls.most == 1 else _("{n} texts").format(n=calls.most)


def _in_the_way(plan: JobPlan) -> None:
    """What a person must know without opening anything."""
    if plan.render.paused:
        st.markdown(f":material/pause: {_('Sending is paused: running jobs finish, no new ones start.')}")
    if plan.render.is_known and plan.render.error is not None:
        st.markdown(_server(plan.render))
    for one in plan.cautions:
        st.markdown(f":material/warning: {escape_markdown(one.text(_))}")
    if plan.refusal:
        st.markdown(f":material/block: {escape_markdown(plan.refusal.message(_))}")


def _show_plan(plan: JobPlan) -> None:
    if plan.render.is_known:
        st.markdown(_where(plan.render))
        if plan.takes:
            _say_takes(plan.render)
    else:
        st.markdown(f":material/sync: {_('Checking the servers…')}")
    if plan.steps.to_buy or plan.hearings.most:
        st.markdown(f":material/smart_toy: {_services(plan)}")
        if plan.steps.to_buy and plan.render.estimate:
            st.caption(_("Writing the texts, and the time you take to read them, come on top."))


def _say_takes(render: RenderPlan) -> None:
    """What several takes cost at most, before the first is sent."""
    if render.takes > 1 and render.gpu_seconds is not None:
        words = _("Up to {n} takes: about {time} of GPU time at most.")
        st.caption(words.format(n=render.takes, time=duration(render.gpu_seconds)))
    elif render.takes > 1:
        st.caption(_("Up to {n} takes are rendered; no render like these was measured yet.").format(n=render.takes))


def _where(render: RenderPlan) -> str:
    parts = [_server(render)]
    if render.ahead:
        parts.append(_("{n} ahead").format(n=render.ahead))
    if render.starts_in:
        parts.append(_("starts in about {time}").format(time=duration(render.starts_in)))
    parts.append(about(render.estimate) if render.estimate else _("no such render has been timed yet"))
    return f":material/dns: {' · '.join(parts)}"


def _server(render: RenderPlan) -> str:
    if render.is_preview:
        return _("Preview engine (not MOVA): no server is configured and none answers")
    if render.error is not None:
        mark = f"{health_mark(render.error)} " if isinstance(render.error, ServerError) else ""
        return f"{mark}{escape_markdown(render.error.message(_))} {_('The job waits for it.')}"
    return escape_markdown(render.server) if render.server else _("No server for this quality is configured")


def about(estimate: Estimate) -> str:
    """How long it may take, with the range and the number of renders it is based on."""
    return _("about {median} ({range}, {n} measured)").format(
        median=duration(estimate.median), range=_range(estimate.low, estimate.high), n=estimate.n
    )


def _range(low: float, high: float) -> str:
    """``10 to 25 s``; the unit twice only where there are two."""
    if high < _IN_SECONDS:
        return _("{low} to {high} s").format(low=round(low), high=round(high))
    if low >= _IN_SECONDS:
        return _("{low} to {high} min").format(low=round(low / 60), high=round(high / 60))
    return _("{low} to {high}").format(low=duration(low), high=duration(high))


def duration(seconds: float) -> str:
    """``40 s`` or ``6 min``."""
    return _("{n} s").format(n=round(seconds)) if seconds < _IN_SECONDS else _("{n} min").format(n=round(seconds / 60))


def _services(plan: JobPlan) -> str:
    """Which steps are made by whom, and how often services are asked for that."""
    makers: dict[str, list[str]] = {}
    for one in plan.steps.to_buy:
        makers.setdefault(_name(one.maker), []).append(step_title(one.step))
    parts = [f"{', '.join(titles)}: {maker}" for maker, titles in makers.items()]
    if plan.hearings.most and plan.render.heard_by:
        service = escape_markdown(plan.render.heard_by.provider)
        parts.append(_("what is said in the video is heard by: {service}").format(service=service))
    calls = sum((one.calls for one in plan.steps.to_buy), plan.hearings)
    if calls.most > calls.least:
        parts.append(_("{least} to {most} requests").format(least=calls.least, most=calls.most))
    elif calls.most:
        parts.append(_("requests: {n}").format(n=calls.most))
    return " · ".join(parts)


def _name(maker: Maker | None) -> str:
    if maker is None:
        return _("the key of this session is gone")
    return _("offline, without a model") if maker.provider == OFFLINE else escape_markdown(maker.provider)
