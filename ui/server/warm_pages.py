"""The modules of the pages, imported as soon as the app is healthy: the browser loads its own part meanwhile."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import ui
from core.quick_start import collect_as_usual, import_behind

# What Streamlit itself imports with the first script.
_STREAMLIT = ("numpy", "streamlit.emojis", "streamlit.material_icon_names")
# Streamlit runs these files as scripts: to import them would run them. ui/main.py names them.
SCRIPTS = frozenset(
    f"ui.{name}"
    for name in (
        *("main", "create.create", "job.job", "queue.queue", "library.library"),
        *("film.films", "film.film", "compare.compare", "settings.settings"),
    )
)
_FIRST = ("ui.shared.", "ui.create.")


def page_modules() -> list[str]:
    """All modules of the pages but the scripts; those of the first page first."""
    found = [one.name for one in pkgutil.walk_packages(ui.__path__, "ui.") if not one.ispkg]
    return sorted((name for name in found if name not in SCRIPTS), key=lambda name: not name.startswith(_FIRST))


def warm_pages(then: Callable[[], object]) -> None:
    """Import them in a thread, and do ``then``, which is needed later than the first page."""

    def after() -> None:
        then()
        collect_as_usual()

    import_behind((*_STREAMLIT, *page_modules()), after)
