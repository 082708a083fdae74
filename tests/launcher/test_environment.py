"""``--install``: SGLang in an environment of its own, from a Python that refuses packages, used from then on."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from launcher import environment
from launcher.options import without_install
from tests.launcher.made_up import checkpoint

REPO = Path(__file__).resolve().parents[2]
PARTS = ("core", "launcher", "locales", "launch_sglang_server.sh", "requirements-server.txt")
SAYS_ITS_OPTIONS = 'def main():\n    print("--model-path --port of the environment")\n'


def wheel(folder: Path, name: str, version: str, code: str = "", extra: str = "") -> None:
    """A package as pip takes it, with a command of its own name where it has code."""
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    extras = f"Provides-Extra: {extra}\n" if extra else ""
    files = {
        f"{module}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{extras}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if code:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{name} = {module}:main\n"
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for path, text in files.items()}
    record = "".join(f"{path},sha256={digests[path].decode().rstrip('=')},{len(files[path])}\n" for path in files)
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as packed:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            packed.writestr(path, text)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The launcher in a folder of its own, with a space in its name."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in PARTS:
        whole = REPO / name
        (shutil.copytree if whole.is_dir() else shutil.copy)(whole, folder / name)
    checkpoint(tmp_path / "MOVA-360p")
    return folder


@pytest.fixture
def managed_python(tmp_path: Path) -> str:
    """A Python as Debian has it: it makes environments and takes no package into itself."""
    script = tmp_path / "python"
    refusal = 'echo "error: externally-managed-environment" >&2; exit 1'
    real = Path(sys.executable).resolve()
    script.write_text(f'#!/bin/sh\n[ "$1 $2" = "-m pip" ] && {{ {refusal}; }}\nexec "{real}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def launch(clone: Path, *words: str, python: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": "/usr/bin:/bin", "MOVA_LANGUAGE": "en", "PYTHON": python, "HOME": str(clone.parent)}
    return subprocess.run(
        ["bash", "a clone/launch_sglang_server.sh", *words],  # noqa: S607
        cwd=clone.parent,
        env={**own, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_it_is_installed_once_and_used_from_then_on(clone: Path, managed_python: str, tmp_path: Path) -> None:
    packages = tmp_path / "wheels"
    packages.mkdir()
    wheel(packages, "sglang", "0.5.23", SAYS_ITS_OPTIONS, extra="diffusion")
    (clone.parent / ".pip").mkdir()
    (clone.parent / ".pip" / "pip.conf").write_text("[install]\nuser = true\n")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PIP_USER": "1"}
    broken = launch(clone, "--install", python=managed_python, **offline)  # a package is missing
    assert broken.returncode == 1
    assert "SGLang was not installed into" in broken.stderr
    assert launch(clone, "--dry-run", "--model-path", "MOVA-360p", python=managed_python).stdout.startswith("sglang ")

    wheel(packages, "nvidia-ml-py", "12.560.30")
    done = launch(clone, "--install", python=managed_python, **offline)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "236 packages, about 11 GB on the disk" in done.stderr
    own = clone / ".venv-sglang"
    assert {path.name for path in own.iterdir()} >= {"bin", "installed.sha256"}
    assert not (own / "downloads").exists()
    again = launch(clone, "--install", python=managed_python, PIP_NO_INDEX="1")
    assert (again.returncode, again.stderr) == (0, f"SGLang is installed in {own}.\n")

    elsewhere = tmp_path / "bin"
    elsewhere.mkdir()
    (elsewhere / "sglang").write_text("#!/bin/sh\nexit 1\n")
    (elsewhere / "sglang").chmod(0o755)
    paths = f"{elsewhere}:/usr/bin:/bin"
    shown = launch(clone, "--dry-run", "--model-path", "MOVA-360p", python=managed_python, PATH=paths)
    assert shown.stdout.startswith(f"'{own}/bin/sglang' serve ")
    assert "this SGLang does not know --num-gpus" in shown.stderr  # it was asked, and it is the one of the environment


def test_too_little_disk_is_said_before_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from core.errors import TooLittleDisk

    monkeypatch.setattr(environment, "FOLDER", tmp_path / "own")
    monkeypatch.setattr(environment, "_STAMP", tmp_path / "own" / "stamp")
    usage = shutil.disk_usage("/")._replace(free=3 * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(TooLittleDisk, match=r"needs 22 GB .* 3\.0 GB are free"):
        environment.install()
    assert not environment.FOLDER.exists()


def test_the_word_is_told_apart() -> None:
    assert without_install(["--install", "--port", "1"]) == (["--port", "1"], True)
    assert without_install(["--port", "1", "--", "--install"]) == (["--port", "1", "--", "--install"], False)


@pytest.mark.parametrize("script", ["launch_sglang_server.sh", "launch_streamlit.sh"])
def test_a_cdpath_leads_nowhere_else(tmp_path: Path, script: str) -> None:
    """``cd`` says where it went, or goes to a folder of the same name elsewhere."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    (elsewhere / "app").mkdir(parents=True)
    here.mkdir()
    (here / "app").symlink_to(REPO)
    for paths in (f"{elsewhere}:.", str(here)):
        done = subprocess.run(
            ["bash", f"app/{script}", "--help"],  # noqa: S607
            cwd=here,
            env={"PATH": os.environ["PATH"], "PYTHON": sys.executable, "CDPATH": paths, "PORT": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "No module named" not in done.stderr
        assert "No such file" not in done.stderr
        assert done.returncode == (0 if "sglang" in script else 2), done.stderr
