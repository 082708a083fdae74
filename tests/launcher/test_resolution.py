"""360p or 720p: what tells, in which order, and what is asked for where nothing does."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from core.errors import FolderUnusable, ResolutionUnclear, ResolutionUnknown
from launcher.links import Link, link_for
from launcher.resolution import recognised_as, resolution_of
from tests.launcher.made_up import checkpoint


def model_of(path: Path, told: str | None = None) -> str:
    return resolution_of(path, told).model


@pytest.mark.parametrize("name", ["MOVA-720p", "mova-720p-hf", "my_MOVA_720P_v2", "720p", "A14B-720p-wsd-105000"])
def test_its_own_name(tmp_path: Path, name: str) -> None:
    assert model_of(checkpoint(tmp_path / "models-360p" / name)) == "mova-720p"


@pytest.mark.parametrize("name", ["weights", "MOVA", "mova-1360p", "mova-360px-720p", "MOVA-360p-and-720p"])
def test_a_name_that_does_not_tell(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResolutionUnknown) as caught:
        model_of(checkpoint(tmp_path / name))
    assert "--model mova-360p" in caught.value.next_step()


def test_the_name_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(checkpoint(tmp_path / "MOVA-720p"))
    assert model_of(tmp_path / "current") == "mova-720p"


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        ({"video_dit": {"sample_height": 352, "sample_width": 640}}, "mova-360p"),
        ({"video_vae": {"sample": {"height": 720, "width": 1280}}}, "mova-720p"),
        ({"scheduler": {"max_area": 921600}}, "mova-720p"),
        ({"video_dit": {"_name_or_path": "OpenMOSS-Team/MOVA-360p"}}, "mova-360p"),
        ({"video_dit": {"resolution": "720p"}, "audio_dit": {"resolution": 720}}, "mova-720p"),
    ],
)
def test_the_settings_inside(tmp_path: Path, settings: dict[str, dict[str, Any]], model: str) -> None:
    path = checkpoint(tmp_path / "weights", settings)
    assert model_of(path) == model
    assert "config.json" in resolution_of(path, None).reason.text()


def test_the_index_inside(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "weights")
    index = json.loads((path / "model_index.json").read_text())
    (path / "model_index.json").write_text(json.dumps({**index, "_name_or_path": "/data/MOVA-720p"}))
    assert model_of(path) == "mova-720p"


def test_the_repository_that_it_was_cloned_from(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "weights")
    (path / ".git").mkdir()
    (path / ".git" / "config").write_text('[remote "origin"]\n\turl = https://huggingface.co/OpenMOSS-Team/MOVA-360p\n')
    assert model_of(path) == "mova-360p"


@pytest.mark.parametrize("settings", [{"dim": 720}, {"num_layers": 360, "height": True}, {"height": 480}, [], "720p"])
def test_settings_that_do_not_tell(tmp_path: Path, settings: Any) -> None:
    with pytest.raises(ResolutionUnknown):
        model_of(checkpoint(tmp_path / "weights", {"video_dit": settings}))


def test_settings_that_contradict_each_other(tmp_path: Path) -> None:
    settings = {"video_dit": {"height": 352}, "video_vae": {"height": 720}}
    with pytest.raises(ResolutionUnknown):
        model_of(checkpoint(tmp_path / "weights", settings))


def test_settings_that_contradict_the_name(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "MOVA-360p", {"video_dit": {"sample_height": 720}})
    with pytest.raises(ResolutionUnclear) as caught:
        model_of(path)
    assert "video_dit/config.json" in caught.value.message()
    assert model_of(path, "mova-720p") == "mova-720p"


def test_a_folder_above_it_is_asked_last(tmp_path: Path) -> None:
    cache = tmp_path / "models--OpenMOSS-Team--MOVA-720p" / "snapshots"
    assert model_of(checkpoint(cache / "1a2b3c")) == "mova-720p"
    assert model_of(checkpoint(cache / "4d5e6f", {"video_dit": {"sample_height": 352}})) == "mova-360p"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/models/MOVA-360p", "mova-360p"),
        ("/mova/720P/x", "mova-720p"),
        ("/models/360p", None),
        ("/models/mova", None),
        ("/mova-360p/mova-720p", "mova-360p"),
    ],
)
def test_what_sglang_takes_a_path_for(path: str, model: str | None) -> None:
    assert recognised_as(path) == model


def test_a_path_that_sglang_recognises_needs_no_link(tmp_path: Path) -> None:
    assert link_for(Path("/models/MOVA-360p"), "mova-360p", tmp_path) is None


@pytest.mark.parametrize("path", ["/models/weights", "/models/MOVA-360p"])
@pytest.mark.parametrize("files", ["files", "mova-360p"])
def test_any_other_gets_one_under_a_name_that_it_does(tmp_path: Path, path: str, files: str) -> None:
    link = link_for(Path(path), "mova-720p", tmp_path / files)
    assert link
    assert recognised_as(str(link.link)) == "mova-720p"
    assert link.link.is_relative_to(tmp_path / files) == (files == "files")


def test_a_link_is_made_over_an_older_one(tmp_path: Path) -> None:
    target = checkpoint(tmp_path / "weights")
    for _ in range(2):
        link = link_for(target, "mova-360p", tmp_path / "files")
        assert link
        link.make()
        folder = link.link
    assert (folder / "model_index.json").exists()
    assert list(folder.parent.iterdir()) == [folder]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files; the folder for links usually goes below it where ours cannot hold them."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def in_temporary(tmp_path: Path) -> Link:
    link = link_for(tmp_path / "weights", "mova-720p", tmp_path / "mova-360p")
    assert link
    return link


def test_the_folder_of_a_temporary_link_is_ones_own_alone(tmp_path: Path, elsewhere: Path) -> None:
    usual = elsewhere / f"sglang-links-{os.getuid()}"
    for _ in range(2):
        in_temporary(tmp_path).make()
        assert [path.name for path in elsewhere.iterdir()] == [usual.name]
        assert stat.S_IMODE(usual.stat().st_mode) == 0o700
        usual.chmod(0o777)  # as an older version may have left it


@pytest.mark.parametrize("kind", ["somebody else's", "a link", "a file"])
def test_a_folder_that_somebody_else_has_laid_there_is_not_used(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    theirs, asking = tmp_path / "theirs", os.getuid() + (kind == "somebody else's")
    theirs.mkdir()
    usual = elsewhere / f"sglang-links-{asking}"
    {"somebody else's": usual.mkdir, "a link": lambda: usual.symlink_to(theirs), "a file": usual.touch}[kind]()
    with monkeypatch.context() as another:
        another.setattr(os, "getuid", lambda: asking)
        link = in_temporary(tmp_path)
    assert link.link.parent != usual
    assert link.link.parent.parent == elsewhere
    link.make()
    assert stat.S_IMODE(link.link.parent.stat().st_mode) == 0o700
    assert not list(theirs.iterdir())


def test_a_folder_that_was_laid_there_after_the_look_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    link = in_temporary(tmp_path)
    (tmp_path / "theirs").mkdir()
    link.link.parent.symlink_to(tmp_path / "theirs")
    with pytest.raises(FolderUnusable):
        link.make()
    assert not list((tmp_path / "theirs").iterdir())
