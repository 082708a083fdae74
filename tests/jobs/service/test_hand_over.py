"""A film as a ZIP for an editor: all that a timeline names is in it, by relative paths."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import pytest

from core.errors import EmptyText, FilmIncomplete, LibraryMissing
from core.translations import translator
from film.document import Film
from film.jianying import OWN_FOLDER
from film.timeline import FILES
from jobs.service.hand_over import installed, notes_on, zipped
from jobs.service.service import JobService
from jobs.store.store import Store
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import FRAMES, all_takes, take
from tests.jobs.load.workers import service_at, settings_of
from tests.media.test_music import music

otio = pytest.importorskip("opentimelineio")
SMALL = FILM.model_copy(update={"shot_frames": FRAMES, "title": "灯塔"})


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path / "outputs")})) as opened:
        yield opened


def archive_of(service: JobService, film: Film, *formats: str) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zipped(service.hand_over.files(film, formats)))))
    assert archive.testzip() is None
    return archive


def paths_of(kind: str, archive: zipfile.ZipFile) -> list[str]:
    """Every file that a timeline names."""
    if kind == "jianying":
        materials = json.loads(archive.read("draft_content.json"))["materials"]
        return [one["path"].removeprefix(f"{OWN_FOLDER}/") for one in (*materials["videos"], *materials["audios"])]
    text = archive.read(FILES[kind]).decode()  # type: ignore[index]
    if kind == "edl":
        return [one.split(": ", 1)[1].strip() for one in text.splitlines() if one.startswith("* FROM CLIP:")]
    if kind == "otio":
        whole = otio.adapters.read_from_string(text, "otio_json")
        return [clip.media_reference.target_url for clip in whole.find_clips()]
    root = ElementTree.fromstring(text)  # noqa: S314
    if kind == "fcp7xml":
        return [str(one.text) for one in root.iter("pathurl")]
    return [str(one.get("src")) for tag in ("asset", "media-rep") for one in root.iter(tag) if one.get("src")]


def test_all_of_it_is_there_and_every_path_leads_to_a_file(made: tuple[JobService, Store], tmp_path: Path) -> None:
    service, store = made
    film = SMALL.model_copy(update={"bed": service.films.sounds.add_music(music(tmp_path / "bed.wav"))})
    film = Film.model_validate(
        changed(film, {"scenes.0.shots.1.trim": {"start": 3, "end": 2}, "scenes.0.shots.1.join.j_cut": 3})
    )
    service.films.save(film)
    chosen = all_takes(service, store, film)
    film = Film.model_validate(changed(film, {"scenes.0.shots.1.take": chosen[1].id}))
    take(service, store, film, "s2")
    with archive_of(service, film, "all") as archive:
        names = set(archive.namelist())
        assert len(names) == len(archive.namelist())
        assert names == {
            *("film.json", "credits.txt", "notes.txt", "storyboard.pdf", "subtitles.srt", "subtitles.vtt"),
            *("timeline.otio", "timeline.fcpxml", "timeline.xml", "timeline.edl"),
            *("draft_content.json", "draft_meta_info.json", "media/sound/001-s1.m4a", "media/sound/002-s2.m4a"),
            *(
                "media/001-s1.mp4",
                "media/002-s2.mp4",
                "media/003-s3.mp4",
                "media/takes/002-s2-1.mp4",
                "media/music.wav",
            ),
        }
        whole = otio.adapters.read_from_string(archive.read("timeline.otio").decode(), "otio_json")
        assert whole.duration().value == film.num_frames
        assert {clip.media_reference.target_url for clip in whole.find_clips()} <= names
        assert {clip.media_reference.target_url for clip in whole.find_clips() if not clip.enabled} == {
            "media/takes/002-s2-1.mp4"
        }
        for name in names - {one for one in names if one.startswith("media/") or one.endswith(".pdf")}:
            assert str(tmp_path) not in archive.read(name).decode()
        for kind in ("otio", "fcpxml", "fcp7xml", "edl", "jianying"):
            told = paths_of(kind, archive)
            assert len(told) >= len(film.shots)
            assert set(told) <= names, kind
        with archive.open("media/sound/002-s2.m4a") as alone, av.open(alone, "r") as sound:  # as long as its picture
            assert not sound.streams.video
            assert (sound.duration or 0) / 1e6 == pytest.approx(FRAMES / 24, abs=0.05)
        assert json.loads(archive.read("film.json"))["title"] == "灯塔"
        credits_ = archive.read("credits.txt").decode()
        assert all(f'"seed": {job.render.seed}' in credits_ for job in chosen)
        assert "bed.wav" in credits_
        assert "The light must not go out." in archive.read("subtitles.srt").decode()
        assert archive.read("storyboard.pdf").startswith(b"%PDF-")
        video = service.videos.file(chosen[0].id).read_bytes()
        assert archive.read("media/001-s1.mp4") == video


def test_one_format_brings_what_it_needs_alone(made: tuple[JobService, Store]) -> None:
    service, store = made
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    with archive_of(service, SMALL, "srt") as archive:
        assert set(archive.namelist()) == {"film.json", "credits.txt", "subtitles.srt", "subtitles.vtt"}
    with archive_of(service, SMALL, "edl") as archive:
        assert set(archive.namelist()) == {
            *("film.json", "credits.txt", "timeline.edl", "notes.txt"),
            *(f"media/00{number}-s{number}.mp4" for number in (1, 2, 3)),
        }


def test_a_draft_of_jianying_has_its_media_beside_it(made: tuple[JobService, Store]) -> None:
    service, store = made
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    with archive_of(service, SMALL, "jianying") as archive:
        names = set(archive.namelist())
        assert set(paths_of("jianying", archive)) == {one for one in names if one.startswith("media/")}
        assert names - {one for one in names if one.startswith("media/")} == {
            *("film.json", "credits.txt", "notes.txt", "draft_content.json", "draft_meta_info.json")
        }
        texts = json.loads(archive.read("draft_content.json"))["materials"]["texts"]
        assert "The light must not go out." in texts[0]["content"]


@pytest.mark.parametrize("count", [1, pytest.param(101, marks=pytest.mark.long)])
def test_one_shot_and_a_hundred_in_every_format(
    made: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    service, store = made
    shots = [{"id": f"s{number}", "action": f"Shot {number}."} for number in range(1, count + 1)]
    film = Film.model_validate(changed(SMALL, {"scenes": [{"id": "a", "shots": shots}]}))
    service.films.save(film)
    one = take(service, store, film, "s1")
    all_taken = [replace(state, chosen=one) for state in service.films.shots(film)]  # by the same video
    monkeypatch.setattr(type(service.films), "shots", lambda *_: all_taken)
    with archive_of(service, film, "all") as archive:
        names = archive.namelist()
        assert len([name for name in names if name.startswith("media/")]) == count
        for kind in ("otio", "fcpxml", "fcp7xml", "edl", "jianying"):
            assert set(paths_of(kind, archive)) == {name for name in names if name.startswith("media/")}
        whole = otio.adapters.read_from_string(archive.read("timeline.otio").decode(), "otio_json")
        assert whole.duration().value == film.num_frames == count * FRAMES


def test_the_storyboard_speaks_the_language_of_its_reader(
    made: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, store = made
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    told: list[tuple[str, ...]] = []

    def board(_title: str, _rows: object, headings: tuple[str, ...]) -> bytes:
        told.append(headings)
        return b"%PDF-"

    monkeypatch.setattr("jobs.service.hand_over.storyboard_pdf", board)
    notes = []
    for language in ("en", "zh_CN"):
        files = service.hand_over.files(SMALL, ["pdf", "jianying"], translator(language))
        b"".join(zipped(files))
        notes.append(bytes(files["notes.txt"]).decode())  # type: ignore[arg-type]
    assert "unpack the ZIP" in notes[0]
    assert "解压" in notes[1]
    assert told == [("Action", "Speech", "Sound"), ("动作", "台词", "声音")]


def test_what_a_format_leaves_out_is_said() -> None:
    assert notes_on(SMALL, ["otio", "fcpxml"]) == []
    dissolving = Film.model_validate(changed(SMALL, {"scenes.0.shots.1.join": {"kind": "dissolve", "frames": 4}}))
    (note,) = notes_on(dissolving, ["fcpxml"])
    assert "the dissolves are cuts" in str(note)
    assert len(notes_on(dissolving, ["all"])) == 3
    assert "jianying" in installed()


def test_what_cannot_be_handed_over_says_why(
    made: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service, store = made
    service.films.save(SMALL)
    with pytest.raises(FilmIncomplete):
        service.hand_over.files(SMALL, ["otio"])
    all_takes(service, store, SMALL)
    empty: dict[str, Any] = {"id": "empty"}
    for act in (lambda film: service.hand_over.files(film, ["all"]), lambda film: service.assembly.clips(film)):
        with pytest.raises(EmptyText):
            act(Film.model_validate(empty))
    monkeypatch.setitem(__import__("sys").modules, "opentimelineio", None)
    with pytest.raises(LibraryMissing, match=r"timeline\.edl"):
        service.hand_over.files(SMALL, ["edl"])
