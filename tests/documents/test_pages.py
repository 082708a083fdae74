"""The documents: links lead somewhere, both languages tell the same commands, no setting or option is made up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import Settings
from tests.conftest import REPO
from tests.documents.blocks import blocks, documents

_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#([^)\s]+))?\)")
_CHINESE = ".zh-CN.md"


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text()):
        found = (page.parent / target).resolve()
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}#{anchor}"


def pairs() -> list[str]:
    return [page.name.removesuffix(_CHINESE) for page in documents() if page.name.endswith(_CHINESE)]


@pytest.mark.parametrize("name", pairs())
def test_both_languages_have_the_same_commands(name: str) -> None:
    english, chinese = (next(one for one in documents() if one.name == name + end) for end in (".md", _CHINESE))
    told = {page: [block for block in blocks() if (REPO / block.page) == page] for page in (english, chinese)}
    assert [len(one.commands) for one in told[english]] == [len(one.commands) for one in told[chinese]]
    assert [one.needs for one in told[english]] == [one.needs for one in told[chinese]]


def test_every_setting_is_told_of() -> None:
    told = "".join(page.read_text() for page in documents())
    assert not [name for name in Settings.model_fields if name.upper() not in told]
