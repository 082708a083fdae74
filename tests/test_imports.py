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

# From the ground up: a room imports from its own floor and the floors below. A folder is one room.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"notes", "version", "plain_text"}),
    frozenset({"errors"}),
    frozenset({"accepted_values", "input_limits", "config", "words", "locales", "render_settings", "step_result"}),
    frozenset({"description", "prompts", "api_utils", "bounded_http", "launcher"}),
    frozenset({"media"}),
    frozenset({"providers", "command_line"}),
    frozenset({"render", "step_calls"}),
    frozenset({"generate_first_frame", "qwen_vl_api", "prompt_rewriter_with_image", "sglang_client"}),
    frozenset({"pipeline", "record"}),
    frozenset({"jobs"}),
    frozenset({"doctor", "commands"}),
    frozenset({"ui", "batch"}),
    frozenset({"workflow", "app"}),
)
ONLY_IN = {
    "streamlit": ("app.py", "ui/"),
    "dbos": ("jobs/engine.py",),
    "google": ("providers/gemini.py",),
    "openai": ("providers/openai_chat.py",),
    "httpx2": ("providers/", "bounded_http.py", "render/http.py"),
    "fastapi": ("preview/",),
    "sqlalchemy": ("jobs/",),
    "alembic": ("jobs/",),
    "babel": ("locales/", "ui/"),
}


@lru_cache(maxsize=1)
def sources() -> dict[str, ast.Module]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=REPO, capture_output=True, text=True, check=True)  # noqa: S607
    files = [name for name in listed.stdout.split() if not name.startswith(("tests/", "benchmarks/"))]
    return {name: ast.parse((REPO / name).read_text()) for name in files if (REPO / name).exists()}


def room_of(file: str) -> str:
    return file.split("/", 1)[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a file imports, also late ones; those for the type checker alone are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node)


def imported(tree: ast.AST) -> set[str]:
    """The top names that a file imports."""
    return {name.split(".", 1)[0] for name in imports(tree)}


def file_of(name: str) -> str | None:
    """The file of ours that an imported name stands for: a module, else the one that it is inside of."""
    inside, outside = name.replace(".", "/"), name.rpartition(".")[0].replace(".", "/")
    files = (f"{path}{end}" for path in (inside, outside) for end in (".py", "/__init__.py"))
    return next((file for file in files if file in sources()), None)


def test_every_file_has_a_floor() -> None:
    homeless = {room_of(name) for name in sources()} - {"preview"}
    assert not homeless - {room for floor in FLOORS for room in floor}


def test_imports_run_one_way() -> None:
    ours = {room_of(name) for name in sources()}
    upward = [
        f"{name} imports {other}"
        for name, tree in sources().items()
        if room_of(name) != "preview"
        for other in imported(tree) & ours
        if other == "preview" or floor_of(other) > floor_of(room_of(name))
    ]
    assert not upward


def test_the_preview_engine_stands_alone() -> None:
    ours = {room_of(name) for name in sources()} - {"preview"}
    for name, tree in sources().items():
        if room_of(name) == "preview":
            assert not imported(tree) & ours, name


def test_a_library_is_imported_in_its_own_room_only() -> None:
    elsewhere = [
        f"{name} imports {library}"
        for name, tree in sources().items()
        if room_of(name) != "preview"
        for library, homes in ONLY_IN.items()
        if library in imported(tree) and not name.startswith(homes)
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
