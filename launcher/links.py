"""A path that SGLang recognises: it tells MOVA 360p from 720p by the path, so other folders get a telling link."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from errors import FolderUnusable
from launcher.resolution import recognised_as


@dataclass(frozen=True)
class Link:
    link: Path
    target: Path

    def make(self) -> None:
        """Make it, in one step, over an older one.

        Raises:
            FolderUnusable: it cannot be made.
        """
        fresh = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        try:
            self.link.parent.mkdir(parents=True, exist_ok=True)
            fresh.symlink_to(self.target)
            fresh.replace(self.link)
        except OSError as problem:
            raise FolderUnusable(folder=str(self.link.parent), reason=problem.strerror or "?") from None


def link_for(checkpoint: Path, model: str, files: Path) -> Link | None:
    """The link that a checkpoint needs; None where SGLang takes its own path for the right model."""
    if recognised_as(str(checkpoint)) == model:
        return None
    name = f"{model.replace('mova', 'MOVA')}-{hashlib.sha256(os.fsencode(checkpoint)).hexdigest()[:8]}"
    # The folder that everything of ours is in may itself be called 360p.
    places = (files / "models", Path(tempfile.gettempdir()) / f"sglang-links-{os.getuid()}")
    return Link(next(place / name for place in places if recognised_as(str(place / name)) == model), checkpoint)
