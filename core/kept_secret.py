"""A secret of the program's own in OUTPUT_DIR: one for all processes over the same folder, the same after a restart."""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path
from typing import Literal

from core.errors import storage_error
from core.files import atomic_write

ADDRESSES = ".address-secret"  # signs the addresses of files
WEBHOOKS = ".webhook-secret"  # the secrets of all webhooks follow from it


def kept_secret(output_dir: Path, name: str, access: Literal["owner", "group"] = "owner") -> str:
    """The secret of this name, made where there is none; only the program's own user may read it, or its group as well.

    Raises:
        StorageError
    """
    path = output_dir / name
    try:
        if not path.exists():
            _make(path, {"owner": 0o600, "group": 0o660}[access])
        return path.read_text(encoding="ascii")
    except OSError as problem:
        raise storage_error(output_dir, problem) from None


def _make(path: Path, mode: int) -> None:
    """Written aside and then named, by one of the processes that start together: all read the same whole one.

    By a lock and not by a link, which exFAT and some network mounts refuse.
    """
    lock = path.with_name(f"{path.name}.lock")
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not path.exists():
            atomic_write(path, secrets.token_urlsafe(32).encode(), mode=mode)
        lock.unlink(missing_ok=True)  # whoever takes it from now on finds the secret
