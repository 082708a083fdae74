"""What signs the addresses of files: one for all app processes over the same folder, and the same after a restart."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from errors import storage_error

_NAME = ".address-secret"


def signing_secret(output_dir: Path) -> str:
    """The secret in OUTPUT_DIR, made where there is none; only the app's own user may read it.

    Raises:
        StorageError
    """
    path = output_dir / _NAME
    try:
        if not path.exists():
            _make(path)
        return path.read_text(encoding="ascii")
    except OSError as problem:
        raise storage_error(output_dir, problem) from None


def _make(path: Path) -> None:
    """Written aside and then named, so that of two processes that start together both read the same whole one."""
    part = path.with_name(f"{_NAME}-{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
