"""The Pythons to try: those of this machine, and Debian's next release in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
FOLDER = "a folder with a space"
_NEXT = {"bookworm": "trixie", "trixie": "forky"}
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_NAME = "import sqlite3, sys; print('%d.%d.%d' % sys.version_info[:3], sqlite3.sqlite_version, sys.base_prefix)"


@dataclass(frozen=True)
class Interpreter:
    """A Python in a system whose files lie below ``root``; ``folder`` is where it may write, seen from in there."""

    version: str
    sqlite: str
    executable: str
    root: Path
    folder: str
    where: str
    libraries: str = ""  # where a copy has its own

    @property
    def name(self) -> str:
        return f"Python {self.version} ({self.where})"

    @property
    def key(self) -> str:
        return f"{self.where}-{self.version}"

    @property
    def checkout(self) -> str:
        return f"{self.folder}/{self.key}"

    @property
    def packages(self) -> str:
        """The virtual environment, where the launch script looks for it."""
        return f"{self.checkout}/.venv"

    def outside(self, path: str) -> Path:
        """Where a path from in there lies for us."""
        return self.root / path.lstrip("/")

    def command(self, *words: str, user: int | None = None) -> list[str]:
        """What runs a command in there, in the checkout."""
        inside = ["/usr/bin/env", "-C", self.checkout, *words]
        if user is None and self.root == Path("/"):
            return inside
        return ["chroot", *([f"--userspec={user}:{user}"] if user else []), str(self.root), *inside]

    def install(self, uv: str, cache: Path) -> None:
        """Make the environment with what the lock of the tests names; CalledProcessError with what was printed."""
        seen = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        if _CERTIFICATES.exists():
            seen["SSL_CERT_FILE"] = str(_CERTIFICATES)
        if self.root != Path("/"):
            shutil.copy(uv, self.outside("/usr/local/bin/uv"))
            uv, cache = "/usr/local/bin/uv", Path("/var/cache/uv")
        seen |= {"PATH": PATH, "HOME": "/root", "UV_CACHE_DIR": str(cache), "UV_PYTHON_DOWNLOADS": "never"}
        into = ("--python", f"{self.packages}/bin/python", "--require-hashes", "-r", "requirements-dev.lock")
        for words in (("venv", "--python", self.executable, self.packages), ("pip", "install", *into)):
            subprocess.run(self.command(uv, "--quiet", *words), env=seen, check=True, capture_output=True)
        shutil.copy(
            REPO / "requirements.lock", self.outside(f"{self.packages}/installed.lock")
        )  # it is part of the other


def of_this_machine(work: Path) -> Iterator[Interpreter]:
    """Each version once: those of pyenv, and ``python3.X`` where the system keeps programs."""
    candidates = [*Path.home().glob(".pyenv/versions/3.*/bin/python3"), Path("/usr/bin/python3")]
    candidates += [
        Path(place) / f"python3.{minor}" for place in ("/usr/bin", "/usr/local/bin") for minor in range(11, 20)
    ]
    seen = set()
    for python in candidates:
        said = _says(python)
        if not said or said[0] in seen or tuple(map(int, said[0].split(".")))[:2] < (3, 11):
            continue
        version, sqlite, prefix = said
        seen.add(version)
        where, libraries = "pyenv" if ".pyenv" in python.parts else "system", ""
        if where == "pyenv":  # in a home directory that nobody else may enter
            shutil.copytree(
                prefix, work / version, symlinks=True, ignore=shutil.ignore_patterns("test", "site-packages")
            )
            python, libraries = work / version / "bin" / python.name, str(work / version / "lib")
        yield Interpreter(version, sqlite, str(python), Path("/"), str(work / FOLDER), where, libraries)


def next_debian(work: Path) -> Interpreter | str:
    """The Python of the Debian that comes after this machine's, or why there is none here."""
    release = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    this = next((code for code in _NEXT if f"VERSION_CODENAME={code}" in release), None)
    if this is None or not _SOURCES.exists():
        return "this machine is not a Debian whose next release is known"
    if os.getuid() != 0 or not shutil.which("mmdebstrap"):
        return "it is made by root with mmdebstrap"
    root, suite = work / _NEXT[this], _NEXT[this]
    sources = work / "next.sources"
    sources.write_text(_SOURCES.read_text().replace(this, suite))
    packages = "--include=python3,python3-venv,ca-certificates"
    made = subprocess.run(
        ["mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", packages, suite, root, sources],  # noqa: S607
        capture_output=True,
        text=True,
    )
    if made.returncode:
        return f"mmdebstrap: {made.stderr.strip().splitlines()[-1:]}"
    if _CERTIFICATES.exists():
        shutil.copy(_CERTIFICATES, root / _CERTIFICATES.relative_to("/"))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    said = _says(Path("/usr/bin/python3"), root)
    if said is None:
        return f"the Python of {suite} does not run here"
    return Interpreter(said[0], said[1], "/usr/bin/python3", root, f"/srv/{FOLDER}", suite)


def _says(python: Path, root: Path | None = None) -> tuple[str, str, str] | None:
    """Version, version of SQLite and prefix of a Python; None where there is none, or one without SQLite."""
    if root is None and not python.exists():
        return None
    within = ["chroot", str(root)] if root else []
    said = subprocess.run([*within, str(python), "-c", _NAME], capture_output=True, text=True)
    version, sqlite, prefix = said.stdout.strip().split(" ", 2) if said.returncode == 0 else ("", "", "")
    return (version, sqlite, prefix) if version else None
