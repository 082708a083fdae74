"""README's own lines, typed one after the other where there is nothing but the machine's Python.

    git clone … && cd … && python3 -m tests.documents.fresh_machine        # minutes; needs nothing but Python and PyPI

For containers of other systems: Debian's Python refuses `pip install` into itself, and has no command `python`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.documents.blocks import REPO, blocks

_STARTS_THE_APP = "./launch_streamlit.sh"  # which runs until it is stopped
_OF_THE_MACHINE = ("PIP_", "SSL_", "REQUESTS_CA", "HTTP", "http", "NO_PROXY", "no_proxy")  # how PyPI is reached


def lines_of(page: str) -> list[str]:
    """The commands of a page that need no GPU and end by themselves, up to the first that makes a video."""
    commands = [line for block in blocks() if block.page == page and not block.needs for line in block.commands]
    wanted = [line for line in commands if line != _STARTS_THE_APP]
    last = next(number for number, line in enumerate(wanted) if "workflow.py" in line)
    return wanted[: last + 1]


def typed_from(page: str, folder: Path, **variables: str) -> Path:
    """Type them into one shell in a clone; returns the video.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    machine = {name: value for name, value in os.environ.items() if name.startswith(_OF_THE_MACHINE)}
    own = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "MOVA_ENV_FILE": os.devnull, "NUM_FRAMES": "17"}
    script = "\n".join(["set -e", *lines_of(page)])
    subprocess.run(["bash", "-c", script], cwd=folder, env={**machine, **own, **variables}, check=True)  # noqa: S607
    return next(folder.glob("outputs/*/video.mp4"))


if __name__ == "__main__":
    for name in sys.argv[1:] or ("README.md", "README.zh-CN.md"):
        print(f"{name}: {typed_from(name, REPO)}")
