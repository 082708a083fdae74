"""Who else on this machine may read what this program makes: nobody, or the members of one group."""

from __future__ import annotations

import os

_UMASKS = {"owner": 0o077, "group": 0o007}


def keep_private(file_access: str) -> None:
    """Have this process make folders with mode 0700 and files with 0600, for a group 0770 and 0660.

    ``file_access`` is FILE_ACCESS: ``owner`` or ``group``.

    What is there already keeps its mode; the doctor names it.
    """
    os.umask(_UMASKS[file_access])
