"""How a film sounds: its loudness, and the music files that people put under theirs."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.errors import FileMissing, storage_error
from core.files import atomic_file
from core.messages import gettext_noop
from film.document import MAX_LINE, Bed, Film
from film.spoken import Stretches, spoken

if TYPE_CHECKING:
    from media.film_sound import SoundPlan
    from media.music import Music


class FilmSounds:
    def __init__(
        self, kept: Callable[[str], Path], check_room: Callable[[int], None], keep: Callable[[Path], None]
    ) -> None:
        """
        Args:
            kept: where this person's file of a SHA-256 lies.
            check_room: raises DiskQuota where there is no room for so many bytes.
            keep: has every machine find a file that was written here.
        """
        self._kept, self._check_room, self._keep = kept, check_room, keep

    def add_music(self, source: Path, name: str = "") -> Bed:
        """Keep a music file for films; returns how a document names it.

        Args:
            name: what its person calls it, where the file is called otherwise.

        Raises:
            BadMusic: it is none.
            StorageError, DiskQuota
        """
        from media.music import check_music

        name = name or source.name
        check_music(source, name)
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        path = self._kept(digest)
        if not path.exists():
            self._check_room(source.stat().st_size)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with atomic_file(path) as part:
                    shutil.copyfile(source, part)
            except OSError as problem:
                raise storage_error(path.parent, problem) from None
        self._keep(path)  # also where that failed before
        return Bed(sound=digest, name=name[:MAX_LINE])

    def upload_music(self, name: str, data: bytes) -> Bed:
        """The same for a file that a browser has sent.

        Raises:
            BadMusic, StorageError, DiskQuota
        """
        with TemporaryDirectory(prefix="mova-music-") as folder:
            try:
                path = Path(folder) / "music"
                path.write_bytes(data)
            except OSError as problem:
                raise storage_error(Path(folder), problem) from None
            return self.add_music(path, name)

    def file(self, digest: str) -> Path | None:
        """A music file that a document names; None where it is not kept here."""
        path = self._kept(digest)
        return path if path.is_file() else None

    def plan(self, film: Film, heard: Mapping[str, Stretches] | None = None) -> SoundPlan:
        """How the joined film is to sound; ``heard`` is where somebody speaks in its takes.

        Raises:
            FileMissing: its music is gone.
        """
        from media.film_sound import SoundPlan

        return SoundPlan(loudness=film.loudness, music=self._music(film, heard))

    def _music(self, film: Film, heard: Mapping[str, Stretches] | None) -> Music | None:
        from media.music import Music

        bed = film.bed
        if bed is None:
            return None
        path = self.file(bed.sound)
        if path is None:
            raise FileMissing(name=bed.name or bed.sound[:12], reason=gettext_noop("it is not kept here"))
        speech = [(one.begins, one.ends) for one in spoken(film, heard)]
        return Music(path=path, name=bed.name, level=bed.level, duck=bed.duck, loops=bed.loops, speech=speech)
