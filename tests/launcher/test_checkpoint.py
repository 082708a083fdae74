"""Every fault of a checkpoint is said in its own words, before anything is loaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AnotherModel, CheckpointMissing, HalfDownloaded, LaunchError, NotACheckpoint
from launcher.checkpoint import COMPONENTS, WITH_WEIGHTS, read_checkpoint
from tests.launcher.made_up import checkpoint, safetensors

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n"


@pytest.fixture
def mova(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "MOVA-360p")


def fault(path: Path) -> LaunchError:
    with pytest.raises(LaunchError) as caught:
        read_checkpoint(str(path), None)
    return caught.value


@pytest.mark.parametrize("kind", ["MOVA", "MOVAPipeline"])
def test_a_whole_one(tmp_path: Path, kind: str) -> None:
    found = read_checkpoint(str(checkpoint(tmp_path / "MOVA-720p", class_name=kind)), None)
    assert (found.resolution.model, found.heads) == ("mova-720p", 4)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    problem = fault(tmp_path / "nowhere")
    assert isinstance(problem, CheckpointMissing)
    assert "nowhere" in problem.message()


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "MOVA-360p").write_text("")
    assert isinstance(fault(tmp_path / "MOVA-360p"), CheckpointMissing)


def test_a_folder_with_something_else(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("")
    assert fault(tmp_path).message() == f"{tmp_path} is not a MOVA checkpoint: it has no model_index.json."


@pytest.mark.parametrize("inner", ["MOVA-360p", "snapshots/1a2b"])
def test_a_folder_around_it(tmp_path: Path, inner: str) -> None:
    checkpoint(tmp_path / inner)
    assert f"but {tmp_path / inner} has one" in fault(tmp_path).message()


@pytest.mark.parametrize("text", ["", "{", '{"_class_name": "MO', "\xff"])
def test_an_index_that_breaks_off(mova: Path, text: str) -> None:
    (mova / "model_index.json").write_text(text, encoding="latin-1")
    assert isinstance(fault(mova), NotACheckpoint)
    assert "not JSON" in fault(mova).message()


@pytest.mark.parametrize(
    ("index", "shown"), [({"_class_name": "WanPipeline"}, "WanPipeline"), ({}, "?"), ([], "?"), ("MOVA", "?")]
)
def test_another_model(mova: Path, index: object, shown: str) -> None:
    (mova / "model_index.json").write_text(json.dumps(index))
    problem = fault(mova)
    assert isinstance(problem, AnotherModel)
    assert f"{shown} instead of MOVA" in problem.message()


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize(("harm", "words"), [("remove", "is missing"), ("empty", "is empty")])
def test_a_component_that_is_not_there(mova: Path, component: str, harm: str, words: str) -> None:
    shutil.rmtree(mova / component)
    if harm == "empty":
        (mova / component).mkdir()
        (mova / component / ".gitkeep").write_text("")
    problem = fault(mova)
    assert isinstance(problem, HalfDownloaded)
    assert f"the folder {component} {words}" in problem.message()


@pytest.mark.parametrize("component", WITH_WEIGHTS)
def test_settings_without_weights(mova: Path, component: str) -> None:
    (mova / component / "model.safetensors").unlink()
    assert f"the folder {component} has no weights" in fault(mova).message()


@pytest.mark.parametrize("file", ["model_index.json", "video_dit/model.safetensors", "tokenizer/config.json"])
def test_a_pointer_of_git_lfs(mova: Path, file: str) -> None:
    (mova / file).write_text(POINTER)
    assert f"{file} is only a pointer of Git LFS" in fault(mova).message()


def test_a_shard_that_is_missing(mova: Path) -> None:
    parts = [f"model-{n}-of-3.safetensors" for n in (1, 2, 3)]
    index = {"weight_map": {f"layer.{n}": part for n, part in enumerate(parts * 4)}}
    (mova / "video_dit" / "model.safetensors.index.json").write_text(json.dumps(index))
    (mova / "video_dit" / parts[0]).write_bytes(safetensors())
    message = fault(mova).message()
    assert "video_dit/model-2-of-3.safetensors is missing" in message
    assert "2 of 3" in message
    for part in parts:
        (mova / "video_dit" / part).write_bytes(safetensors())
    assert read_checkpoint(str(mova), None).path == mova


@pytest.mark.parametrize("text", ["{", "{}", '{"weight_map": 3}', '{"weight_map": ["a"]}'])
def test_a_list_of_shards_that_breaks_off(mova: Path, text: str) -> None:
    (mova / "text_encoder" / "model.safetensors.index.json").write_text(text)
    assert "text_encoder/model.safetensors.index.json is incomplete" in fault(mova).message()


def _unlink(file: Path) -> None:
    file.unlink()
    file.symlink_to("../../blobs/gone")


HARMS: dict[str, Callable[[Path], object]] = {
    "is empty": lambda file: file.write_bytes(b""),
    "is incomplete": lambda file: file.write_bytes(safetensors(bytes(100), promised=1000)),
    "is missing": _unlink,
}


@pytest.mark.parametrize("words", HARMS)
def test_weights_that_are_not_all_there(mova: Path, words: str) -> None:
    HARMS[words](mova / "audio_vae" / "model.safetensors")
    assert f"audio_vae/model.safetensors {words}" in fault(mova).message()


def test_weights_that_break_off_within_their_header(mova: Path) -> None:
    (mova / "video_vae" / "model.safetensors").write_bytes(safetensors()[:20])
    assert "is incomplete" in fault(mova).message()


@pytest.mark.parametrize("data", [b"12345678", bytes(8), b"\x02" + bytes(7) + b"{}", b"\x02" + bytes(7) + b"[]"])
def test_weights_with_an_odd_header_are_left_to_sglang(mova: Path, data: bytes) -> None:
    (mova / "video_vae" / "model.safetensors").write_bytes(data + bytes(100))
    if data[:1] != b"1":
        assert read_checkpoint(str(mova), None)


def test_a_folder_that_may_not_be_read(mova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert fault(mova).message().endswith("is not a MOVA checkpoint: Permission denied.")


def test_heads_come_from_the_settings_of_the_towers(tmp_path: Path) -> None:
    heads = {"video_dit": {"num_heads": 48}, "audio_dit": {"num_heads": 16}}
    assert read_checkpoint(str(checkpoint(tmp_path / "MOVA-360p", heads)), None).heads == 16
    odd = {"video_dit": {"num_heads": "many"}, "audio_dit": {"num_heads": 0}}
    assert read_checkpoint(str(checkpoint(tmp_path / "b" / "MOVA-360p", odd)), None).heads == 4
