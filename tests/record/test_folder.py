"""Files of a run are names inside its folder, after resolving: a stranger's document or link leads nowhere else."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import config
from cli.import_folder import brought_in
from core.errors import FileMissing
from jobs.model.records import StepRecord
from jobs.model.request import JobRequest
from jobs.service.service import JobService
from jobs.store.orders import Order
from record.folder import FIRST_FRAME, RunFolder, file_inside
from record.restore import read_run
from tests.jobs.load.workers import SMALL, service_at
from tests.saved_runs import frame, full_document

Edit = Callable[[str, str], Path]


@pytest.fixture
def service() -> Iterator[JobService]:
    with service_at(config.load()) as (opened, _store):
        yield opened


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside" / "holiday.png"
    path.parent.mkdir()
    path.write_bytes(frame("red"))
    return path


@pytest.fixture
def strangers(tmp_path: Path, outside: Path) -> Path:
    """A run's folder as somebody else made it."""
    folder = tmp_path / "strangers"
    folder.mkdir()
    (folder / "job.json").write_text(json.dumps(document()))
    (folder / FIRST_FRAME).write_bytes(frame())
    (folder / outside.name).write_bytes(frame())
    return folder


def document(**of_frame: Any) -> dict[str, Any]:
    found = full_document(frame())
    return found | {
        "video": None,
        "steps": [one | (of_frame if one["step"] == "first_frame" else {}) for one in found["steps"]],
    }


def imported(service: JobService, folder: Path) -> str:
    order = Order(request=JobRequest(mode="full", text="A cat.", render=SMALL))
    return brought_in(service, order, folder, RunFolder(folder).load()).id


def test_a_run_of_names_in_its_folder_is_taken(service: JobService, strangers: Path) -> None:
    assert service.get(imported(service, strangers)).parent == "20261101-120000-abc123"


@pytest.mark.parametrize("field", ["file", "output"])
@pytest.mark.parametrize("name", ["{outside}", "../outside/holiday.png", "..", ".", "a/b.png", "C:\\\\a.png", "a\0b"])
def test_a_document_that_names_a_file_elsewhere_is_refused(
    service: JobService, strangers: Path, outside: Path, field: str, name: str
) -> None:
    name = name.format(outside=outside)
    (strangers / "job.json").write_text(json.dumps(document(**{field: name})))
    with pytest.raises(FileMissing, match="not a record of a run"):
        imported(service, strangers)
    assert service.library.page(size=9).jobs == ()


@pytest.mark.parametrize("name", [FIRST_FRAME, "image_prompt.txt", "video_description.txt", "job.json"])
def test_a_link_out_of_the_folder_is_not_followed(
    service: JobService, strangers: Path, outside: Path, name: str
) -> None:
    (strangers / name).unlink(missing_ok=True)
    (strangers / name).symlink_to(outside)
    with pytest.raises(FileMissing, match="not inside"):
        imported(service, strangers)
    assert service.library.page(size=9).jobs == ()


def test_nor_beside_a_job_json_that_is_restored(strangers: Path, outside: Path) -> None:
    outside.write_bytes(frame())  # even where its checksum is the right one
    (strangers / FIRST_FRAME).unlink()
    (strangers / FIRST_FRAME).symlink_to(outside)
    with pytest.raises(FileMissing, match="not inside"):
        read_run(strangers / "job.json", config.load())


def test_a_job_that_came_in_with_such_a_name_before_opens_nothing(service: JobService, outside: Path) -> None:
    step = StepRecord(job_id="", step="first_frame", version=1, state="done", output=str(outside), chosen=True)
    order = Order(request=JobRequest(mode="full", text="A cat.", render=SMALL))
    job = service.create(dataclasses.replace(order, steps=(step,)))
    with pytest.raises(FileMissing, match="not inside"):
        service._folders.first_frame(job, service.steps.of(job.id)[0])
    with pytest.raises(FileMissing, match="not inside"):
        service.copies.duplicate(job.id)


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "../x", "a/../../x", "a\\b", "D:x", "loop.png", "a\0"])
def test_what_is_no_name_in_a_folder_is_no_file_of_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    with pytest.raises(FileMissing):
        file_inside(tmp_path, name)
    assert file_inside(tmp_path, "快.png") == tmp_path / "快.png"
