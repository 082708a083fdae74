"""axe-core in the page: what a person with a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).with_name("node") / "node_modules" / "axe-core" / "axe.min.js"
WHY_MISSING = "axe-core is not installed: npm ci --prefix tests/browser/node"


# rule: (what its places are or lie in, why it is not ours)
STREAMLITS_OWN: dict[str, tuple[str, str]] = {
    "color-contrast": (
        '[data-selected="true"]',
        "in the dark, white is written on the primary colour and the primary colour on the ground: no colour passes "
        "for both; the chosen one is also framed",
    ),
    "aria-dialog-name": ('[data-testid="stToast"]', "a toast is an alert dialog without a name"),
}


def faults(page: Page) -> list[str]:
    """The serious and critical ones of ours: the rule, the place, and why."""
    if not AXE.is_file():
        pytest.skip(WHY_MISSING)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [_said(one, node) for one in grave for node in one["nodes"] if not _is_streamlits(page, one["id"], node)]


def _is_streamlits(page: Page, rule: str, node: dict[str, Any]) -> bool:
    around, _why = STREAMLITS_OWN.get(rule, ("", ""))
    lies_in = "([place, around]) => Boolean(document.querySelector(place)?.closest(around))"
    place = node["target"][0]
    return bool(around) and isinstance(place, str) and bool(page.evaluate(lies_in, [place, around]))


def _said(one: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{one['id']} at {node['target']} {node['html'][:300]}: {node.get('failureSummary', '')[:400]}"
