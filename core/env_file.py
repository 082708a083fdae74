"""The file ``.env``: how it is written, and a line of it changed."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from core.errors import EnvFileUnreadable, storage_error
from core.messages import gettext_noop

# What PowerShell and Windows' editors write before a text.
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def env_file_encoding(file: object) -> str:
    """How ``.env`` is written: UTF-8, or what its first bytes say.

    Raises:
        EnvFileUnreadable: it is in another encoding, or cannot be read.
    """
    path = Path(str(file or os.devnull))
    try:
        data = path.read_bytes() if path.is_file() else b""
        encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
        if "\0" not in data.decode(encoding):
            return encoding
        reason = gettext_noop("it is not text in UTF-8")
    except UnicodeDecodeError:
        reason = gettext_noop("it is not text in UTF-8")
    except OSError as problem:
        reason = problem.strerror or "?"
    raise EnvFileUnreadable(file=path.name, reason=reason)


def write_setting(path: Path, name: str, value: str) -> None:
    """Write a setting into the file, which is made where there is none, for its owner alone.

    Raises:
        EnvFileUnreadable, StorageError: the file is not text, or cannot be written.
    """
    from dotenv import set_key

    encoding = env_file_encoding(path)
    try:
        if not path.exists():
            path.touch(mode=0o600)
        if not path.is_file():  # such as /dev/null, which a renamed file would take the place of
            raise EnvFileUnreadable(file=path.name, reason=gettext_noop("it is no file"))
        set_key(path, name.upper(), value.strip(), quote_mode="auto", encoding=encoding)
    except OSError as problem:
        raise storage_error(path.parent, problem) from None
