"""A video is what it holds, not what its name or its server says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from core.errors import FileMissing, VideoUnplayable
from core.render_settings import RenderSettings
from media.videos import check, probe

RATE = 48000


def settings(**changes: object) -> RenderSettings:
    asked = {"width": 64, "height": 48, "num_frames": 25, "fps": 24, "guidance_scale": 5.0, "num_inference_steps": 50}
    return RenderSettings(**{**asked, "seed": 7, **changes})  # type: ignore[arg-type]


def make_video(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    num_frames: int = 25,
    fps: int = 24,
    sound: float | None = 25 / 24,
    container: str = "mp4",
    movflags: str = "",
) -> Path:
    """A small film of moving grey with ``sound`` seconds of silence, None for no sound track."""
    with av.open(str(path), "w", format=container, options={"movflags": movflags} if movflags else {}) as file:
        pictures = file.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        pictures.width, pictures.height = size
        track = file.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for number in range(num_frames):
            file.mux(pictures.encode(picture_frame(size, number)))
        file.mux(pictures.encode())
        if track is not None and sound is not None:
            for start in range(0, int(sound * RATE), 1024):
                file.mux(track.encode(silence(start)))
            file.mux(track.encode())
    return path


def picture_frame(size: tuple[int, int], number: int) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes((place * 7 + number * 13) % 251 for place in range(plane.buffer_size)))
    frame.pts = number
    return frame


def silence(start: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
    return frame


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The films that several tests read."""
    folder = tmp_path_factory.mktemp("films")
    make_video(folder / "good.mp4")
    make_video(folder / "faststart.mp4", movflags="+faststart")
    make_video(folder / "mute.mp4", sound=None)
    return folder


@pytest.mark.parametrize("name", ["good.mp4", "faststart.mp4"])
def test_a_good_film(films: Path, name: str) -> None:
    facts = probe(films / name)
    assert (facts.width, facts.height, facts.num_frames, facts.fps) == (64, 48, 25, 24.0)
    assert facts.seconds == pytest.approx(25 / 24, abs=0.001)
    assert facts.has_sound
    assert facts.sound_seconds == pytest.approx(25 / 24, abs=0.05)
    assert facts.bytes == (films / name).stat().st_size


def test_a_good_film_is_what_was_asked_for(films: Path) -> None:
    facts, notes = check(films / "good.mp4", settings())
    assert facts == probe(films / "good.mp4")
    assert notes == []


def test_a_single_frame(tmp_path: Path) -> None:
    facts = probe(make_video(tmp_path / "a.mp4", num_frames=1, sound=None))
    assert (facts.num_frames, facts.fps) == (1, 24.0)


def words(path: Path, asked: RenderSettings) -> list[str]:
    return [str(found) for found in check(path, asked)[1]]


def test_no_sound(films: Path) -> None:
    facts = probe(films / "mute.mp4")
    assert (facts.has_sound, facts.sound_seconds) == (False, None)
    assert words(films / "mute.mp4", settings()) == ["The video has no sound."]


def test_a_sound_track_without_sound(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", sound=0.0)
    assert words(path, settings()) == ["The video has no sound."]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"width": 80}, ["The video is 64x48; 80x48 was asked for."]),
        ({"height": 64}, ["The video is 64x48; 64x64 was asked for."]),
        ({"num_frames": 29}, ["The video has 25 frames; 29 were asked for."]),
        (
            {"num_frames": 193},
            ["The video has 25 frames; 193 were asked for.", "The video lasts 1.04 s; 8.04 s were asked for."],
        ),
        ({"fps": 25}, ["The video runs at 24.0 frames a second; 25 were asked for."]),
        (
            {"fps": 12},
            [
                "The video runs at 24.0 frames a second; 12 were asked for.",
                "The video lasts 1.04 s; 2.08 s were asked for.",
            ],
        ),
    ],
)
def test_every_deviation_is_said(films: Path, changes: dict[str, object], said: list[str]) -> None:
    assert words(films / "good.mp4", settings(**changes)) == said


@pytest.mark.parametrize(("sound", "said"), [(0.7, True), (0.9, False), (1.2, False), (1.5, True)])
def test_sound_of_another_length(tmp_path: Path, sound: float, said: bool) -> None:
    found = words(make_video(tmp_path / "a.mp4", sound=sound), settings())
    assert bool(found) == said
    assert all(line.startswith("The sound lasts") and line.endswith("the pictures 1.04 s.") for line in found)


# ---- what cannot be played ------------------------------------------------------------------------------


def reason(path: Path, max_frames: int = 2000) -> str:
    with pytest.raises(VideoUnplayable) as caught:
        probe(path, max_frames=max_frames)
    assert str(path.parent) not in str(caught.value)
    return str(caught.value).removeprefix("What the server sent is not a playable video: ").removesuffix(".")


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.96, 0.98, 0.99])
@pytest.mark.parametrize("name", ["good.mp4", "faststart.mp4", "mute.mp4"])
def test_cut_short(films: Path, tmp_path: Path, name: str, share: float) -> None:
    whole = (films / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: int(len(whole) * share)])
    assert reason(path) == "it is incomplete"


@pytest.mark.parametrize("name", ["good.mp4", "faststart.mp4"])
def test_cut_by_one_byte(films: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((films / name).read_bytes()[:-1])
    assert reason(path) == "it is incomplete"


def test_a_film_whose_length_is_written_in_64_bits(films: Path, tmp_path: Path) -> None:
    film = (films / "faststart.mp4").read_bytes()
    start = film.index(b"free") - 4  # FFmpeg keeps eight bytes free for exactly this
    assert film[start + 8 : start + 16][4:] == b"mdat"
    length = int.from_bytes(film[start + 8 : start + 12]) + 8
    path = tmp_path / "a.mp4"
    path.write_bytes(film[:start] + b"\0\0\0\1mdat" + length.to_bytes(8) + film[start + 16 :])
    assert probe(path) == probe(films / "faststart.mp4")
    path.write_bytes(path.read_bytes()[:-1])
    assert reason(path) == "it is incomplete"


def test_frames_missing_inside_whole_boxes(films: Path, tmp_path: Path) -> None:
    film = (films / "faststart.mp4").read_bytes()
    start = film.index(b"mdat") - 4
    path = tmp_path / "a.mp4"
    path.write_bytes(film[:start] + b"\0\0\x10\0" + film[start + 4 : start + 4096])
    assert reason(path) in ("it is incomplete", "it is incomplete or damaged")


def test_a_gap_in_the_middle(films: Path, tmp_path: Path) -> None:
    film = bytearray((films / "faststart.mp4").read_bytes())
    middle = film.index(b"mdat") + 8000
    film[middle : middle + 600] = bytes(600)
    path = tmp_path / "a.mp4"
    path.write_bytes(film)
    assert reason(path) in ("some of its frames are damaged", "it is incomplete or damaged")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"\0", "it is not an MP4 file"),
        (b"<html><body>502 Bad Gateway</body></html>", "it is not an MP4 file"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n", "it is not an MP4 file"),
        (b"ffconcat version 1.0\nfile good.mp4\n", "it is not an MP4 file"),
    ],
)
def test_not_a_video(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert reason(path) == said


def test_only_the_mp4_reader_is_used(tmp_path: Path) -> None:
    assert reason(make_video(tmp_path / "a.mp4", container="matroska")) == "it is not an MP4 file"


@pytest.mark.parametrize("with_cover", [False, True])
def test_sound_alone_even_with_a_cover_picture(tmp_path: Path, with_cover: bool) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", format="mp4") as file:
        track = file.add_stream("aac", rate=RATE, layout="mono")
        cover = cover_track(file) if with_cover else None
        if cover:
            file.mux(cover.encode(av.VideoFrame(320, 200, "rgb24")))
        file.mux(track.encode(silence(0)))
        file.mux(track.encode())
    assert reason(path) == "it has no moving pictures"


def cover_track(file: av.container.OutputContainer) -> av.VideoStream:
    cover = file.add_stream("png", rate=1)
    cover.width, cover.height, cover.pix_fmt = 320, 200, "rgb24"
    cover.disposition = av.stream.Disposition.attached_pic
    return cover


def test_a_cover_picture_is_not_the_film(films: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(films / "mute.mp4")) as source, av.open(str(path), "w", format="mp4") as file:
        cover = cover_track(file)
        film = file.add_stream_from_template(source.streams.video[0])
        file.mux(cover.encode(av.VideoFrame(320, 200, "rgb24")))
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = film
                file.mux(packet)
    facts = probe(path)
    assert (facts.width, facts.height, facts.num_frames) == (64, 48, 25)


def test_too_many_frames(films: Path) -> None:
    assert reason(films / "good.mp4", max_frames=24) == "it has more than 24 frames"
    assert probe(films / "good.mp4", max_frames=25).num_frames == 25


@pytest.mark.parametrize("name", ["nothing.mp4", "."])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileMissing):
        probe(tmp_path / name)
