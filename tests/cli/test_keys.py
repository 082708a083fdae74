"""``workflow.py key``: a key is printed once, listed without it, and revoked."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.shell import Done, Shell


def listed_in(done: Done) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_make_list_revoke(shell: Shell) -> None:
    made = shell("key", "create", "render script", "--scopes", "read", "create", "--json").json
    assert made["key"].startswith(f"mova_{made['id']}_")
    assert (made["name"], made["owner"], made["scopes"]) == ("render script", "local", ["read", "create"])
    listed = shell("key", "list", "--json")
    assert [one["id"] for one in listed_in(listed)] == [made["id"]]
    assert made["key"] not in listed.stdout + shell("key", "list").stdout
    assert shell("key", "revoke", "render script").returncode == 0
    assert listed_in(shell("key", "list", "--json")) == []
    again = shell("key", "revoke", "render script", "--json")
    assert (again.returncode, again.json["error"]["kind"]) == (2, "UnknownApiKey")


def test_a_key_for_a_person(shell: Shell) -> None:
    done = shell("key", "create", "script", "--owner", "ann@example.org")
    assert done.returncode == 0
    assert done.stdout.startswith("mova_")
    assert "shown this once" in done.stderr
    assert listed_in(shell("key", "list", "--json"))[0]["owner"] == "ann@example.org"
    assert shell("key", "create", "script", "--owner", "ann@example.org").returncode == 2
    assert shell("key", "create", "x", "--scopes", "everything").returncode == 2
