"""SQLite as others have it, built from the source that a package of npm carries: for any Python by LD_LIBRARY_PATH."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

# 3.36 is a little older than what Ubuntu 22.04 has, and with it many images for CUDA: unixepoch() came with 3.38, its
# milliseconds with 3.42. The other is 3.53.
OLD, NEW = ("better-sqlite3@7.4.5", "better-sqlite3@12.11.1")
_AS_DEBIAN = (
    "FTS3",
    "FTS3_PARENTHESIS",
    "FTS4",
    "FTS5",
    "COLUMN_METADATA",
    "LOAD_EXTENSION",
    "RTREE",
    "DESERIALIZE",
    "JSON1",
)


def built(package: str, work: Path) -> Path | str:
    """The folder of a libsqlite3.so.0, or why there is none here."""
    compiler, npm = shutil.which("cc") or shutil.which("gcc"), shutil.which("npm")
    if not compiler or not npm:
        return "it is built with cc from a package of npm"
    folder = work / package.replace("@", "-")
    folder.mkdir()
    packed = subprocess.run([npm, "pack", "--silent", package], cwd=folder, capture_output=True, text=True)
    if packed.returncode:
        return f"npm pack {package}: {packed.stderr.strip()[-200:]}"
    for archive in (next(folder.glob("*.tgz")), folder / "package/deps/sqlite3.tar.gz"):
        if archive.exists():
            with tarfile.open(archive) as opened:
                opened.extractall(folder, filter="data")
    (source,) = folder.rglob("sqlite3.c")
    options = [f"-DSQLITE_ENABLE_{option}" for option in _AS_DEBIAN]
    library = [
        "-shared",
        "-fPIC",
        "-O1",
        "-o",
        str(folder / "libsqlite3.so.0"),
        str(source),
        "-lm",
        "-lpthread",
        "-ldl",
    ]
    made = subprocess.run([compiler, *options, *library], capture_output=True, text=True)
    return folder if made.returncode == 0 else f"{compiler}: {made.stderr.strip()[-200:]}"
