"""A film's takes are joined to one loudness, with a person's music under them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import BadMusic, DiskQuota, FileMissing
from film.document import Film
from film.subtitles import Cue
from jobs.model.people import Person
from jobs.service.service import JobService
from jobs.store.store import Store
from media.loudness import level_of
from tests.film.samples import FILM, changed
from tests.jobs.film_takes import FRAMES, all_takes, take
from tests.jobs.load.workers import service_at, settings_of
from tests.media.films import film, sound_of, tone
from tests.media.test_music import music

SMALL = FILM.model_copy(update={"shot_frames": FRAMES})


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[JobService, Store]]:
    with service_at(settings_of({"OUTPUT_DIR": str(tmp_path)})) as opened:
        yield opened


def test_shots_of_any_loudness_are_one_film(made: tuple[JobService, Store], tmp_path: Path) -> None:
    service, store = made
    service.films.save(SMALL)
    for shot, loud in zip(SMALL.shots, (0.02, 0.1, 0.9), strict=True):
        job = take(service, store, SMALL, shot.id)
        film(service.files.folder(job.id) / "video.mp4", num_frames=FRAMES, sound=tone(480.0, loud))
    levels = service.assembly.join(SMALL, tmp_path / "film.mp4", lambda *_: None)
    assert level_of(sound_of(tmp_path / "film.mp4")[None]).loudness == pytest.approx(-16, abs=1)
    gains = [shot.gain for shot in levels.shots]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] - gains[2] > 20


def test_lines_become_a_track_of_subtitles_and_edited_ones_take_their_place(
    made: tuple[JobService, Store], tmp_path: Path
) -> None:
    service, store = made
    service.films.save(SMALL)
    all_takes(service, store, SMALL)
    service.assembly.join(SMALL, tmp_path / "film.mp4", lambda *_: None)
    assert lines_in(tmp_path / "film.mp4") == ["The light must not go out."]
    edited = [Cue(0.1, 0.6, ("Das Licht", "darf nicht ausgehen."))]
    service.assembly.join(SMALL, tmp_path / "edited.mp4", lambda *_: None, cues=edited)
    assert lines_in(tmp_path / "edited.mp4") == ["Das Licht\ndarf nicht ausgehen."]
    bare = SMALL.model_copy(update={"subtitle_mode": "none"})
    service.assembly.join(bare, tmp_path / "none.mp4", lambda *_: None, cues=edited)
    assert lines_in(tmp_path / "none.mp4") == []


@pytest.mark.parametrize(
    ("line", "language"),
    [("The light must not go out.", "eng"), ("灯塔今夜绝不能熄灭。", "zho"), ("灯塔不能熄灭，OK？", "zho")],
    ids=["English", "Chinese", "mixed"],
)
def test_the_track_says_the_language_of_the_lines(
    made: tuple[JobService, Store], tmp_path: Path, line: str, language: str
) -> None:
    service, store = made
    told = Film.model_validate(changed(SMALL, {"scenes.0.shots.0.utterances.0.text": line}))
    service.films.save(told)
    all_takes(service, store, told)
    service.assembly.join(told, tmp_path / "film.mp4", lambda *_: None)
    assert "".join(lines_in(tmp_path / "film.mp4")).replace("\n", " ").replace(" ", "") == line.replace(" ", "")
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert [track.language for track in container.streams.subtitles] == [language]


def lines_in(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        tracks = container.streams.subtitles
        told = [bytes(packet)[2:].decode() for track in tracks for packet in container.demux(track)]
    return [one for one in told if one]


@pytest.mark.parametrize("model", [True, False], ids=["with the model", "without"])
def test_where_somebody_speaks_is_taken_from_the_report_else_from_the_sound(
    made: tuple[JobService, Store], monkeypatch: pytest.MonkeyPatch, model: bool
) -> None:
    service, store = made
    service.films.save(SMALL)
    one = all_takes(service, store, SMALL)[0]
    monkeypatch.setattr("listening.voice_activity.is_installed", lambda: model)
    monkeypatch.setattr("listening.voice_activity.speech_in", lambda _sound: [(0.1, 0.3)])
    monkeypatch.setattr("media.speech.speech_in", lambda _path: [(0.2, 0.4)])
    assert service.assembly.heard(SMALL) == {"s1": [(0.1, 0.3) if model else (0.2, 0.4)]}
    monkeypatch.setattr("listening.voice_activity.speech_in", lambda _sound: [])
    assert service.assembly.heard(SMALL) == {"s1": [(0.2, 0.4)]}
    store.jobs.update(one.id, report={"speech": [[0.3, 0.6]]})
    assert service.assembly.heard(SMALL) == {"s1": [(0.3, 0.6)]}


def test_music_for_which_there_is_no_room_is_not_kept(tmp_path: Path) -> None:
    variables = {"OUTPUT_DIR": str(tmp_path / "outputs"), "QUOTA_DISK_MB": "1"}
    bed, small = music(tmp_path / "long.wav", seconds=15), music(tmp_path / "small.wav")
    with service_at(settings_of(variables)) as (service, _store):
        service = service.of(Person(name="mara"))
        with pytest.raises(DiskQuota):
            service.films.sounds.add_music(bed)
        with pytest.raises(DiskQuota):
            service.films.sounds.upload_music("long.wav", bed.read_bytes())
        assert service.films.sounds.upload_music("small.wav", small.read_bytes()).name == "small.wav"


def test_music_is_kept_by_its_digest_and_lies_under_the_film(made: tuple[JobService, Store], tmp_path: Path) -> None:
    service, store = made
    (tmp_path / "words.mp3").write_text("no music")
    with pytest.raises(BadMusic):
        service.films.sounds.add_music(tmp_path / "words.mp3")
    bed = service.films.sounds.add_music(music(tmp_path / "my bed.wav"))
    scored = SMALL.model_copy(update={"bed": bed})
    assert Film.model_validate(changed(scored, {})) == scored
    assert bed.name == "my bed.wav"
    service.films.save(scored)
    all_takes(service, store, scored)
    service.assembly.join(SMALL, tmp_path / "without.mp4", lambda *_: None)
    service.assembly.join(scored, tmp_path / "with.mp4", lambda *_: None)
    without, with_music = (sound_of(tmp_path / f"{name}.mp4") for name in ("without", "with"))
    assert len(without) == len(with_music)
    assert np.abs(with_music - without).max() > 0.02
    for kept in (tmp_path / "films").glob(f"*/{bed.sound}"):
        kept.unlink()
    with pytest.raises(FileMissing, match=r"my bed\.wav"):
        service.films.sounds.plan(scored)
