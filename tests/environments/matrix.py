"""The program in the environments that people have.

    python3 -m tests.environments.matrix [WORD…]      only the lines that have all of these words

Every Python from 3.11 that this machine has and that of Debian's next release, in a folder with a space: README's first
video on the command line, then the app's health. The oldest and the newest also over old and new SQLite, and as a user
without a home; on the newest the types, which ./run_tests.sh checks on its own Python. One folder of outputs goes from
Python to Python. A line each; exit 1 where one failed; what cannot be had here is said in a line. Needs Python 3.11 or
later; installs into a temporary folder only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.environments.pythons import PATH, REPO, Interpreter, next_debian, of_this_machine
from tests.environments.sqlites import NEW, OLD, built

NOBODY = 54321  # in no list of users: what `docker run --user` gives, and no HOME with it
VISIT = ("tests/environments/visit.py",)
TYPES = ("-m", "mypy", ".")
_LAST_LINES = 15
_TIME_LIMIT = 900  # a busy machine is not a fault


@dataclass(frozen=True)
class Cell:
    """``tries`` are words for this Python, in the checkout; ``sqlite`` is a folder with a library, None for its own."""

    name: str
    python: Interpreter
    tries: tuple[str, ...]
    outputs: str
    sqlite: Path | None = None
    user: int | None = None

    def run(self) -> bool:
        """Try it and print how it went."""
        folder = f"{self.python.folder}/{self.outputs}"
        self.python.outside(folder).mkdir(exist_ok=True)
        if self.user:
            os.chown(self.python.outside(folder), self.user, self.user)
        environment = {"PATH": PATH, "OUTPUT_DIR": folder, "MOVA_ENV_FILE": os.devnull, "LANG": "C.UTF-8"}
        environment |= {} if self.user else {"HOME": "/root" if os.getuid() == 0 else str(Path.home())}
        environment["LD_LIBRARY_PATH"] = ":".join(filter(None, (str(self.sqlite or ""), self.python.libraries)))
        command = self.python.command(f"{self.python.packages}/bin/python", *self.tries, user=self.user)
        since = time.monotonic()
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIME_LIMIT,
            )
            well, words = done.returncode == 0, done.stdout.decode(errors="replace").splitlines()
        except subprocess.TimeoutExpired as late:
            well, words = False, [*(late.stdout or b"").decode(errors="replace").splitlines(), "It took too long."]
        told = "".join(words[-1:]) if well else "\n      " + "\n      ".join(words[-_LAST_LINES:])
        print(f"{'ok  ' if well else 'FAIL'} {self.name} · {time.monotonic() - since:.0f} s · {told}", flush=True)
        return well


def cells(python: Interpreter, libraries: dict[str, Path], *, at_an_end: bool, newest: bool) -> Iterator[Cell]:
    """What is tried on one Python; the oldest and the newest (``at_an_end``) also over other SQLites and as a user
    without a home, the ``newest`` also by its types.
    """
    key = python.key
    if newest:
        yield Cell(f"{python.name}, types", python, TYPES, f"types {key}")
    yield Cell(f"{python.name}, SQLite {python.sqlite}", python, VISIT, f"own {key}")
    if at_an_end and os.getuid() == 0:
        yield Cell(f"{python.name}, a user without a home", python, VISIT, f"user {key}", user=NOBODY)
    for age, library in libraries.items() if at_an_end else ():
        yield Cell(f"{python.name}, {age} SQLite", python, (*VISIT, "video"), f"{age} {key}", library)


def hand_over(pythons: list[Interpreter], libraries: dict[str, Path]) -> list[Cell]:
    """One folder of outputs, there and back between the newest and the oldest Python, new and old SQLite."""
    here = sorted(
        (python for python in pythons if python.root == Path("/")), key=lambda one: [*map(int, one.version.split("."))]
    )
    legs = (
        [
            (here[-1], "new"),
            (here[0], "old"),
            (here[-1], "old"),
            (here[0], "new"),
        ]
        if here
        else []
    )
    return [
        Cell(
            f"handed over to {python.name}, {age} SQLite", python, (*VISIT, "video"), "handed over", libraries.get(age)
        )
        for python, age in legs
    ]


def main(words: list[str]) -> int:
    """Run the matrix; 1 where a line of it failed."""
    work = Path(tempfile.mkdtemp(prefix="environments-"))
    work.chmod(0o755)
    try:
        return _matrix(work, words)
    finally:
        shutil.rmtree(work)


def _matrix(work: Path, words: list[str]) -> int:
    print("setting up Debian's next release and two versions of SQLite", flush=True)
    uv = _uv(work)
    with ThreadPoolExecutor(2) as pool:
        debian = pool.submit(next_debian, work)
        shelves = {age: pool.submit(built, package, work) for age, package in (("old", OLD), ("new", NEW))}
        pythons = list(of_this_machine(work))
        libraries: dict[str, Path] = {}
        for age, shelf in shelves.items():
            _said(f"{age} SQLite", made := shelf.result())
            libraries |= {age: made} if isinstance(made, Path) else {}
        _said("Debian's next release", release := debian.result())
        pythons += [release] if isinstance(release, Interpreter) else []
        minors = {python.version.rpartition(".")[0]: python for python in reversed(pythons)}
        in_order = [minors[minor] for minor in sorted(minors, key=lambda minor: [*map(int, minor.split("."))])]
        oldest, newest = in_order[0], in_order[-1]
        todo = [
            cell
            for one in pythons
            for cell in cells(one, libraries, at_an_end=one in (oldest, newest), newest=one is newest)
        ]
        chosen = [cell for cell in todo if all(word in cell.name for word in words)]
        relay = [cell for cell in hand_over(pythons, libraries) if all(word in cell.name for word in words)]
        for python in dict.fromkeys(cell.python for cell in [*chosen, *relay]):
            _ready(python, uv, work / "cache")
        handed = pool.submit(lambda: [cell.run() for cell in relay])  # one after the other
        results = [*pool.map(Cell.run, chosen), *handed.result()]
    print(f"{sum(results)} of {len(results)} are well.")
    return 0 if results and all(results) else 1


def _said(what: str, made: object) -> None:
    if isinstance(made, str):
        print(f"NOT TRIED {what}: {made}", flush=True)


def _uv(work: Path) -> str:
    """An installer that takes seconds where pip takes minutes, in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", work / "uv"], check=True)
    subprocess.run([work / "uv/bin/python", "-m", "pip", "install", "-qq", "uv"], check=True)
    return str(work / "uv/bin/uv")


def _ready(python: Interpreter, uv: str, cache: Path) -> None:
    """A copy of this checkout for one Python, and its packages in there."""
    print(f"setting up {python.name}", flush=True)
    checkout = python.outside(python.checkout)
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],  # noqa: S607
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (REPO / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, checkout / name)
    try:
        python.install(uv, cache)
    except subprocess.CalledProcessError as problem:
        sys.exit(f"FAIL {python.name}, its packages: {problem.stderr.decode(errors='replace')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
