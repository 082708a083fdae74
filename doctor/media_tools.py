"""What pictures and videos need: codecs and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from doctor.finding import Finding, broken, ok, warning
from notes import N_

# SGLang's videos are read with the first three; with the others the preview engine writes its own.
_READ, _WRITTEN = ("h264", "aac", "png"), ("libx264", "aac")


def codecs() -> Finding:
    """Whether PyAV has the codecs."""
    unreadable = [name for name in _READ if not _has(name, "r")]
    unwritable = [name for name in _WRITTEN if not _has(name, "w")]
    if unreadable:
        words = N_("PyAV cannot read {names}, so no video can be checked.")
        return broken("codecs", words, _INSTALL, names=", ".join(unreadable))
    if unwritable:
        words = N_("PyAV cannot write {names}, so there is no preview engine.")
        return warning("codecs", words, _INSTALL, names=", ".join(unwritable))
    return ok("codecs", N_("Videos can be read and written: {names}"), names="H.264, AAC, PNG")


_INSTALL = N_("Install PyAV as it comes from PyPI, which has them: pip install --force-reinstall av")


def _has(name: str, mode: Literal["r", "w"]) -> bool:
    from av.codec import Codec
    from av.error import FFmpegError

    try:
        Codec(name, mode)
    except (FFmpegError, ValueError):
        return False
    return True


def fonts(folder: Path | None = None) -> Finding:
    """Whether the fonts for storyboards and previews are there, those with Chinese above all."""
    from media.lettering import CHINESE, unusable_parts

    missing = unusable_parts(folder)
    advice = N_("Fetch the folder fonts/ again with the program.")
    if CHINESE in missing:
        return broken("fonts", N_("The font with Chinese characters cannot be used."), advice)
    if missing:
        return warning("fonts", N_("Fonts cannot be used: {names}."), advice, names=", ".join(missing))
    return ok("fonts", N_("The fonts are there, Chinese included."))
