"""The import rule: one way, no circle, heavy libraries only in their own room and only when first used."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent

# From the ground up: a room imports from its own floor and the floors below. A folder is one room.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"notes", "version", "pace", "plain_text"}),
    frozenset({"errors"}),
    frozenset(
        {
            "accepted_values",
            "input_limits",
            "config",
            "words",
            "locales",
            "render_settings",
            "step_result",
            "description",
            "prompts",
        }
    ),
    frozenset({"api_utils", "bounded_http", "launcher"}),
    frozenset({"media"}),
    frozenset({"description", "prompts"}),
    frozenset({"providers"}),
    frozenset({"command_line"}),
    frozenset(
        {
            "generate_first_frame",
            "qwen_vl_api",
            "prompt_rewriter_with_image",
            "sglang_client",
        }
    ),
    frozenset({"pipeline"}),
    frozenset({"jobs"}),
    frozenset({"doctor"}),
    frozenset({"workflow", "ui"}),
    frozenset({"app"}),
)
# Helpers of one room live on its floor.
LIVES_WITH = {
    "waiting": "sglang_client",
    "sglang_http": "sglang_client",
    "sglang_answers": "sglang_client",
    "sglang_contract": "sglang_client",
    "servers": "sglang_client",
    "sglang_commands": "sglang_client",
    "preview_process": "sglang_client",
    "step_calls": "generate_first_frame",
    "run_folder": "pipeline",
    "provenance": "pipeline",
    "restore": "pipeline",
    "command_line_rerun": "workflow",
    "batch_manifest": "workflow",
    "batch_rows": "workflow",
    "batch_runs": "workflow",
    "command_line_exports": "workflow",
    "command_line_orders": "workflow",
    "command_line_runs": "workflow",
    "run_bars": "workflow",
    "run_import": "workflow",
}
ONLY_IN = {
    "streamlit": ("app.py", "ui/"),
    "dbos": ("jobs/engine.py",),
    "google": ("providers/gemini.py",),
    "openai": ("providers/openai_chat.py",),
    "httpx2": ("providers/", "bounded_http.py", "sglang_http.py"),
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
    room = LIVES_WITH.get(room, room)
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def imported(tree: ast.AST, *, at_start_only: bool = False) -> set[str]:
    """The top names that a file imports; those for the type checker alone are left out."""
    names: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if at_start_only and isinstance(node, ast.If) and "__main__" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
        elif not (at_start_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)):
            names |= imported(node, at_start_only=at_start_only)
    return names


def test_every_file_has_a_floor() -> None:
    homeless = {room_of(name) for name in sources()} - {"preview"}
    homeless -= {room for floor in FLOORS for room in floor} | set(LIVES_WITH)
    assert not homeless


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


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_there_is_no_circle_at_start(floor: int) -> None:
    graph = {
        name.removesuffix(".py"): imported(tree, at_start_only=True)
        for name, tree in sources().items()
        if "/" not in name and room_of(name) != "preview" and floor_of(room_of(name)) == floor
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path, name])
        if name in graph and name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


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
