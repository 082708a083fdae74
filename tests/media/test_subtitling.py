"""Subtitles in the file: a track with its language, or letters in the picture, none of them cut."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from film.subtitles import Cue
from media.film_sound import Clip
from media.joining import join
from media.subtitling import _RAISED, Subtitles, lettered
from media.videos import probe
from preview.captions import subtitles
from storyboard.script import lines
from tests.media.films import film

CUES = [Cue(0.25, 0.5, ("灯塔今夜绝不能熄灭，", "gjpqy ÄÖ")), Cue(0.6, 0.9, ("Yes.",))]


def joined(folder: Path, *, burnt: bool) -> Path:
    shot = film(folder / "shot.mp4", num_frames=25, size=(320, 176), colour=(90, 90, 90))
    shown = Subtitles(cues=CUES, language="zho", burnt=burnt)
    target = folder / "film.mp4"
    join([Clip(path=shot)], target, tags={}, on_frame=lambda *_: None, subtitles=shown)
    return target


def test_a_track_says_its_language_and_its_lines_at_their_time(tmp_path: Path) -> None:
    path = joined(tmp_path, burnt=False)
    assert probe(path).num_frames == 25
    with av.open(str(path)) as container:
        (track,) = container.streams.subtitles
        assert (track.codec_context.name, track.language) == ("mov_text", "zho")
        found = [(packet.pts, packet.duration, bytes(packet)[2:].decode()) for packet in container.demux(track)]
    told = [one for one in found if one[2]]
    assert told == [(250, 250, "\n".join(CUES[0].lines)), (600, 300, "Yes.")]


def test_letters_are_in_the_picture_for_their_time_only(tmp_path: Path) -> None:
    path = joined(tmp_path, burnt=True)
    with av.open(str(path)) as container:
        assert not container.streams.subtitles
        brightest = [
            int(np.max(np.asarray(frame.to_ndarray(format="gray"), np.uint8))) for frame in container.decode(video=0)
        ]
    assert [number for number, grey in enumerate(brightest) if grey > 180] == [*range(6, 12), *range(15, 22)]


@pytest.mark.parametrize("size", [(640, 352), (352, 640), (320, 176), (1280, 720)])
def test_no_letter_is_cut(size: tuple[int, int]) -> None:
    lines = ("灯塔今夜绝不能熄灭，无论大海给", "gjpqy Whatever the sea may bring to us ÄÖÅ")
    luma, share = lettered(lines, size)
    assert luma.shape == (size[1], size[0])
    edges = np.concatenate([share[0], share[-1], share[:, 0], share[:, -1]])
    assert edges.max() == 0
    assert (luma[share > 0.99] > 200).any()


def test_over_a_preview_they_stand_above_its_captions() -> None:
    _luma, share = lettered(("末班船开走了。", "请等等我！"), (640, 352), _RAISED)
    rows = share.max(axis=1).nonzero()[0]
    caption = min(one.patch.top for one in subtitles(lines("老人说：“末班船十分钟前就开走了，姑娘。”", 8), 640, 352))
    assert int(np.max(rows)) < caption
