"""Pictures that cannot be used."""

from __future__ import annotations

from core.errors.given import InputError
from core.messages import gettext_noop


class PictureError(InputError):
    what = gettext_noop("The picture cannot be used.")
    advice = gettext_noop("Choose another picture.")


class NotAPicture(PictureError):
    what = gettext_noop("The file is not a picture that can be read.")
    advice = gettext_noop("Use a PNG, JPEG, HEIC, AVIF, WebP, GIF, BMP or TIFF file.")


class VideoWithoutFrame(PictureError):
    """A film of which the last frame was wanted."""

    what = gettext_noop("No first frame can be taken from the video {name}: {reason}.")
    advice = gettext_noop("Use an MP4 or MOV video that plays elsewhere, or save one of its frames as a picture.")


class PictureDamaged(PictureError):
    """Begins like a picture and breaks off."""

    what = gettext_noop("The picture is incomplete or damaged.")
    advice = gettext_noop("Save or download it again, or choose another one.")


class PictureTooSmall(PictureError):
    what = gettext_noop("The picture has {width}x{height} pixels; at least {minimum} on each side are needed.")
    advice = gettext_noop("Choose a larger picture.")


class PictureTooNarrow(PictureError):
    """A strip, of which a crop would leave nothing."""

    what = gettext_noop("The picture has {width}x{height} pixels: one side is more than {limit} times the other.")
    advice = gettext_noop("Crop it to the part that should be seen, and use that.")


class PictureTooLarge(PictureError):
    what = gettext_noop("The picture is too large: {size}; at most {limit}.")
    advice = gettext_noop("Make it smaller and try again.")
