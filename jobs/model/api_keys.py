"""Keys by which programs reach a person's jobs: what each may do, and how one is written."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, get_args

from jobs.model.people import LOCAL, Person

if TYPE_CHECKING:
    from config import Settings

# What a key may do: look; make, change and delete jobs and films; let them go on, which asks services and takes a GPU;
# act for everybody, as far as its owner may.
Scope = Literal["read", "create", "spend", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
USUAL_SCOPES: tuple[Scope, ...] = ("read", "create", "spend")
PREFIX = "mova"
_ID_BYTES, _SECRET_BYTES = 6, 32


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as it is on record: of the key itself there is a hash alone. ``id`` is the part of it that is no secret."""

    id: str
    owner: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    used: datetime | None = None
    revoked: datetime | None = None

    def person(self, settings: Settings) -> Person:
        """For whom the key acts: its owner, an administrator only where the key says so and the owner is one still."""
        is_admin = "admin" in self.scopes and (self.owner == LOCAL or self.owner in settings.admins)
        return Person(name=self.owner, is_admin=is_admin)


def draw_key() -> tuple[str, str]:
    """A new key's id, and the whole key: ``mova_1f0c…_…``, which is told to its person once."""
    key_id = secrets.token_hex(_ID_BYTES)
    return key_id, f"{PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def id_in(key: str) -> str | None:
    """The id inside a key; None where it is none of ours."""
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    plain = len(key_id) == 2 * _ID_BYTES and key_id.isascii() and key_id.isalnum()
    return key_id if prefix == PREFIX and plain and secret else None


def hash_of_key(key: str) -> str:
    """SHA-256: a key is 256 random bits, which no dictionary has, so a slow hash would protect nothing."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
