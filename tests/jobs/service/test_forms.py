"""A form that was not sent: its person's only, its picture as one whole file, gone when it is cleared or old."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Settings
from core.errors import StorageError
from jobs.database.tables import ChoreRow, FormRow
from jobs.model.people import Person
from jobs.service.forms import Form, FormService, tidy_forms
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.jobs.load.workers import service_at, settings_of

ANN, BOB, ROOT = Person(name="ann"), Person(name="../bob"), Person(name="root", is_admin=True)
PICTURE, OTHER = b"a picture", b"another picture"


@dataclass
class Kept:
    settings: Settings
    service: JobService
    store: Store

    def of(self, person: Person) -> FormService:
        return self.service.of(person).forms

    @property
    def files(self) -> list[Path]:
        return [path for path in (self.settings.output_dir / "forms").rglob("*") if path.is_file()]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    settings = settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})
    with service_at(settings) as (service, store):
        yield Kept(settings, service, store)


def test_it_is_its_persons_only(kept: Kept) -> None:
    kept.of(ANN).keep({"text": "A cat."}, PICTURE)
    kept.of(BOB).keep({"text": "A dog."}, OTHER)
    assert kept.of(ANN).kept() == Form({"text": "A cat."}, PICTURE)
    assert kept.of(BOB).kept() == Form({"text": "A dog."}, OTHER)
    assert kept.of(ROOT).kept() is None
    assert all(path.parent.parent == kept.settings.output_dir / "forms" for path in kept.files)
    kept.of(ANN).clear()
    assert kept.of(ANN).kept() is None
    assert kept.of(BOB).kept() == Form({"text": "A dog."}, OTHER)


def test_a_picture_is_written_once_and_replaced_whole(kept: Kept) -> None:
    ann = kept.of(ANN)
    ann.keep({"text": "A"}, PICTURE)
    [first] = kept.files
    ann.keep({"text": "A cat."}, PICTURE)
    assert kept.files == [first]
    ann.keep({"text": "A cat."}, OTHER)
    [second] = kept.files
    assert second != first
    assert second.read_bytes() == OTHER
    ann.keep({"text": "A cat."}, None)
    assert kept.files == []
    assert ann.kept() == Form({"text": "A cat."})


def test_two_tabs_in_turn_keep_what_the_last_one_has(kept: Kept) -> None:
    first, second = kept.of(ANN), kept.of(ANN)
    for text in ("A", "A c", "A cat."):
        first.keep({"text": text}, PICTURE)
        second.keep({"text": f"{text} too"}, OTHER)
    assert first.kept() == Form({"text": "A cat. too"}, OTHER)
    assert len(kept.files) == 1


def test_a_picture_whose_file_is_gone_is_said_and_written_anew(kept: Kept) -> None:
    ann = kept.of(ANN)
    ann.keep({"text": "A"}, PICTURE)
    kept.files[0].unlink()
    assert ann.kept() == Form({"text": "A"}, is_gone=True)
    ann.keep({"text": "A"}, PICTURE)
    assert ann.kept() == Form({"text": "A"}, PICTURE)


def test_where_a_picture_cannot_be_written_the_form_before_stays(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = kept.of(ANN)
    ann.keep({"text": "A"}, PICTURE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("jobs.service.forms.atomic_write", full)
        with pytest.raises(StorageError):
            ann.keep({"text": "B"}, OTHER)
    assert ann.kept() == Form({"text": "A"}, PICTURE)


def test_a_pasted_book_is_kept_in_part(kept: Kept) -> None:
    kept.of(ANN).keep({"text": "x" * 1_000_000}, None)
    found = kept.of(ANN).kept()
    assert found
    assert len(found.fields["text"]) == 100_000


def aged(path: Path) -> None:
    os.utime(path, (1, 1))


def test_old_forms_and_stray_pictures_go_once_a_day(kept: Kept) -> None:
    kept.of(ANN).keep({"text": "A"}, PICTURE)
    kept.of(BOB).keep({"text": "B"}, OTHER)
    bobs = next(path for path in kept.files if path.read_bytes() == OTHER)
    stray, fresh = bobs.with_name("stray"), bobs.with_name(".half.part")
    stray.touch()
    fresh.touch()
    for path in kept.files:
        if path != fresh:
            aged(path)
    with kept.store.database.write() as session:
        session.get_one(FormRow, "ann").updated = datetime.now(UTC) - timedelta(days=31)
    assert tidy_forms(kept.settings, kept.store) == 1
    assert sorted(kept.files) == sorted([bobs, fresh])
    assert (kept.of(ANN).kept(), kept.of(BOB).kept()) == (None, Form({"text": "B"}, OTHER))
    assert tidy_forms(kept.settings, kept.store) is None
    with kept.store.database.write() as session:
        session.get_one(ChoreRow, "forms").begun = datetime.now(UTC) - timedelta(days=1, hours=1)
    assert tidy_forms(kept.settings, kept.store) == 0
