"""Names of files as the disk has them: the same name may be written in two Unicode forms."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def as_it_lies(path: Path) -> Path:
    """The path to read: where nothing has its name, what has the same name in the other Unicode form.

    macOS, and archives made there, write ``é`` as two characters (NFD); spreadsheets and keyboards as one (NFC). Where
    two files have the same name in different forms, only the exact one counts.
    """
    try:
        if str(path).isascii() or os.path.lexists(path):
            return path
        folder = as_it_lies(path.parent)
        alike = [name for name in (one.name for one in folder.iterdir()) if _composed(name) == _composed(path.name)]
    except (OSError, ValueError):  # whoever opens it says why
        return path
    return folder / alike[0] if len(alike) == 1 else path


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
