"""How many statements the database is asked, where a clock would tell nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from ui.app_context import AppContext


@contextmanager
def statements(app_context: AppContext) -> Iterator[Callable[[], int]]:
    """Counts what is asked inside."""
    engine = app_context.worker.store.jobs._database.engine
    seen: list[object] = []

    def listen(*given: object) -> None:
        seen.append(given[2])

    event.listen(engine, "before_cursor_execute", listen)
    yield lambda: len(seen)
    event.remove(engine, "before_cursor_execute", listen)
