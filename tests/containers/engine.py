"""podman as the tests use it: in a storage of its own, which setup.sh makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(os.environ.get("MOVA_CONTAINERS", "/var/tmp/mova-containers"))  # noqa: S108 - setup.sh's
IMAGE = "localhost/mova-workflow"  # compose.yaml's name
_TOOLS = ("podman", "buildah", "runc", "mmdebstrap", "iptables")
_INSTALL = "apt install --no-install-recommends podman buildah runc netavark aardvark-dns mmdebstrap iptables"
_ENVIRONMENT = {
    "CONTAINERS_CONF": str(ROOT / "containers.conf"),
    "CONTAINERS_STORAGE_CONF": str(ROOT / "storage.conf"),
    "BUILDAH_ISOLATION": "chroot",
}


def why_not() -> str:
    """What stands in the way of containers on this machine; empty where nothing does."""
    if os.getuid() != 0:
        return "containers are built and run as root here"
    if missing := [tool for tool in _TOOLS if not shutil.which(tool)]:
        return f"not installed: {', '.join(missing)} (Debian 12: {_INSTALL})"
    if not (ROOT / "set-up.sha256").exists():
        return "the images are not set up; do it and run these: ./run_tests.sh --containers"
    return ""


def run(*command: str, folder: Path | None = None, **variables: str) -> str:
    """What a command of podman's world prints; AssertionError with its words where it fails."""
    path = f"{ROOT / 'venv/bin'}:{os.environ['PATH']}"
    seen = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, cwd=folder, env={"PATH": path, **seen, **_ENVIRONMENT, **variables}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def podman(*words: str) -> str:
    return run("podman", *words)


def build(folder: Path, tag: str = IMAGE) -> None:
    """Build the image of a checkout, with what was built before of layers that are the same."""
    how = ("--quiet", "--layers", "--format", "docker", "--isolation", "chroot", "--network", "host", "--pull=never")
    run("nice", "-n", "10", "buildah", "build", *how, "--tag", tag, str(folder))


def said(container: str) -> str:
    """Both streams of a container's log."""
    done = subprocess.run(
        ["podman", "logs", container],  # noqa: S607
        env={"PATH": os.environ["PATH"], **_ENVIRONMENT}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    return done.stdout
