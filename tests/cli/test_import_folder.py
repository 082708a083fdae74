"""A run's folder that a stranger wrote: whatever stands in its record, it is taken or refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FileTooLarge, InputError
from record.folder import RECORD, RunFolder

RECORD_OF_OURS: dict[str, Any] = {
    "schema": 2,
    "id": "20261124-101530-4f9c2a",
    "mode": "full",
    "steps": [{"step": "image_prompt", "output": "A cat.", "version": 1, "warnings": ["Offline."], "seconds": 1}],
    "something new": [1, 2],
}
FIELDS = ("id", "mode", "num_frames", "fps", "seed", "negative_prompt", "white_frame", "warnings", "steps", "prompt")
WRONG: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"[" * 100_000,
    b'{"id": "\xff"}',
    b'{"id": "a"}',
    {**RECORD_OF_OURS, "id": "../../etc"},
    {**RECORD_OF_OURS, "id": ["a"]},
    {**RECORD_OF_OURS, "num_frames": "193"},
    {**RECORD_OF_OURS, "warnings": "none"},
    {**RECORD_OF_OURS, "steps": {"step": "image_prompt"}},
    {**RECORD_OF_OURS, "steps": [{"output": "A cat."}]},
    {**RECORD_OF_OURS, "steps": [{"step": "dance", "output": "A cat."}]},
    {**RECORD_OF_OURS, "steps": [{"step": "image_prompt", "output": None}]},
    {**RECORD_OF_OURS, "steps": [{"step": "image_prompt", "output": "", "tokens": "many"}]},
    {**RECORD_OF_OURS, "steps": [7]},
]


def written(folder: Path, document: Any) -> RunFolder:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    (folder / RECORD).write_bytes(data)
    return RunFolder(folder)


def test_a_record_of_a_newer_version_is_taken(tmp_path: Path) -> None:
    record = written(tmp_path, RECORD_OF_OURS).load()
    assert (record.id, record.steps[0]["output"]) == (RECORD_OF_OURS["id"], "A cat.")


@pytest.mark.parametrize("document", WRONG, ids=lambda document: str(document)[-40:])
def test_a_record_that_is_none_is_refused(tmp_path: Path, document: Any) -> None:
    with pytest.raises(InputError, match=r"not a record of a run|not a job id"):
        written(tmp_path, document).load()


def test_an_endless_record_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / RECORD).open("wb") as file:
        file.truncate(10 * 2**30)  # a hole: no disk is filled
    with pytest.raises(FileTooLarge):
        RunFolder(tmp_path).load()


@given(
    st.sampled_from(FIELDS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_in_any_field_is_taken_or_refused(tmp_path: Path, name: str, value: Any) -> None:
    folder = written(tmp_path, {**RECORD_OF_OURS, name: value})
    try:
        record = folder.load()
    except InputError:
        return
    assert isinstance(record.id, str)
    assert all(isinstance(step["output"], str) for step in record.steps)
