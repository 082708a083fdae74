"""A process that checks films, with a bound on its memory: python -m tests.hostile.look_at_all FOLDER MEGABYTES"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from core.errors import VideoUnplayable
from media.quality_check import QualityCheck
from media.videos import Onlooker, probe
from tests.hostile.open_all import peak_mb


def checked(path: Path) -> str:
    """What becomes of a film that a server sent."""
    try:
        probe(path, seen_by=Onlooker(frame=QualityCheck().add))
    except VideoUnplayable as problem:
        return type(problem).__name__
    return "video"


def main() -> None:
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    outcomes = {path.name: checked(path) for path in sorted(folder.iterdir())}
    print(json.dumps({"outcomes": outcomes, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
