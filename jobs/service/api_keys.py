"""A person's keys for programs: made, listed, revoked; and whose key a program has brought along."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING

from core.errors import ApiKeyExists, InputError, NotAllowed, RequestDiffers, RequestGone, UnknownApiKey
from core.limits import checked_text
from core.messages import gettext_noop
from jobs.model.api_keys import SCOPES, USUAL_SCOPES, ApiKey, Scope, draw_key, hash_of_key, id_in
from jobs.store.writes import now

if TYPE_CHECKING:
    from jobs.service.context import ServiceContext

_LONGEST_NAME = 80
_NO_KEY = "0" * 64  # what a key of an unknown id is compared with, so that its answer takes as long


class ApiKeyService:
    """Of this person only; an administrator sees and revokes everybody's."""

    def __init__(self, context: ServiceContext) -> None:
        self._context, self._keys = context, context.store.keys

    def create(self, name: str, scopes: Sequence[Scope] = USUAL_SCOPES, owner: str | None = None) -> tuple[ApiKey, str]:
        """Make a key; returns its record and the key itself, which is stored nowhere.

        Args:
            owner: for whom it acts; set by the program and by administrators, otherwise it is the person's own.

        Raises:
            EmptyText, TextTooLong, ApiKeyExists, InputError: for a scope that there is not.
            NotAllowed: the scope ``admin`` of a person who is none.
        """
        person = self._context.person
        name = " ".join(checked_text(name, gettext_noop("name"), limit=_LONGEST_NAME).split())
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InputError(" ".join(scopes))
        if "admin" in scopes and not person.steers:
            raise NotAllowed
        key_id, key = draw_key()
        record = ApiKey(
            id=key_id,
            owner=(owner if person.is_admin else None) or person.name,
            name=name,
            scopes=tuple(one for one in SCOPES if one in scopes),
            created=now(),
        )
        if not self._keys.add(record, hash_of_key(key)):
            raise ApiKeyExists(key=name)
        return record, key

    def all(self) -> tuple[ApiKey, ...]:
        """The keys that work, oldest first."""
        return self._keys.all(self._context.person.only)

    def revoke(self, name: str) -> ApiKey:
        """Revoke a key by its id, or by its name where only one has it; it is refused from then on.

        Raises:
            UnknownApiKey: also where several have the name.
        """
        every = self.all()
        found = [one for one in every if one.id == name] or [one for one in every if one.name == name]
        if len(found) != 1 or not self._keys.revoke(found[0].id):
            raise UnknownApiKey(key=name[:_LONGEST_NAME])
        return found[0]

    def of_program(self, key: str) -> ApiKey | None:
        """The record of a key that a program has brought along; None where it is not valid. Notes that it was used."""
        key_id = id_in(key)
        found = self._keys.find(key_id) if key_id else None
        record, digest = found or (None, _NO_KEY)
        if not compare_digest(hash_of_key(key), digest) or record is None:
            return None
        self._keys.used(record)
        return record

    def made_by(self, request_key: str, digest: str, made: str) -> str:
        """The id for what a request with this Idempotency-Key makes: ``made``, or the one that it was given before.

        Args:
            digest: of the request.

        Raises:
            RequestDiffers: the key belongs to another request of the last 24 hours.
            RequestGone: what it made was deleted.
        """
        before, first = self._context.store.repeatable.claim(self._context.person.name, request_key, digest, made)
        if before != digest:
            raise RequestDiffers(key=request_key[:_LONGEST_NAME])
        if not first:
            raise RequestGone(key=request_key[:_LONGEST_NAME])
        return first
