"""What is imported behind the first page: every module of the pages, and none that Streamlit runs as a script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ui.server.warm_pages import SCRIPTS, page_modules

REPO = Path(__file__).parents[3]


def test_the_scripts_are_those_that_the_navigation_names() -> None:
    named = re.findall(r'st\.Page\(\s*"(.+?)\.py"', (REPO / "ui" / "main.py").read_text())
    assert {"ui.main", *(f"ui.{name.replace('/', '.')}" for name in named)} == SCRIPTS


def test_importing_them_draws_nothing() -> None:
    """Outside of a script, Streamlit says of whatever draws that it lacks a ScriptRunContext."""
    code = (
        "from importlib import import_module as i; from ui.server.warm_pages import page_modules as m; [*map(i, m())]"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, check=True, capture_output=True, text=True)
    assert "ScriptRunContext" not in done.stderr
    assert "ui.create.receipt" in page_modules()
