"""axe-core in the page: what a person with a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).with_name("node") / "node_modules" / "axe-core" / "axe.min.js"
WHY_MISSING = "axe-core is not installed: npm ci --prefix tests/browser/node"


# rule: (what its places are or lie in, why it is not ours)
STREAMLITS_OWN: dict[str, tuple[str, str]] = {
    "aria-dialog-name": ('[data-testid="stToast"]', "a toast is an alert dialog without a name"),
}


# A toast may be gone before its fault is looked at: the element itself still knows what it lay in.
_RUN = """async owns => {
    const found = await axe.run(document, {resultTypes: ['violations'], elementRef: true});
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).flatMap(one => one.nodes
        .filter(node => !(owns[one.id] && node.element?.closest(owns[one.id])))
        .map(node => ({id: one.id, target: node.target, html: node.html, why: node.failureSummary})));
}"""


def faults(page: Page) -> list[str]:
    """The serious and critical ones of ours: the rule, the place, and why."""
    if not AXE.is_file():
        pytest.skip(WHY_MISSING)
    expect(page.locator("[data-stale=true]")).to_have_count(0)  # what is being taken away is pale
    page.evaluate(AXE.read_text())
    found = page.evaluate(_RUN, {rule: place for rule, (place, _why) in STREAMLITS_OWN.items()})
    return [_said(one) for one in found]


def _said(one: dict[str, Any]) -> str:
    return f"{one['id']} at {one['target']} {one['html'][:300]}: {(one['why'] or '')[:400]}"
