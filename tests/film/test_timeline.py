"""Timelines read back by OpenTimelineIO: every clip, its in and out, and the length, to the frame."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from film.timeline import (
    ADAPTERS,
    PlacedShot,
    Score,
    Take,
    TimelineKind,
    length_of,
    picture_edits,
    sound_edits,
    timeline,
)

otio = pytest.importorskip("opentimelineio")


def shot(number: int, frames: int = 25, *, others: int = 0, **how: Any) -> PlacedShot:
    more = tuple(Take(f"media/takes/{number}-{one}.mp4", frames, True) for one in range(others))
    take = Take(f"media/{number}.mp4", frames, has_sound=how.pop("has_sound", True))
    return PlacedShot(name=f"{number} · s{number}", take=take, others=more, **how)


FILM = [
    shot(1, 49, end=6),
    shot(2, 49, start=6, end=3, others=2, l_cut=4),
    shot(3, 25, overlap=1),
    shot(4, 49, start=2, overlap=7, blends=True, others=1),
    shot(5, 25, start=5, j_cut=5, has_sound=False),
]
LENGTH = 43 + 40 + 24 + 40 + 20


def read(kind: TimelineKind, text: str) -> Any:
    options = {"rate": 24.0} if kind == "edl" else {}
    found = otio.adapters.read_from_string(text, ADAPTERS[kind], **options)
    if isinstance(found, otio.schema.SerializableCollection):
        found = found.find_children(otio.schema.Timeline)[0]
    return found


def tracks(kind: TimelineKind, text: str) -> dict[str, list[Any]]:
    """The clips of the film's pictures and sound."""
    whole = read(kind, text)
    of_kind = [[t for t in whole.tracks if t.kind == one] for one in ("Video", "Audio")]
    return {name: list(found[0].find_clips()) for name, found in zip(("Video", "Audio"), of_kind, strict=True) if found}


def in_and_out(clips: list[Any]) -> list[tuple[str, int, int]]:
    found = []
    for clip in clips:
        begin, length = clip.source_range.start_time, clip.source_range.duration
        assert (begin.rate, length.rate) == (24, 24)
        found.append((clip.media_reference.target_url, int(begin.value), int(length.value)))
    return found


@pytest.mark.parametrize("kind", ["otio", "fcpxml", "fcp7xml"])
def test_clips_in_out_and_length_are_the_films(kind: TimelineKind) -> None:
    text = timeline(kind, "灯塔 & <The Lamp>\x01", FILM, (640, 352), Score("media/music.mp3", 100, loops=True))
    assert length_of(FILM) == LENGTH
    found = tracks(kind, text)
    assert in_and_out(found["Video"]) == [(e.shot.take.path, e.source, e.frames) for e in picture_edits(FILM)]
    assert sum(clip.source_range.duration.value for clip in found["Video"]) == LENGTH
    heard = [(e.shot.take.path, e.source, e.frames) for e in sound_edits(FILM) if e.shot.take.has_sound]
    assert in_and_out(found["Audio"]) == heard
    marked = [marker.name for clip in found["Video"] for marker in clip.markers]
    assert marked == [one.name for one in FILM]
    assert read(kind, text).duration().rescaled_to(24).value == LENGTH


def test_an_edl_has_the_film_with_its_cuts() -> None:
    cuts = [shot(1, 49, end=6), shot(2, 49, start=6, end=3), shot(3, 25, overlap=1)]
    text = timeline("edl", "The Lamp", cuts, (640, 352))
    assert in_and_out(tracks("edl", text)["Video"]) == [
        (e.shot.take.path, e.source, e.frames) for e in picture_edits(cuts)
    ]
    assert in_and_out(tracks("edl", text)["Audio"]) == in_and_out(tracks("edl", text)["Video"])
    assert text.count(" B     C ") == 3
    dissolving = timeline("edl", "The Lamp", FILM, (640, 352))
    clips = tracks("edl", dissolving)["Video"]
    heard = [(e.shot.take.path, e.source, e.frames) for e in sound_edits(FILM) if e.shot.take.has_sound]
    assert in_and_out(tracks("edl", dissolving)["Audio"]) == heard
    assert re.findall(r"LOC: (\S+)", dissolving) == [f"00:00:0{at}" for at in ("0:00", "1:19", "3:11", "4:04", "6:03")]
    assert len(clips) == len(FILM)
    assert sum(clip.source_range.duration.value for clip in clips) == LENGTH


def test_other_takes_are_disabled_and_trims_are_handles() -> None:
    whole = read("otio", timeline("otio", "The Lamp", FILM, (640, 352)))
    clips = list(whole.find_clips())
    off = [clip for clip in clips if not clip.enabled]
    assert sorted(clip.media_reference.target_url for clip in off) == [
        "media/takes/2-0.mp4",
        "media/takes/2-1.mp4",
        "media/takes/4-0.mp4",
    ]
    for clip in off:
        chosen = next(one for one in clips if one.name == clip.name.partition(" · other")[0])
        assert clip.range_in_parent().start_time == chosen.range_in_parent().start_time
    first = next(clip for clip in clips if clip.enabled)
    assert first.available_range().duration.value - first.source_range.duration.value == 6
    xml = ElementTree.fromstring(timeline("fcp7xml", "x", FILM, (640, 352)))  # noqa: S314
    assert [one.text for one in xml.iter("enabled")] == ["FALSE"] * 3
    xml = ElementTree.fromstring(timeline("fcpxml", "x", FILM, (640, 352)))  # noqa: S314
    assert [one.get("enabled") for one in xml.iter("clip")].count("0") == 3


def test_dissolves_lie_around_the_cut() -> None:
    whole = read("otio", timeline("otio", "The Lamp", FILM, (640, 352)))
    (dissolve,) = whole.find_children(otio.schema.Transition)
    assert (dissolve.in_offset.value, dissolve.out_offset.value) == (3, 4)


@pytest.mark.parametrize("count", [1, 101])
@pytest.mark.parametrize("kind", ["otio", "fcpxml", "fcp7xml", "edl"])
def test_one_shot_and_a_hundred(kind: TimelineKind, count: int) -> None:
    shots = [shot(number, 17) for number in range(1, count + 1)]
    assert len(tracks(kind, timeline(kind, "x", shots, (640, 352)))["Video"]) == count


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_edits_fill_the_film_and_stay_inside_their_takes(data: st.DataObject) -> None:
    shots = [shot(1, 30)]
    for number in range(2, data.draw(st.integers(2, 6))):
        start, end = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
        overlap = data.draw(st.integers(0, 9))
        blends = overlap > 1 or (overlap == 1 and data.draw(st.booleans()))
        j_cut = data.draw(st.integers(0, start)) if not overlap else 0
        l_cut = data.draw(st.integers(0, shots[-1].end)) if not overlap and not j_cut else 0
        shots.append(shot(number, 30, start=start, end=end, overlap=overlap, blends=blends, j_cut=j_cut, l_cut=l_cut))
    for edits in (picture_edits(shots), sound_edits(shots)):
        assert sum(edit.frames for edit in edits) == length_of(shots)
        for edit in edits:
            before, after = edit.dissolve
            assert edit.frames > 0
            assert edit.source - before >= 0
            assert edit.source + edit.frames <= edit.shot.take.frames
            assert after <= 30
