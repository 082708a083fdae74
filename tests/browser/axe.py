"""axe-core in the page: what a person with a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).with_name("node") / "node_modules" / "axe-core" / "axe.min.js"
WHY_MISSING = "axe-core is not installed: npm ci --prefix tests/browser/node"


def violations(page: Page) -> list[dict[str, Any]]:
    """The serious and critical ones: ``id``, ``help`` and the ``html`` of each place."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [_short(one) for one in found["violations"] if one["impact"] in ("serious", "critical")]


def _short(one: dict[str, Any]) -> dict[str, Any]:
    places = [{"html": node["html"][:300], "why": node.get("failureSummary", "")[:400]} for node in one["nodes"]]
    return {"id": one["id"], "help": one["help"], "places": places}
