"""A process that opens files as first frames, with a bound on its memory, and says what became of each.

    python -m tests.hostile.open_all FOLDER MEGABYTES      # prints {"outcomes": {name: words}, "peak_mb": 310}

An outcome is ``picture``, or the template of our error. Anything else ends the process with a traceback.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path

from config import Settings
from core.errors import PictureError
from media.crop import CropChoice
from media.frames import open_source, render_frame
from tests.renders import landscape


def opened(data: bytes | Path, settings: Settings) -> str:
    """What becomes of a file on its way to a first frame."""
    try:
        frame, _ = render_frame(open_source(data, settings), landscape(), CropChoice())
    except PictureError as problem:
        return problem.what
    assert frame.startswith(b"\x89PNG")
    return "picture"


def peak_mb() -> int:
    """The most memory that this process has held so far."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) // 1024


def main() -> None:
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    settings = Settings()
    outcomes, peaks = {}, {}
    for path in sorted(folder.iterdir()):
        outcomes[path.name] = opened(path, settings)
        peaks[path.name] = peak_mb()
    print(json.dumps({"outcomes": outcomes, "peaks": peaks, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
