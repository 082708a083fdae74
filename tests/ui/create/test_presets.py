"""Presets: what is taken, what is refused and why, and that a file goes out and in unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadPreset
from jobs.storage.base import LocalStorage
from ui.create.presets import MAX_BYTES, Preset, PresetSettings, remove, store, stored, take_over

GOOD: dict[str, Any] = {
    "mode": "full",
    "model": "mova-360p",
    "orientation": "portrait",
    "num_frames": 97,
    "fps": 24,
    "num_inference_steps": 25,
    "guidance_scale": 4.5,
    "seed": 0,
    "negative_prompt": "",
    "captions": False,
}


def document(**changes: Any) -> dict[str, Any]:
    return {"schema": "mova-preset", "version": 1, "name": "Quick", "settings": GOOD, **changes}


def read(found: object) -> Preset:
    return Preset.read(json.dumps(found).encode())


@given(
    name=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60).filter(str.strip),
    frames=st.integers(1, 120).map(lambda k: 4 * k + 1),
    seed=st.integers(0, 2**63 - 1),
    guidance=st.floats(0, 20),
    negative=st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
def test_out_and_in_again_is_the_same(name: str, frames: int, seed: int, guidance: float, negative: str) -> None:
    values = {**GOOD, "num_frames": frames, "seed": seed, "guidance_scale": guidance, "negative_prompt": negative}
    preset = Preset.named(name, PresetSettings.model_validate(values))
    assert Preset.read(preset.as_json().encode()) == preset


def test_the_file_says_what_it_is_and_holds_nothing_else() -> None:
    written = json.loads(read(document()).as_json())
    assert written == document()


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([], '"schema"'),
        ({"name": "x"}, '"schema"'),
        (document(schema="other"), '"schema"'),
        (document(version=2), '"version"'),
        (document(version="1"), '"version"'),
        (document(version=True), "version"),
        (document(name=""), "name"),
        (document(name="x" * 61), "name"),
        (document(name="two\nlines"), "name"),
        (document(output_dir="/tmp"), "output_dir"),  # noqa: S108
        (document(settings={**GOOD, "gemini_api_key": "secret"}), "gemini_api_key"),
        (document(settings={**GOOD, "num_frames": 98}), "4k+1"),
        (document(settings={**GOOD, "num_frames": "97"}), "num_frames"),
        (document(settings={**GOOD, "num_frames": 10**400}), "num_frames"),
        (document(settings={**GOOD, "fps": 0}), "fps"),
        (document(settings={**GOOD, "seed": -1}), "seed"),
        (document(settings={**GOOD, "guidance_scale": float("nan")}), "guidance_scale"),
        (document(settings={**GOOD, "model": "mova-4k"}), "mova-360p, mova-720p"),
        (document(settings={**GOOD, "orientation": "square"}), "landscape, portrait"),
        (document(settings={name: value for name, value in GOOD.items() if name != "fps"}), "fps"),
    ],
)
def test_anything_else_is_refused_with_its_reason(found: object, reason: str) -> None:
    with pytest.raises(BadPreset) as caught:
        read(found)
    assert reason in caught.value.message()
    assert "secret" not in caught.value.message()


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b" " * (MAX_BYTES + 1)])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadPreset):
        Preset.read(data)


def test_presets_are_kept_by_owner_and_name(tmp_path: Path) -> None:
    settings = PresetSettings.model_validate(GOOD)
    names = ["b", "A", "../../etc/passwd", "快"]
    for name in names:
        store(LocalStorage(tmp_path), "ann", Preset.named(name, settings))
    store(LocalStorage(tmp_path), "../bob", Preset.named("b", settings))
    assert [one.name for one in stored(LocalStorage(tmp_path), "ann")] == ["../../etc/passwd", "A", "b", "快"]
    assert {path.parent.parent for path in tmp_path.glob("**/*.json")} == {tmp_path / "presets"}
    remove(LocalStorage(tmp_path), "ann", "A")
    remove(LocalStorage(tmp_path), "ann", "A")
    assert len(stored(LocalStorage(tmp_path), "ann")) == 3
    assert [one.name for one in stored(LocalStorage(tmp_path), "../bob")] == ["b"]


def test_presets_come_along_under_a_new_name_of_their_owner(tmp_path: Path) -> None:
    settings = PresetSettings.model_validate(GOOD)
    store(LocalStorage(tmp_path), "1", Preset.named("of before", settings))
    take_over(LocalStorage(tmp_path), "1", "https://login.example.org 1")
    take_over(LocalStorage(tmp_path), "1", "https://login.example.org 1")
    assert [one.name for one in stored(LocalStorage(tmp_path), "https://login.example.org 1")] == ["of before"]
    assert stored(LocalStorage(tmp_path), "1") == []
    store(LocalStorage(tmp_path), "1", Preset.named("of somebody else", settings))
    take_over(LocalStorage(tmp_path), "1", "https://login.example.org 1")
    assert [one.name for one in stored(LocalStorage(tmp_path), "https://login.example.org 1")] == ["of before"]


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    store(LocalStorage(tmp_path), "ann", read(document()))
    [path] = tmp_path.glob("presets/*/*.json")
    path.with_name("torn.json").write_text("{")
    assert [one.name for one in stored(LocalStorage(tmp_path), "ann")] == ["Quick"]
