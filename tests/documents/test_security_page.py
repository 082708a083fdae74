"""The numbers on the page about security are those of the code, in both languages."""

from __future__ import annotations

import re
from inspect import signature

import pytest
from streamlit import config as streamlit_config
from streamlit.web.server.starlette.starlette_server_config import AUTH_COOKIE_MAX_AGE_SECONDS

from cli import batch_manifest, import_folder
from config import Settings
from core import bounded_http, limits
from media import last_frame, opened, pictures, videos
from record import folder
from tests.conftest import REPO
from ui.server import files

MB = 2**20
ENGLISH, CHINESE = ((REPO / name).read_text("utf-8") for name in ("SECURITY.md", "SECURITY.zh-CN.md"))
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}
UPLOAD = int(streamlit_config.get_option("server.maxUploadSize"))
SIDE = signature(pictures.open_picture).parameters["min_side"].default
FRAMES = signature(videos.probe).parameters["max_frames"].default


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (f"Texts: {limits.MAX_TEXT:,} characters", f"文本：{limits.MAX_TEXT:,} 个字符"),
        (f"a negative prompt {limits.MAX_NEGATIVE_PROMPT:,}", f"负面提示词 {limits.MAX_NEGATIVE_PROMPT:,} 个"),
        (f"`MAX_IMAGE_MB` ({DEFAULTS['max_image_mb']})", f"`MAX_IMAGE_MB`（{DEFAULTS['max_image_mb']}）"),
        (
            f"`MAX_IMAGE_MEGAPIXELS` ({DEFAULTS['max_image_megapixels']})",
            f"`MAX_IMAGE_MEGAPIXELS`（{DEFAULTS['max_image_megapixels']}）",
        ),
        (f"at least {SIDE} pixels a side", f"每边至少 {SIDE} 像素"),
        (f"at most {pictures.MAX_ASPECT} times as long", f"长边最多为短边的 {pictures.MAX_ASPECT} 倍"),
        (f"Uploads: {UPLOAD} MB each", f"上传：每个 {UPLOAD} MB"),
        (f"client_max_body_size {UPLOAD}m;", f"client_max_body_size {UPLOAD}m;"),
        (
            f"`UPLOADS_SESSION_MB` ({DEFAULTS['uploads_session_mb']})",
            f"`UPLOADS_SESSION_MB`（{DEFAULTS['uploads_session_mb']}）",
        ),
        (f"`UPLOADS_MB` ({DEFAULTS['uploads_mb']:,})", f"`UPLOADS_MB`（{DEFAULTS['uploads_mb']:,}）"),
        (
            f"records of {folder._MAX_RECORD_BYTES // MB} MB, texts of {import_folder._MAX_TEXT_BYTES // MB} MB",
            f"记录 {folder._MAX_RECORD_BYTES // MB} MB，文本 {import_folder._MAX_TEXT_BYTES // MB} MB",
        ),
        (
            f"Manifests: {batch_manifest.MAX_BYTES // 10**6} MB, {batch_manifest.MAX_ROWS:,} rows",
            f"清单：{batch_manifest.MAX_BYTES // 10**6} MB、{batch_manifest.MAX_ROWS:,} 行",
        ),
        (f"decoded: {opened._MOST_TRACKS} tracks", f"{opened._MOST_TRACKS} 条轨道"),
        (f"{opened.MAX_SECONDS} seconds of a shot", f"每个镜头 {opened.MAX_SECONDS} 秒"),
        (f"sound of at most {opened._MOST_CHANNELS} channels", f"声音最多 {opened._MOST_CHANNELS} 个声道"),
        (f"{last_frame._LONGEST_FOREIGN // 3600} hours, 9.4", f"{last_frame._LONGEST_FOREIGN // 3600} 小时、940 万"),
        (
            f"may have {bounded_http.LARGEST_TEXT // MB} MB on the wire and {limits.MAX_TEXT:,} characters",
            f"在线路上最多 {bounded_http.LARGEST_TEXT // MB} MB、{limits.MAX_TEXT:,} 个",
        ),
        (f"a picture {bounded_http.LARGEST_ANSWER // MB} MB", f"图片的应答 {bounded_http.LARGEST_ANSWER // MB} MB"),
        (f"{FRAMES:,} frames and 2048x2048 pixels", f"{FRAMES:,} 帧和 2048x2048 像素"),
        (f"for {files._LIFE_SECONDS // 3600} hours", f"{files._LIFE_SECONDS // 3600} 小时有效"),
        (
            f"A login holds {AUTH_COOKIE_MAX_AGE_SECONDS // 86400} days",
            f"保持 {AUTH_COOKIE_MAX_AGE_SECONDS // 86400} 天",
        ),
    ],
)
def test_a_number_is_the_code_s(english: str, chinese: str) -> None:
    assert english in re.sub(r"\s+", " ", ENGLISH)
    assert chinese in re.sub(r"\s+", "", CHINESE) or chinese in re.sub(r"\s+", " ", CHINESE)


def test_numbers_that_are_rounded_on_the_page() -> None:
    assert opened._MOST_SAMPLES == 2_000_000  # "two million frames a track"
    assert opened._MOST_PIXELS == 2048 * 2048  # "4 megapixels a picture"
    assert round(last_frame._MOST_FOREIGN_PIXELS / 1e6, 1) == 9.4


def test_packages_are_installed_by_their_hashes() -> None:
    assert "--require-hashes -r requirements.lock" in (REPO / "launch_streamlit.sh").read_text()
