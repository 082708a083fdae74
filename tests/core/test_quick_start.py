"""What makes a process start sooner changes nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core.quick_start import import_behind

_GARBAGE = """
import gc
usual = gc.get_threshold()
from core.quick_start import collect_as_usual, collect_seldom
collect_seldom()
assert gc.get_threshold()[0] > usual[0] and gc.isenabled()
collect_as_usual()
assert gc.get_threshold() == usual and gc.get_freeze_count()
"""


def test_garbage_is_collected_as_usual_after_the_start() -> None:
    subprocess.run([sys.executable, "-c", _GARBAGE], check=True, cwd=Path(__file__).parents[2])


_END = """
import gc, sys
sys.argv[1:] = ["jobs", "--limit", "0"]
import workflow
try:
    workflow.main()
except SystemExit as end:
    assert end.code == 2 and gc.get_freeze_count()
"""


def test_a_script_that_ends_leaves_its_garbage_to_the_system() -> None:
    subprocess.run([sys.executable, "-c", _END], check=True, cwd=Path(__file__).parents[2], capture_output=True)


def test_imported_behind_once_and_what_is_not_there_harms_nobody() -> None:
    then = list[str]()
    thread = import_behind(["no_such_module_of_ours", "colorsys"], lambda: then.append("then"))
    assert thread is not None
    thread.join()
    assert "colorsys" in sys.modules
    assert then == ["then"]
    assert import_behind(["colorsys"]) is None
