"""What a manifest's rows will make, by whom, and how often services are asked: the plan, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.terminal import column, translated, with_spaces
from core.messages import Message, gettext_noop, message
from jobs.plan.steps import Calls
from providers.offline import NAME as OFFLINE

if TYPE_CHECKING:
    from cli.batch_rows import PlannedRow
    from core.steps import Maker
    from jobs.plan.plan import JobPlan
    from jobs.service.service import JobService
    from jobs.store.orders import Order


@dataclass(frozen=True)
class DryRow:
    """A row, its order, and the plan of it."""

    one: PlannedRow
    order: Order
    plan: JobPlan

    @property
    def text(self) -> str:
        """Its line, and below it what a person should know before."""
        made = [f"{with_spaces(step.step)}: {_name(step.maker)}" for step in self.plan.steps.to_make]
        facts = [translated(self.order.request.render.receipt), *made]
        head = f"{self.one.line:>5}  {column(self.one.row.kind, 8)} {' · '.join(facts)}"
        return "\n".join([head, *(f"       ! {translated(caution)}" for caution in self.plan.cautions)])

    @property
    def as_json(self) -> dict[str, object]:
        calls, estimate = self.plan.calls, self.plan.render.estimate
        makers = [(step.step, step.maker) for step in self.plan.steps.to_make]
        return {
            "line": self.one.line,
            "name": self.one.row.name,
            "id": self.one.job_id,
            "steps": [{"step": step, "maker": maker.as_json() if maker else None} for step, maker in makers],
            "requests": [calls.least, calls.most],
            "estimate": round(estimate.median, 1) if estimate else None,
            "takes": self.plan.render.takes,
            "warnings": [str(caution) for caution in self.plan.cautions],
        }


def sums(rows: Sequence[DryRow]) -> list[Message]:
    """Requests to services, jobs ahead of the first row, and how long all renders take one after the other."""
    calls = sum((row.plan.calls for row in rows), Calls())
    ahead = max((row.plan.render.ahead for row in rows), default=0)
    times = [row.plan.render.gpu_seconds for row in rows]
    said = [
        message(gettext_noop("Requests to services: {least} to {most}."), least=calls.least, most=calls.most),
        message(gettext_noop("Jobs ahead in the queue: {n}."), n=ahead),
    ]
    if None in times:
        return [*said, message(gettext_noop("How long they render is not known: no such render has been timed yet."))]
    minutes = round(sum(one for one in times if one) / 60, 1)
    words = gettext_noop("Rendered one after the other they take about {minutes} minutes of a GPU.")
    if any(row.plan.render.takes > 1 for row in rows):
        words = gettext_noop("All takes together need about {minutes} minutes of a GPU at most.")
    return [*said, message(words, minutes=minutes)]


def dry_rows(rows: Sequence[PlannedRow], order: Callable[[PlannedRow], Order], service: JobService) -> Iterator[DryRow]:
    """Each row with what the program would do for it now."""
    for one in rows:
        made = order(one)
        yield DryRow(one, made, service.plans.of_order(made))


def _name(maker: Maker | None) -> str:
    if maker is None or maker.provider == OFFLINE:
        return translated(message(gettext_noop("offline, without a model")))
    return f"{maker.provider} {maker.model}"
