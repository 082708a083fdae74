"""A film as a draft of JianYing (CapCut), by pyJianYingDraft: two files for the folder in which its media lie.

Every path begins with the placeholder by which such a draft names its own folder, so that it can lie anywhere. The
draft counts in microseconds; each of them here is that of a frame. A sound that is cut apart from its picture is a clip
of its own, and its picture is mute; the subtitles are texts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import LibraryMissing
from core.render_settings import TRAINED_FPS
from film.timeline import Edit, PlacedShot, Score, Take, length_of, picture_edits, sound_edits

if TYPE_CHECKING:
    from film.subtitles import Cue

CONTENT, META = "draft_content.json", "draft_meta_info.json"
OWN_FOLDER = "##_draftpath_placeholder_0E685133-18CE-45ED-8CB8-2904A212EC80_##"
_SECOND = 1_000_000
_LOW = -0.8  # where subtitles lie, from the middle of the picture, in halves of its height
_LETTERS = 6.0


def sounds_apart(shots: Sequence[PlacedShot]) -> dict[str, str]:
    """By the path of a take whose sound is cut apart from its picture, where that sound lies as a file of its own."""
    edits = zip(picture_edits(shots), sound_edits(shots), strict=True)
    return {sound.shot.take.path: _sound_path(sound.shot.take) for picture, sound in edits if _apart(picture, sound)}


def draft(
    film_id: str,
    title: str,
    shots: Sequence[PlacedShot],
    size: tuple[int, int],
    cues: Sequence[Cue] = (),
    score: Score | None = None,
    volume: float = 1.0,
) -> dict[str, bytes]:
    """The two files of a draft by their names.

    Args:
        size: of the pictures in pixels.
        volume: of the music, as a factor.

    Raises:
        LibraryMissing: pyJianYingDraft is not installed.
    """
    try:
        import pyJianYingDraft as jianying
    except ImportError:
        raise LibraryMissing(what_for=CONTENT) from None
    kind = jianying.TrackType
    script = jianying.ScriptFile(*size, TRAINED_FPS, maintrack_adsorb=True)
    names = [(kind.video, "Film"), (kind.audio, "Sound"), (kind.audio, "Music"), (kind.text, "Subtitles")]
    film, sound, music, text = script.append_tracks([jianying.TrackSpec(one, name) for one, name in names])
    at = heard_at = 0
    pictures = picture_edits(shots)
    for picture, heard, after in zip(pictures, sound_edits(shots), [*pictures[1:], None], strict=True):
        apart, dissolve = _apart(picture, heard), sum(after.dissolve) if after else 0
        script.add_segment(_picture(picture, at, size, dissolve=dissolve, mute=apart), film)
        if apart:
            script.add_segment(_sound(heard, heard_at), sound)
        at, heard_at = at + picture.frames, heard_at + heard.frames
    for segment in _music(score, length_of(shots), volume) if score is not None else ():
        script.add_segment(segment, music)
    for cue in cues:
        script.add_segment(_subtitle(cue), text)
    script.content["id"] = draft_id = str(uuid.uuid5(uuid.NAMESPACE_URL, film_id)).upper()
    return {CONTENT: script.dumps().encode(), META: _meta(draft_id, title, length_of(shots))}


def _meta(draft_id: str, title: str, frames: int) -> bytes:
    """What JianYing lists a draft by."""
    from pyJianYingDraft import assets

    meta = json.loads(Path(assets.get_asset_path("DRAFT_META_TEMPLATE")).read_text(encoding="utf-8"))
    meta |= {"draft_id": draft_id, "draft_name": title, "tm_duration": _at(frames)}
    return json.dumps(meta, ensure_ascii=False).encode()


def _apart(picture: Edit, sound: Edit) -> bool:
    """Whether a shot's sound is cut elsewhere than its picture."""
    return sound.shot.take.has_sound and (picture.source, picture.frames) != (sound.source, sound.frames)


def _at(frames: int) -> int:
    """The microsecond at which a frame begins."""
    return round(frames * _SECOND / TRAINED_FPS)


def _ranges(place: int, source: int, frames: int) -> dict[str, Any]:
    """Where a clip lies in the film and in its file, both equally long, so that it plays at its own speed."""
    from pyJianYingDraft import Timerange

    length = _at(place + frames) - _at(place)
    return {
        "target_timerange": Timerange(_at(place), length),
        "source_timerange": Timerange(_at(source), length),
    }


def _picture(edit: Edit, place: int, size: tuple[int, int], *, dissolve: int, mute: bool) -> Any:
    """A shot's clip; ``dissolve`` frames around its end are blended into the next one."""
    from pyJianYingDraft import CropSettings, TransitionType, VideoMaterial, VideoSegment

    # Its own constructor reads from the file, by a library of the system, what is known here to the frame.
    material = VideoMaterial.__new__(VideoMaterial)
    material.material_type, material.crop_settings, material.local_material_id = "video", CropSettings(), ""
    material.width, material.height = size
    _name(material, edit.shot.take)
    segment = VideoSegment(material, **_ranges(place, edit.source, edit.frames), volume=0.0 if mute else 1.0)
    if dissolve:
        segment.add_transition(TransitionType.叠化, duration=_at(dissolve))
    return segment


def _sound(edit: Edit, place: int) -> Any:
    take = edit.shot.take
    return _heard(Take(_sound_path(take), take.frames, has_sound=True), place, edit.source, edit.frames)


def _music(score: Score, length: int, volume: float) -> list[Any]:
    found, place = [], 0
    while place < length and (score.loops or place == 0):
        frames = min(score.frames, length - place)
        found.append(_heard(Take(score.path, score.frames, has_sound=True), place, 0, frames, volume))
        place += frames
    return found


def _heard(take: Take, place: int, source: int, frames: int, volume: float = 1.0) -> Any:
    from pyJianYingDraft import AudioMaterial, AudioSegment

    material = AudioMaterial.__new__(AudioMaterial)
    _name(material, take)
    return AudioSegment(material, **_ranges(place, source, frames), volume=volume)


def _name(material: Any, take: Take) -> None:
    material.material_id, material.material_name = uuid.uuid4().hex, take.path.rpartition("/")[2]
    material.path, material.duration = f"{OWN_FOLDER}/{take.path}", _at(take.frames) + 1  # never less than a clip of it


def _sound_path(take: Take) -> str:
    return f"media/sound/{Path(take.path).stem}.m4a"


def _subtitle(cue: Cue) -> Any:
    from pyJianYingDraft import ClipSettings, TextBorder, TextSegment, TextStyle, Timerange

    begins, ends = round(cue.begins * _SECOND), round(cue.ends * _SECOND)
    return TextSegment(
        "\n".join(cue.lines),
        Timerange(begins, ends - begins),
        style=TextStyle(size=_LETTERS, align=1),
        border=TextBorder(),
        clip_settings=ClipSettings(transform_y=_LOW),
    )
