"""Files in a bucket of the S3 protocol. OUTPUT_DIR is this machine's working copy, the bucket has what is recorded.

A recorded version lies at ``JOB/<beginning of its SHA-256>/NAME``, so that a newer one never takes the place of what a
record still names; what is not recorded lies at ``JOB/NAME``.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Any

from core.errors import BucketUnusable, StorageError, StorageLibraryMissing, storage_error
from core.files import MEDIA_TYPES, atomic_file, atomic_write
from core.kept_secret import kept_secret
from core.messages import Fact, gettext_noop
from jobs.storage.base import VERSION_LETTERS, Kept, LocalStorage, key_of

if TYPE_CHECKING:
    from obstore.store import S3Store

    from config import Settings

ADDRESS_LIFE = timedelta(hours=1)
COPIES = ".copies"  # recorded versions beside a file of this machine that is another one
_SYNCED, _SYNC_SECONDS = ".synced", 3.0
_RETRY: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_CLIENT = {"connect_timeout": "5s", "timeout": "300s"}
_LOCKS = 32
_TOUCHED = 3600.0  # seconds: how exactly it is known when a copy was used last
_IN_BUCKET = ".in-bucket"  # in a job's folder: what is recorded of it was in the bucket that it names


class BucketStorage(LocalStorage):
    """Thread-safe. obstore is loaded when the bucket is first used."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.output_dir, settings.file_access)
        self._settings = settings
        self._bucket, _, prefix = str(settings.storage_url).removeprefix("s3://").partition("/")
        self._prefix = prefix.strip("/")
        self._digests: dict[Path, tuple[tuple[int, int, int], str]] = {}
        self._locks = [Lock() for _ in range(_LOCKS)]
        self._synced: dict[str, float] = {}
        self._secrets: dict[str, str] = {}
        self._owed: set[tuple[str, str]] = set()

    @cached_property
    def _store(self) -> S3Store:
        try:
            from obstore.store import S3Store
        except ImportError:
            raise StorageLibraryMissing from None
        told, endpoint = self._settings, self._settings.aws_endpoint_url
        secrets = {
            "access_key_id": told.aws_access_key_id,
            "secret_access_key": told.aws_secret_access_key,
            "session_token": told.aws_session_token,
        }
        config: dict[str, Any] = {name: one.get_secret_value() for name, one in secrets.items() if one}
        if endpoint:
            config["endpoint"] = endpoint
        client: Any = {**_CLIENT, "allow_http": bool(endpoint and endpoint.startswith("http://"))}
        return S3Store(
            self._bucket,
            prefix=self._prefix or None,
            region=told.aws_region or told.aws_default_region,
            client_options=client,
            retry_config=_RETRY,
            **config,
        )

    # ---- files -------------------------------------------------------------------------------------------------

    def keep(self, name: str, sha256: str = "") -> None:
        try:
            self._keep(name, sha256)
        except StorageError:
            self._owed.add((name, sha256))
            raise
        self._owed.discard((name, sha256))
        if sha256:
            self._mark(name)

    def _mark(self, name: str) -> None:
        mark, told = (self.root / name).with_name(_IN_BUCKET), _named(self._settings)
        with suppress(OSError):
            if not mark.is_file() or mark.read_bytes() != told:
                mark.write_bytes(told)  # broken off it names no bucket, and is written again

    def owe(self, name: str) -> None:
        self._owed.add((name, ""))

    def catch_up(self) -> None:
        for name, sha256 in list(self._owed):
            path = self.root / name
            if path.is_file() and (not sha256 or self._is(path, sha256, None)):
                self.keep(name, sha256)
            self._owed.discard((name, sha256))  # removed or written anew meanwhile

    def _keep(self, name: str, sha256: str) -> None:
        import obstore

        path, attributes = self.root / name, {}
        if kind := MEDIA_TYPES.get(path.suffix):
            attributes["Content-Type"] = kind
        with self._asked():
            try:
                obstore.put(self._store, key_of(name, sha256), path, attributes=dict(attributes))
            except OSError as problem:
                raise storage_error(path.parent, problem) from None

    def bring(self, name: str, sha256: str = "", size: int | None = None) -> Path | None:
        path = self.root / name
        if not sha256:
            return path if path.is_file() or self._fetched(name, path) else None
        if self._is(path, sha256, size):
            return _used(path)
        folder, _, plain = name.rpartition("/")
        target = self.root / folder / COPIES / sha256[:VERSION_LETTERS] / plain if path.exists() else path
        with self._locks[hash(name) % _LOCKS]:
            if self._is(target, sha256, size):
                return _used(target)
            if self._fetched(key_of(name, sha256), target, sha256):
                self._mark(name)
                return target
        return None

    def check_reach(self, name: str, sha256: str) -> None:
        import obstore
        from obstore.exceptions import NotFoundError

        with self._asked(), suppress(NotFoundError, FileNotFoundError):
            obstore.head(self._store, key_of(name, sha256))

    def is_copy(self, name: str, sha256: str) -> bool:
        path = self.root / name
        return self._is(path, sha256, None) if sha256 else path.is_file()

    def _is(self, path: Path, sha256: str, size: int | None) -> bool:
        """Whether a file of this machine is the recorded one; it is read once as long as it is not written."""
        try:
            found = path.stat()
            if size is not None and found.st_size != size:
                return False
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            known = self._digests.get(path)
            if known is None or known[0] != seen:
                with path.open("rb") as file:
                    known = seen, hashlib.file_digest(file, "sha256").hexdigest()
                self._digests[path] = known
        except OSError:
            return False
        return known[1] == sha256

    def _fetched(self, key: str, target: Path, sha256: str = "") -> bool:
        """Fetch to a temporary file, check it, and give it its name; False where there is no such file."""
        import obstore
        from obstore.exceptions import NotFoundError

        digest = hashlib.sha256()
        with self._asked():
            try:
                answer = obstore.get(self._store, key)
            except (NotFoundError, FileNotFoundError):
                return False
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with atomic_file(target) as part, part.open("wb") as file:
                    for chunk in answer.stream(min_chunk_size=2**20):
                        digest.update(chunk)
                        file.write(chunk)
                    file.flush()
                    if sha256 and digest.hexdigest() != sha256:
                        raise self._unusable(gettext_noop("a file came back incomplete or changed"))
            except OSError as problem:
                if problem.errno is None:  # of the connection, not of this machine's disk
                    raise
                if not target.parent.is_dir():  # deleted meanwhile, with its job
                    return False
                raise storage_error(target.parent, problem) from None
        return True

    def sync(self, folder: str) -> None:
        if time.monotonic() - self._synced.get(folder, -_SYNC_SECONDS) < _SYNC_SECONDS:
            return
        here = self.root / folder
        there = {one["path"].rpartition("/")[2]: str(one["e_tag"]) for one in self._listed(folder)}
        known = _read(here / _SYNCED)
        for name, tag in there.items():
            if known.get(name) != tag or not (here / name).is_file():
                self._fetched(f"{folder}/{name}", here / name)
        if here.is_dir():
            self._sync_back(folder, there, known)
        self._synced[folder] = time.monotonic()

    def _sync_back(self, folder: str, there: dict[str, str], known: dict[str, str]) -> None:
        """Remove what was removed elsewhere; keep what was written before there was a bucket."""
        here = self.root / folder
        for path in list(here.glob("*")):
            if path.name.startswith(".") or not path.is_file() or path.name in there:
                continue
            if path.name in known:
                path.unlink(missing_ok=True)
            else:
                self.keep(f"{folder}/{path.name}")
        if there != known:
            with suppress(OSError):
                atomic_write(here / _SYNCED, json.dumps(there).encode())

    # ---- removing and looking ----------------------------------------------------------------------------------

    def remove(self, name: str) -> None:
        self.remove_older(name, "")

    def remove_older(self, name: str, sha256: str) -> None:
        folder, _, plain = name.rpartition("/")
        stays = key_of(name, sha256) if sha256 else ""
        found = [str(one["path"]) for one in self._listed(folder)]
        self._delete([key for key in found if key.rpartition("/")[2] == plain and key != stays])
        self._synced.pop(folder, None)

    def remove_folder(self, folder: str) -> None:
        self._delete([str(one["path"]) for one in self._listed(folder)])

    def remove_beginning(self, beginning: str) -> None:
        folder, _, plain = beginning.rpartition("/")
        found = [str(one["path"]) for one in self._listed(folder)]
        self._delete([key for key in found if key.rpartition("/")[2].startswith(plain)])

    def remove_key(self, key: str) -> None:
        self._delete([key])

    def kept(self, folder: str = "") -> Iterator[Kept]:
        now = datetime.now(UTC)
        for one in self._listed(folder):
            yield Kept(str(one["path"]), int(one["size"]), (now - one["last_modified"]).total_seconds())

    def _listed(self, folder: str) -> list[Any]:
        import obstore

        with self._asked():
            return [one for some in obstore.list(self._store, folder or None) for one in some]

    def _delete(self, keys: list[str]) -> None:
        import obstore
        from obstore.exceptions import NotFoundError

        with self._asked():
            for key in keys:  # one by one: not every server takes many at once
                with suppress(NotFoundError, FileNotFoundError):
                    obstore.delete(self._store, key)

    # ---- addresses, secrets, and whether it works --------------------------------------------------------------

    def address(self, name: str, sha256: str) -> str | None:
        if self._settings.storage_addresses != "signed":
            return None
        import obstore

        with self._asked():
            return str(obstore.sign(self._store, "GET", key_of(name, sha256), ADDRESS_LIFE))

    def secret(self, name: str) -> str:
        """The bucket's; where it is away, that which this machine got of it before."""
        if name not in self._secrets:
            self._secrets[name] = self._agreed(name)
        return self._secrets[name]

    def _agreed(self, name: str) -> str:
        import obstore
        from obstore.exceptions import AlreadyExistsError

        is_here = (self.root / name).is_file()
        mine = kept_secret(self.root, name, self.access)
        try:
            with self._asked():
                try:
                    obstore.put(self._store, name, mine.encode(), mode="create")
                    return mine
                except AlreadyExistsError:
                    agreed = bytes(obstore.get(self._store, name).bytes()).decode("ascii")
        except StorageError:
            if is_here:
                return mine
            (self.root / name).unlink(missing_ok=True)  # others may have another one
            raise
        if agreed != mine:
            try:
                atomic_write(self.root / name, agreed.encode(), mode={"owner": 0o600, "group": 0o660}[self.access])
            except OSError as problem:
                raise storage_error(self.root, problem) from None
        return agreed

    def check(self) -> None:
        import obstore

        key = f".check-{token_hex(8)}"
        with self._asked():
            obstore.put(self._store, key, b"mova")
            answer = bytes(obstore.get(self._store, key).bytes())
            obstore.delete(self._store, key)
        if answer != b"mova":
            raise self._unusable(gettext_noop("a file came back incomplete or changed"))

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Every error of the bucket in plain words, without its address, its keys and its XML."""
        from obstore import exceptions

        try:
            yield
        except (StorageError, StorageLibraryMissing):
            raise
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError):
            raise self._unusable(gettext_noop("it refuses the credentials or the permission")) from None
        except (exceptions.NotFoundError, FileNotFoundError):
            raise self._unusable(gettext_noop("there is no such bucket")) from None
        except (exceptions.BaseError, OSError, ValueError) as problem:
            reasons: tuple[tuple[Callable[[str], bool], str], ...] = (
                (lambda told: "NoSuchBucket" in told, gettext_noop("there is no such bucket")),
                (lambda told: "403" in told, gettext_noop("it refuses the credentials or the permission")),
            )
            told = str(problem)
            reason = next(
                (words for fits, words in reasons if fits(told)), gettext_noop("it does not answer as it should")
            )
            raise self._unusable(reason) from None

    def _unusable(self, reason: Fact) -> BucketUnusable:
        return BucketUnusable(bucket=self._bucket, reason=reason)


def _used(path: Path) -> Path:
    """Note that a copy was used, for whoever drops those that are not: not every disk notes it by itself."""
    with suppress(OSError):
        seen, now = path.stat(), time.time_ns()
        if now - seen.st_atime_ns > _TOUCHED * 1e9:
            os.utime(path, ns=(now, seen.st_mtime_ns))
    return path


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def was_in_bucket(folder: Path, settings: Settings) -> bool:
    """Whether what is recorded of a job was in this very bucket, by this database: in another one it never was."""
    try:
        return (folder / _IN_BUCKET).read_bytes() == _named(settings)
    except OSError:
        return False


def _named(settings: Settings) -> bytes:
    database = settings.database_address.rpartition("@")[2]  # without user and password, which change
    return hashlib.sha256(f"{settings.storage_url}\n{database}".encode()).hexdigest()[:16].encode()
