"""A path that SGLang recognises: it tells MOVA 360p from 720p by the path, so other folders get a telling link."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.errors import FolderUnusable
from core.messages import gettext_noop
from launcher.resolution import recognised_as


@dataclass(frozen=True)
class Link:
    """``shared``: the folder of the link lies where every account of the machine may make folders."""

    link: Path
    target: Path
    shared: bool = False

    def make(self) -> None:
        """Make it, in one step, over an older one.

        Raises:
            FolderUnusable: it cannot be made.
        """
        fresh = self.link.with_name(f"{self.link.name}.{secrets.token_hex(4)}")
        folder = self.link.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.shared:
                make_private(folder)
            fresh.symlink_to(self.target)
            fresh.replace(self.link)
        except OSError as problem:
            raise FolderUnusable(folder=str(folder), reason=problem.strerror or "?") from None


def link_for(checkpoint: Path, model: str, files: Path) -> Link | None:
    """The link that a checkpoint needs; None where SGLang takes its own path for the right model."""
    if recognised_as(str(checkpoint)) == model:
        return None
    name = f"{model.replace('mova', 'MOVA')}-{hashlib.sha256(os.fsencode(checkpoint)).hexdigest()[:8]}"
    # The folder that everything of ours is in may itself be called 360p.
    ours = files / "models" / name
    if recognised_as(str(ours)) == model:
        return Link(ours, checkpoint)
    return Link(_temporary() / name, checkpoint, shared=True)


def _temporary() -> Path:
    """A folder for links in the folder for temporary files: the usual one, or a new one where somebody else has that.

    Who may write in it could lead SGLang to another checkpoint, whose code it would run.
    """
    usual = Path(tempfile.gettempdir()) / f"sglang-links-{os.getuid()}"
    taken = os.path.lexists(usual) and not is_own(usual)
    return usual.with_name(f"{usual.name}-{secrets.token_hex(4)}") if taken else usual


def make_private(folder: Path) -> None:
    """Let nobody else into a folder.

    Raises:
        FolderUnusable: it belongs to somebody else.
    """
    if not is_own(folder):
        raise FolderUnusable(folder=str(folder), reason=gettext_noop("it belongs to another account"))
    folder.chmod(0o700)


def is_own(folder: Path) -> bool:
    """Whether it is a folder of this account, and no link to one."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
