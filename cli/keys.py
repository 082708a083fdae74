"""Keys for programs on the command line: made, listed, revoked."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, cast

from cli.terminal import say, translated
from core.errors import InputError
from core.messages import gettext_noop, message
from jobs.model.api_keys import SCOPES, USUAL_SCOPES, ApiKey, Scope

if TYPE_CHECKING:
    from config import Settings

ONCE = message(gettext_noop("Keep it now: it is shown this once, and only its hash is stored."))
NO_KEYS = message(gettext_noop("no keys"))
REVOKED = gettext_noop("The key {name} is revoked: it opens nothing any more.")


def add_key_commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The commands of ``key``."""
    commands = parser.add_subparsers(dest="key_command", required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="make a key; it is printed this once")
    create.add_argument("name", metavar="NAME", help="your own word for it")
    usual = f"default: {' '.join(USUAL_SCOPES)}"
    create.add_argument("--scopes", nargs="+", choices=SCOPES, default=list(USUAL_SCOPES), metavar="SCOPE", help=usual)
    create.add_argument("--owner", metavar="PERSON", help="whose jobs it reaches, where people log in; default: local")
    listed = commands.add_parser("list", help="the keys that work, oldest first")
    revoke = commands.add_parser("revoke", help="let a key open nothing any more")
    revoke.add_argument("name", metavar="NAME", help="its name or its id")
    return [create, listed, revoke]


def run_key(options: argparse.Namespace, settings: Settings) -> dict[str, object]:
    """Make, list or revoke."""
    from jobs.worker import service_without_worker

    with service_without_worker(settings) as service:
        if options.key_command == "list":
            found = service.api_keys.all()
            return {
                "text": "\n".join(map(_line, found)) or translated(NO_KEYS),
                "json": [as_json(one) for one in found],
            }
        if options.key_command == "revoke":
            gone = service.api_keys.revoke(options.name)
            return {"text": translated(message(REVOKED, name=gone.name)), "revoked": gone.id, "name": gone.name}
        if options.owner is not None and not options.owner.strip():
            raise InputError("--owner")
        scopes = cast("list[Scope]", options.scopes)
        made, key = service.api_keys.create(options.name, scopes, options.owner)
        if not options.json:
            say(ONCE)
        return {"text": key, "key": key, **as_json(made)}


def as_json(key: ApiKey) -> dict[str, object]:
    """A key's record, as programs read it."""
    return {
        "id": key.id,
        "name": key.name,
        "owner": key.owner,
        "scopes": list(key.scopes),
        "created": key.created.isoformat(timespec="seconds"),
        "last_used": key.used.isoformat(timespec="seconds") if key.used else None,
    }


def _line(key: ApiKey) -> str:
    used = key.used.isoformat(timespec="minutes") if key.used else "-"
    return f"{key.id}  {key.name}  {key.owner}  {' '.join(key.scopes)}  {used}"
