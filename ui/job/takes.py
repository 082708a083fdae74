"""The takes of a finished video: the same words with other seeds, which is best, and what was known of a pick."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.messages import gettext_noop
from jobs.model.records import JobRecord
from ui.server.files import poster_path
from ui.session import job_service
from ui.session import translate as _
from ui.shared.links import address, job_link

_SHOWN = 8
# What spoke for the other take when a person chose one.
_BETTER = {
    "look": gettext_noop("You chose take {n}; nothing looked failed in take {other}."),
    "lines": gettext_noop("You chose take {n}; take {other} had fewer lines missing."),
    "voice": gettext_noop("You chose take {n}; in take {other} the voice was more like in the film's other shots."),
    "right": gettext_noop("You chose take {n}; more words were right in take {other}."),
    "beyond": gettext_noop("You chose take {n}; nothing beyond the lines was said in take {other}."),
    "cut_off": gettext_noop("You chose take {n}; no speech was cut off in take {other}."),
    "ending": gettext_noop("You chose take {n}; the picture ended clean in take {other}."),
}
_ALL_SAID = gettext_noop("You chose take {n}; take {other} had all lines said.")
_GONE = gettext_noop("You chose take {n}; a take that is deleted now was better by its report.")
_BEST = gettext_noop("You chose take {n}; by the reports it was the best as well.")
_TIED = gettext_noop("You chose take {n}; by the reports others were as good.")


def takes_strip(job: JobRecord) -> None:
    """The takes as a strip, the oldest first; nothing where there is one."""
    takes = job_service().library.takes(job.id)
    if len(takes) < 2:
        return
    best = job_service().library.best_takes(job.id)
    first = [one.id for one in best[0]] if len(best) > 1 else []  # where all are tied none is best
    mark = _("best") if len(first) == 1 else _("tied for best")
    st.markdown(f"**{_('Takes')}**")
    with st.container(horizontal=True, gap="small", key="takes"):
        for number, take in list(enumerate(takes, 1))[-_SHOWN:]:
            here = "here" if take.id == job.id else "other"
            with st.container(width=112, gap="xsmall", key=f"take-{here}-{take.id}"):
                st.image(address(poster_path(take.id, take.revision)), width="stretch", alt="")
                job_link(take.id, _("seed {n}").format(n=take.render.seed))
                words = _("Take {n}").format(n=number)
                st.caption(f"{words} · :material/trophy: {mark}" if take.id in first else words)
    for words in picks(takes):
        st.caption(words)


def picks(takes: Sequence[JobRecord]) -> list[str]:
    """A sentence for each take that its person chose: what the reports said at that moment."""
    numbers = {take.id: number for number, take in enumerate(takes, 1)}
    return [_said(take, numbers) for take in takes if take.favourite and take.pick]


def _said(take: JobRecord, numbers: dict[str, int]) -> str:
    known, n = take.pick or {}, numbers[take.id]
    best = known.get("best") or []
    if take.id in best or not best:
        return _(_BEST if len(best) == 1 else _TIED).format(n=n)
    other = next((one for one in best if one in numbers), None)
    if other is None:
        return _(_GONE).format(n=n)
    because, tried = str(known.get("because")), {one["job"]: one for one in known.get("tried") or ()}
    all_said = because == "lines" and (tried.get(other) or {}).get("heard") == "said"
    sentence = _ALL_SAID if all_said else _BETTER.get(because, _BETTER["look"])
    return _(sentence).format(n=n, other=numbers[other])
