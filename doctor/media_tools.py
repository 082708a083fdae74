"""What pictures and videos need: codecs and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from core.messages import gettext_noop
from doctor.finding import Finding, broken, ok, warning

# SGLang's videos are read with the first three; with the others the preview engine writes its own.
_READ, _WRITTEN = ("h264", "aac", "png"), ("libx264", "aac")


def codecs() -> Finding:
    """Whether PyAV has the codecs."""
    unreadable = [name for name in _READ if not _has(name, "r")]
    unwritable = [name for name in _WRITTEN if not _has(name, "w")]
    if unreadable:
        words = gettext_noop("PyAV cannot read {names}, so no video can be checked.")
        return broken("codecs", words, _INSTALL, names=", ".join(unreadable))
    if unwritable:
        words = gettext_noop("PyAV cannot write {names}, so there is no preview engine.")
        return warning("codecs", words, _INSTALL, names=", ".join(unwritable))
    return ok("codecs", gettext_noop("Videos can be read and written: {names}"), names="H.264, AAC, PNG")


_INSTALL = gettext_noop("Install PyAV as it comes from PyPI, which has them: pip install --force-reinstall av")


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
    from storyboard.lettering import CHINESE, unusable_parts

    missing = unusable_parts(folder)
    advice = gettext_noop("Fetch the folder fonts/ again with the program.")
    if CHINESE in missing:
        return broken("fonts", gettext_noop("The font with Chinese characters cannot be used."), advice)
    if missing:
        return warning("fonts", gettext_noop("Fonts cannot be used: {names}."), advice, names=", ".join(missing))
    return ok("fonts", gettext_noop("The fonts are there, Chinese included."))
