"""A film as the timeline of an editor: OTIO, FCPXML, Final Cut 7 XML, or EDL, all by OpenTimelineIO.

Every path is relative to the timeline's own file. A clip is cut out of its whole take, so that what was trimmed is
there as a handle. A dissolve lies half on either side of a cut; in FCPXML it is that cut. The takes that were not
chosen lie above the film, disabled; an EDL has room for the film's own pictures and sound alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from core.errors import LibraryMissing
from core.render_settings import TRAINED_FPS
from description.text import collapse
from film.edl import HeardEdit, finished_edl

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TimelineKind = Literal["otio", "fcpxml", "fcp7xml", "edl"]
FILES: dict[TimelineKind, str] = {
    "otio": "timeline.otio",
    "fcpxml": "timeline.fcpxml",
    "fcp7xml": "timeline.xml",
    "edl": "timeline.edl",
}
ADAPTERS: dict[TimelineKind, str] = {
    "otio": "otio_json",
    "fcpxml": "fcpx_xml",
    "fcp7xml": "fcp_xml",
    "edl": "cmx_3600",
}


@dataclass(frozen=True)
class Take:
    """A video by its path beside the timeline, with its ``frames``."""

    path: str
    frames: int
    has_sound: bool


@dataclass(frozen=True, kw_only=True)
class PlacedShot:
    """A shot: which frames of its ``take`` the film has, and how it lies on the shot before (as ``media`` joins it)."""

    name: str
    take: Take
    others: tuple[Take, ...] = ()
    start: int = 0
    end: int = 0
    overlap: int = 0
    blends: bool = False
    j_cut: int = 0
    l_cut: int = 0

    @property
    def frames(self) -> int:
        return self.take.frames - self.start - self.end


@dataclass(frozen=True)
class Score:
    """Music under the film by its path; ``frames`` are its own length."""

    path: str
    frames: int
    loops: bool


@dataclass(frozen=True)
class Edit:
    """A clip of the timeline: so many frames of a video from ``source`` on, and those that dissolve around its cut."""

    shot: PlacedShot
    source: int
    frames: int
    dissolve: tuple[int, int] = (0, 0)


def picture_edits(shots: Sequence[PlacedShot]) -> list[Edit]:
    """The film's pictures as clips that follow each other; together they are as long as the film."""
    cuts = [begin + (shot.overlap // 2 if shot.blends else shot.overlap) for shot, begin in _begins(shots)]
    return [
        Edit(
            shot,
            shot.start + cut - begin,
            after - cut,
            (shot.overlap // 2, shot.overlap - shot.overlap // 2) if shot.blends else (0, 0),
        )
        for (shot, begin), cut, after in zip(_begins(shots), cuts, [*cuts[1:], length_of(shots)], strict=True)
    ]


def sound_edits(shots: Sequence[PlacedShot]) -> list[Edit]:
    """The same of its sound, which begins earlier at a J-cut and later at an L-cut."""
    cuts = [
        begin + (shot.overlap // 2 if shot.blends else shot.overlap) - shot.j_cut + shot.l_cut
        for shot, begin in _begins(shots)
    ]
    return [
        Edit(shot, shot.start + cut - begin, after - cut)
        for (shot, begin), cut, after in zip(_begins(shots), cuts, [*cuts[1:], length_of(shots)], strict=True)
    ]


def length_of(shots: Sequence[PlacedShot]) -> int:
    """The film's frames."""
    return max((begin + shot.frames for shot, begin in _begins(shots)), default=0)


def timeline(
    kind: TimelineKind, title: str, shots: Sequence[PlacedShot], size: tuple[int, int], score: Score | None = None
) -> str:
    """The text of a timeline's file.

    Raises:
        LibraryMissing: OpenTimelineIO is not installed.
    """
    try:
        from opentimelineio import adapters, schema
    except ImportError:
        raise LibraryMissing(what_for=FILES[kind]) from None
    whole = schema.Timeline(_plain(title) or "Film")
    whole.tracks.append(_pictures(shots))
    if kind != "edl":
        whole.tracks.extend(_other_takes(shots))
    if kind != "edl" and any(shot.take.has_sound for shot in shots):
        whole.tracks.append(_sounds(shots))
    if score is not None and kind != "edl":
        whole.tracks.append(_music(score, length_of(shots)))
    options = {"rate": float(TRAINED_FPS), "reelname_len": None} if kind == "edl" else {}
    text: str = adapters.write_to_string(whole, ADAPTERS[kind], **options)
    if kind == "edl":
        return finished_edl(text, _heard(shots))
    if kind == "fcpxml":
        return _finished_fcpxml(text, size)
    return _finished_fcp7(text, size) if kind == "fcp7xml" else text


def _heard(shots: Sequence[PlacedShot]) -> list[HeardEdit]:
    """The film's sound for an EDL. Shots that dissolve into each other all have it with their pictures, or none."""
    edits = list(zip(picture_edits(shots), sound_edits(shots), strict=True))
    apart = [
        (seen.source, seen.frames) != (edit.source, edit.frames) or not edit.shot.take.has_sound for seen, edit in edits
    ]
    group = list(accumulate(not shot.blends for shot in shots))
    alone = {number for number, one in zip(group, apart, strict=True) if one}
    begins = accumulate((edit.frames for _, edit in edits), initial=0)
    return [
        HeardEdit(edit.source, edit.frames, begin, number in alone, not edit.shot.take.has_sound)
        for (_, edit), begin, number in zip(edits, begins, group, strict=False)
    ]


# ---- tracks ----------------------------------------------------------------------------------------------------------


def _begins(shots: Sequence[PlacedShot]) -> list[tuple[PlacedShot, int]]:
    """Every shot with the frame of the film at which its first one lies."""
    found: list[tuple[PlacedShot, int]] = []
    for shot in shots:
        found.append((shot, found[-1][1] + found[-1][0].frames - shot.overlap if found else 0))
    return found


def _pictures(shots: Sequence[PlacedShot]) -> Any:
    from opentimelineio import schema

    track = schema.Track("Film", kind=schema.TrackKind.Video)
    for edit in picture_edits(shots):
        if any(edit.dissolve):
            before, after = map(_time, edit.dissolve)
            track.append(schema.Transition("Dissolve", schema.TransitionTypes.SMPTE_Dissolve, before, after))
        clip = _clip(edit.shot.name, edit.shot.take, edit.source, edit.frames)
        clip.markers.append(schema.Marker(edit.shot.name, _range(edit.source, 1), schema.MarkerColor.GREEN))
        track.append(clip)
    return track


def _sounds(shots: Sequence[PlacedShot]) -> Any:
    from opentimelineio import schema

    track = schema.Track("Sound", kind=schema.TrackKind.Audio)
    for edit in sound_edits(shots):
        heard = edit.shot.take.has_sound
        track.append(_clip(edit.shot.name, edit.shot.take, edit.source, edit.frames) if heard else _gap(edit.frames))
    return track


def _other_takes(shots: Sequence[PlacedShot]) -> Iterator[Any]:
    from opentimelineio import schema

    for number in range(max((len(shot.others) for shot in shots), default=0)):
        track = schema.Track(f"Other takes {number + 1}", kind=schema.TrackKind.Video)
        skipped = 0
        for edit in picture_edits(shots):
            others = edit.shot.others
            if number >= len(others) or others[number].frames < edit.source + edit.frames:
                skipped += edit.frames
                continue
            if skipped:
                track.append(_gap(skipped))
                skipped = 0
            clip = _clip(f"{edit.shot.name} · other take {number + 1}", others[number], edit.source, edit.frames)
            clip.enabled = False
            track.append(clip)
        if len(track):
            yield track


def _music(score: Score, length: int) -> Any:
    from opentimelineio import schema

    track, place = schema.Track("Music", kind=schema.TrackKind.Audio), 0
    while place < length and (score.loops or place == 0):
        frames = min(score.frames, length - place)
        track.append(_clip("Music", Take(score.path, score.frames, has_sound=True), 0, frames))
        place += frames
    return track


def _clip(name: str, take: Take, source: int, frames: int) -> Any:
    from opentimelineio import schema

    media = schema.ExternalReference(take.path, _range(0, take.frames))
    media.name = take.path.rpartition("/")[2]
    return schema.Clip(name, media, _range(source, frames))


def _gap(frames: int) -> Any:
    from opentimelineio import schema

    return schema.Gap(source_range=_range(0, frames))


def _time(frames: int) -> Any:
    from opentimelineio import opentime

    return opentime.RationalTime(frames, TRAINED_FPS)


def _range(start: int, frames: int) -> Any:
    from opentimelineio import opentime

    return opentime.TimeRange(_time(start), _time(frames))


# ---- what the adapters leave out -------------------------------------------------------------------------------------


def _finished_fcpxml(text: str, size: tuple[int, int]) -> str:
    """With the size of the pictures, and the other takes disabled."""
    root = ElementTree.fromstring(text)  # noqa: S314 - it was written a moment ago
    for one in root.iter("format"):
        one.attrib.pop("name", None)
        one.set("width", str(size[0]))
        one.set("height", str(size[1]))
    for one in root.iter("sequence"):
        one.set("tcStart", "0s")
        one.set("tcFormat", "NDF")
    for clip in root.iter("clip"):
        if " · other take " in clip.get("name", ""):
            clip.set("enabled", "0")
    return _xml(root, "<!DOCTYPE fcpxml>")


def _finished_fcp7(text: str, size: tuple[int, int]) -> str:
    root = ElementTree.fromstring(text)  # noqa: S314 - it was written a moment ago
    for one in root.iter("format"):
        looks = ElementTree.SubElement(one, "samplecharacteristics")
        rate = ElementTree.SubElement(looks, "rate")
        for parent, name, value in (
            (rate, "timebase", str(TRAINED_FPS)),
            (rate, "ntsc", "FALSE"),
            (looks, "width", str(size[0])),
            (looks, "height", str(size[1])),
            (looks, "pixelaspectratio", "square"),
        ):
            ElementTree.SubElement(parent, name).text = value
    for clip in root.iter("clipitem"):
        if " · other take " in (clip.findtext("name") or ""):
            ElementTree.SubElement(clip, "enabled").text = "FALSE"
    return _xml(root, "<!DOCTYPE xmeml>")


def _xml(root: Element, doctype: str) -> str:
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _plain(text: str) -> str:
    """A name without characters that XML does not have."""
    return collapse("".join(one for one in text if unicodedata.category(one)[0] != "C"))
