"""What makes a process start sooner changes nothing else."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest

from core.quick_start import import_behind, without

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


def test_what_a_library_is_to_do_without_is_found_by_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_spare_part.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    found = list[object]()
    with without("a_spare_part", "json"):
        with pytest.raises(ModuleNotFoundError, match="a_spare_part"):
            import_module("a_spare_part")
        import_module("json")  # what is loaded stays
        other = Thread(target=lambda: found.append(find_spec("a_spare_part")))
        other.start()
        other.join()
    assert found[0] is not None
    assert find_spec("a_spare_part") is not None


def test_an_import_under_way_elsewhere_goes_past_no_finder() -> None:
    """Each import walks this list by its places: what is taken out of it moves the next one past the walker."""
    walker = iter(sys.meta_path)
    seen = [next(walker)]
    with without("a_spare_part"):
        seen.append(next(walker))
    assert {id(one) for one in sys.meta_path[1:]} <= {id(one) for one in (*seen, *walker)}


_SDK = """
import sys
from providers.gemini import load_sdk
load_sdk()
assert "google.genai" in sys.modules and "aiohttp" not in sys.modules
import aiohttp
"""


def test_the_gemini_sdk_is_loaded_without_what_it_is_not_asked_for() -> None:
    subprocess.run([sys.executable, "-c", _SDK], check=True, cwd=Path(__file__).parents[2])


_LEAVING = """
import sys
from core.quick_start import run_and_leave
def main():
    print("said", end="")
    sys.exit({code})
run_and_leave(main)
"""


@pytest.mark.parametrize(("code", "ends"), [("2", 2), ("None", 0), ("'words'", 1)])
def test_a_script_that_leaves_at_once_has_said_everything(code: str, ends: int) -> None:
    words = [sys.executable, "-c", _LEAVING.format(code=code)]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], check=False, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("said", ends)
