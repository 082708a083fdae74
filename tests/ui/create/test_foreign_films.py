"""A film that is not ours, dropped where pictures or runs belong: its last frame can be the first one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.media.foreign_films import foreign
from tests.ui.still_app import button, drawn, page, words

pytestmark = pytest.mark.usefixtures("app_context")


def test_on_the_field_for_pictures(tmp_path: Path) -> None:
    test = page("create/create.py")
    test.file_uploader(key="create-upload").upload("clip.mp4", foreign(tmp_path, turned=90), "video/mp4")
    drawn(test)
    taken = Image.open(io.BytesIO(test.session_state["create-picture"]))
    assert taken.size == (240, 320)
    assert test.session_state["create-orientation"] == "portrait"
    assert not test.error


def test_on_the_field_for_runs(tmp_path: Path) -> None:
    test = page("create/create.py")
    test.file_uploader(key="restore-files-0").set_value([("clip.mov", foreign(tmp_path), "video/quicktime")])
    drawn(test)
    assert "it contains no run" in words(test)
    button(test, "restore-last-frame")
    assert Image.open(io.BytesIO(test.session_state["create-picture"])).size == (320, 240)
    assert test.session_state["create-orientation"] == "landscape"


def test_one_without_pictures_is_said(tmp_path: Path) -> None:
    from tests.hostile.odd_videos import sound_only

    test = page("create/create.py")
    test.file_uploader(key="create-upload").upload("song.mp4", sound_only(), "video/mp4")
    assert "No first frame can be taken from the video song.mp4: it has no moving pictures." in words(drawn(test))
    assert test.session_state["create-picture"] is None if "create-picture" in test.session_state else True


def test_no_field_offers_more_than_the_server_takes() -> None:
    import streamlit as st

    most = st.get_option("server.maxUploadSize") * 2**20
    fields = page("create/create.py").file_uploader
    assert fields
    assert all(0 < one.proto.max_upload_size_mb * 2**20 <= most for one in fields)
