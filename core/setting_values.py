"""What a setting may be: addresses, keys, secrets, names of models, folders. Each raises a ValueError in our words."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from core.messages import gettext_noop

_SQLITE = re.compile(r"sqlite:///[^?\s][^?]*")
# One @ and a port of digits: a sign of the password must not be taken for a host, which errors name. It is %40 there.
# The host may also be a socket's folder behind the name: ?host=/var/run/postgresql
_POSTGRES = re.compile(
    r"postgres(ql)?(\+psycopg)?://([^/\s@]*@)?(?P<host>(\[[^/\s@\]]*\]|[^/?#\s@:\[]*)(:[^/?#\s@]*)?)/[^/?\s]+(\?\S*)?"
)


def checked_address(value: str) -> str:
    """A server's http(s) address, without ``/v1`` or a slash at its end."""
    return service_address(value).removesuffix("/v1").rstrip("/")


def service_address(value: str) -> str:
    """An http(s) address without a slash at its end; a password is refused, so that it never shows."""
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError(gettext_noop("an address such as http://localhost:30000, without a password in it"))
    if parts.query or parts.fragment or not _port_is_valid(value.strip()):
        raise ValueError(gettext_noop("an address such as http://localhost:30000"))
    return value.strip().rstrip("/")


def checked_database(value: SecretStr) -> SecretStr:
    """The address of an SQLite file or of a PostgreSQL database."""
    address = value.get_secret_value().strip()
    postgres = _POSTGRES.fullmatch(address)
    if not postgres and not _SQLITE.fullmatch(address):
        raise ValueError(gettext_noop("sqlite:////folder/jobs.db or postgresql://user:password@host/name"))
    if postgres and not postgres["host"] and "host=" not in address:  # whose machine and which login, nobody has said
        raise ValueError(gettext_noop("sqlite:////folder/jobs.db or postgresql://user:password@host/name"))
    if postgres and not _port_is_valid(f"//{postgres['host']}"):
        raise ValueError(gettext_noop("an address whose port is a number from 1 to 65535"))
    return SecretStr(re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql://", address))


def own_folder(value: Path) -> Path:
    """A folder of this machine; ``~`` is the home folder."""
    # Path's own expanduser fails for a user without a home.
    folder = os.path.expanduser(value)  # noqa: PTH111
    if folder.startswith("~"):
        raise ValueError(gettext_noop("the path of a folder; ~ stands for no known home folder here"))
    try:
        folder.encode()
    except UnicodeEncodeError:
        raise ValueError(gettext_noop("the path of a folder whose name this system's encoding can write")) from None
    return Path(folder)


_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{2,62}(/[A-Za-z0-9._/-]{0,200})?", re.ASCII)


def bucket(value: str) -> str:
    """A bucket and a prefix in it; no password, no query, nothing that leads upwards."""
    address = value.strip().rstrip("/")
    if not _BUCKET.fullmatch(address) or any(part in ("", ".", "..") for part in address[5:].split("/")):
        raise ValueError(gettext_noop("s3://bucket or s3://bucket/prefix; for a folder leave it empty, see OUTPUT_DIR"))
    return address


def _port_is_valid(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def service_key(value: SecretStr | None) -> SecretStr | None:
    """A key as it goes into a header: without the spaces and line ends that copying leaves around it."""
    key = value.get_secret_value().strip() if value else ""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(gettext_noop("a key of plain letters, digits and punctuation"))
    return SecretStr(key) if key else None


def shared_secret(value: SecretStr | None) -> SecretStr | None:
    """A secret as it goes into a header."""
    secret = value.get_secret_value().strip() if value else ""
    if not re.fullmatch(r"[!-~]{16,200}|", secret):
        raise ValueError(gettext_noop("16 to 200 letters, digits and punctuation marks, without spaces"))
    return SecretStr(secret) if secret else None


def service_model(value: str) -> str:
    if not re.fullmatch(r"[\w.:/@+-]{0,200}", value.strip()) or ".." in value:
        raise ValueError(gettext_noop("the name of a model, such as qwen-plus"))
    return value.strip()
