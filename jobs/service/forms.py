"""What a person has on Create and has not sent yet, kept for them over reloads, other browsers and restarts.

One form a person: the last one written wins. Without a login everybody is one person, as with jobs.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.errors import StorageError, storage_error
from core.files import atomic_write
from jobs.service.housekeeping import unchanged_for
from jobs.store.writes import now

if TYPE_CHECKING:
    from config import Settings
    from jobs.service.context import ServiceContext
    from jobs.storage.base import LocalStorage
    from jobs.store.store import Store

_FOLDER = "forms"
_MOST = 100_000  # characters of one text: a job's has 8,000 at most
_KEPT_FOR = timedelta(days=30)
_SETTLED = 3600.0  # seconds: a picture is there a moment before the form that names it
_CHORE = "forms"


@dataclass(frozen=True)
class Form:
    """``picture`` is the person's file as it came; None where there was none, or where it ``is_gone``."""

    fields: dict[str, Any]
    picture: bytes | None = None
    is_gone: bool = False


class FormService:
    """Of this person only; nobody sees another person's, administrators neither."""

    def __init__(self, context: ServiceContext) -> None:
        self._owner, self._forms = context.person.name, context.store.forms
        self._folder, self._storage = context.settings.output_dir / _FOLDER, context.folders.storage

    def kept(self) -> Form | None:
        """The person's form; None where nothing is kept."""
        found = self._forms.get(self._owner)
        if found is None or found.picture is None:
            return Form(found.fields) if found else None
        try:
            self._storage.bring(f"{_FOLDER}/{found.picture}")
            return Form(found.fields, (self._folder / found.picture).read_bytes())
        except OSError:
            return Form(found.fields, is_gone=True)

    def keep(self, fields: dict[str, Any], picture: bytes | None) -> None:
        """Keep a form in the place of the one before.

        Raises:
            StorageError, StoreError: the one before stays.
        """
        fields = {name: value[:_MOST] if isinstance(value, str) else value for name, value in fields.items()}
        digest = hashlib.sha256(picture).hexdigest() if picture else None
        written: str | None = None
        while True:
            before = self._forms.get(self._owner)
            name = before.picture if before else None
            same = before is not None and before.sha256 == digest and (name is None or self._is_kept(name))
            if picture and digest and not same:
                written = written or self._written(picture, digest)
            kept = name if same else written
            if self._forms.keep(self._owner, fields, kept, digest, after=name):
                break
        for left in {name, written} - {kept}:
            self._remove(left)

    def _is_kept(self, name: str) -> bool:
        return self._storage.bring(f"{_FOLDER}/{name}") is not None

    def clear(self) -> None:
        """Forget the person's form: it was sent, or they start over."""
        self._remove(self._forms.clear(self._owner))

    def _written(self, picture: bytes, digest: str) -> str:
        """Write a picture under a name that no form has had; returns the name."""
        owner = hashlib.sha256(self._owner.encode()).hexdigest()[:24]  # a person's name is never a path
        name = f"{owner}/{digest[:16]}-{secrets.token_hex(4)}"
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, picture)
        except OSError as problem:
            raise storage_error(path.parent, problem) from None
        self._storage.keep(f"{_FOLDER}/{name}")
        return name

    def _remove(self, name: str | None) -> None:
        """Remove a picture that no form names any more; what cannot be removed now, ``tidy_forms`` does."""
        if name is not None:
            with suppress(OSError):
                (self._folder / name).unlink()
            with suppress(StorageError):
                self._storage.remove(f"{_FOLDER}/{name}")


def tidy_forms(settings: Settings, store: Store, storage: LocalStorage | None = None) -> int | None:
    """Once a day forget the forms that nobody has touched for a month, and remove pictures that are in none.

    Returns:
        How many forms were forgotten; None where it is not time.
    """
    if not store.chores.begin(_CHORE, timedelta(days=1)):
        return None
    forgotten, named = store.forms.forget(now() - _KEPT_FOR), store.forms.pictures()
    folder = settings.output_dir / _FOLDER
    for path in list(folder.glob("*/*")):
        if path.relative_to(folder).as_posix() not in named and unchanged_for(path) > _SETTLED:
            with suppress(OSError):
                path.unlink()
    if storage is not None:
        for kept in storage.kept(_FOLDER):
            if kept.key.removeprefix(f"{_FOLDER}/") not in named and kept.age > _SETTLED:
                storage.remove_key(kept.key)
    for owner in list(folder.glob("*")):
        with suppress(OSError):  # there are pictures in it
            owner.rmdir()
    return forgotten
