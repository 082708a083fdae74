"""What a service has answered before its process died is not bought a second time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jobs.store.response_cache import CachingProvider, ResponseCache, clear_responses
from providers.base import ImageRequest, TextRequest, VisionRequest
from record.folder import RunFolder
from tests.steps.fake_provider import FakeProvider

WORDS = TextRequest(task="image_prompt", system="Write.", user="A cat.")
LOOK = VisionRequest(system="Look.", user="What is there?", picture=b"png")
PICTURE = ImageRequest(prompt="A cat.", width=640, height=352)


@pytest.fixture
def service() -> FakeProvider:
    return FakeProvider(texts=["one", "two", "three"], picture=b"\x89 a picture")


def cached(folder: Path, service: FakeProvider, version: int = 1) -> CachingProvider:
    """As a process has it that has just started."""
    return CachingProvider(service, ResponseCache(RunFolder(folder), "image_prompt", version))


def test_the_same_question_is_answered_again_without_asking(tmp_path: Path, service: FakeProvider) -> None:
    before = [cached(tmp_path, service).text(WORDS), cached(tmp_path, service).vision(LOOK)]
    image = cached(tmp_path, service).image(PICTURE)
    assert [cached(tmp_path, service).text(WORDS), cached(tmp_path, service).vision(LOOK)] == before
    assert cached(tmp_path, service).image(PICTURE) == image
    assert (len(service.asked), len(service.looked), len(service.drawn)) == (1, 1, 1)


def test_another_question_version_or_service_is_asked(tmp_path: Path, service: FakeProvider) -> None:
    cached(tmp_path, service).text(WORDS)
    cached(tmp_path, service).text(replace(WORDS, user="A dog."))
    cached(tmp_path, service, version=2).text(WORDS)
    assert len(service.asked) == 3
    other = FakeProvider(texts=["other"], name="other")
    assert cached(tmp_path, other).text(WORDS).text == "other"


def test_what_is_half_written_or_cleared_is_asked_anew(tmp_path: Path, service: FakeProvider) -> None:
    cached(tmp_path, service).text(WORDS)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:10])
    assert cached(tmp_path, service).text(WORDS).text == "two"
    clear_responses(RunFolder(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert cached(tmp_path, service).text(WORDS).text == "three"


def test_a_disk_that_takes_nothing_stops_no_step(tmp_path: Path, service: FakeProvider) -> None:
    assert cached(tmp_path / "not there", service).text(WORDS).text == "one"
