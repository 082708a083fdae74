"""Who a video says that it is by."""

from __future__ import annotations

import pytest

from record.provenance import shared, tags_of


@pytest.mark.parametrize(("preview", "maker"), [(True, "preview engine, not MOVA"), (False, "MOVA")])
def test_a_preview_does_not_pass_for_mova(preview: bool, maker: str) -> None:
    document = {
        "id": "20260101-000000-abcdef",
        "preview": preview,
        "server": None,
        "prompt": "A cat.",
        "description": None,
        "finished": "2026-01-01T00:00:00+00:00",
        "created": "2026-01-01T00:00:00+00:00",
    }
    tags = tags_of(shared(document, prompts=True), b"")
    assert tags.words["artist"] == maker
    assert tags.words["keywords"] == f"AI-generated, AI生成, {maker}"
    assert f'"ContentProducer": "{maker}"' in tags.xmp
