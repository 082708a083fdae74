#!/usr/bin/env python3
"""Steps 1 and 2: from a description to the first frame, in exactly the size of the render.

prompt     description → image prompt
generate   image prompt → first frame
full       description → image prompt → first frame
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import write
from core.limits import checked_text, checked_text_with_notes
from core.messages import gettext_noop, message
from core.render_settings import Orientation
from providers.step_run import StepRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from config import Settings
    from core.references import Reference, ReferenceFile
    from core.steps import StepResult
    from providers.base import ImageAnswer, ImageRequest, Provider, ReferencesTaken, TextRequest

ORIGINAL, PROMPT = "_original.", "_prompt.txt"  # suffixes of the files next to a frame
_FREE_LENGTH = "100 to 250 words"
_LIMITED_LENGTH = "at most {} characters, spaces included: less detail, not less scene"
_SHORTEN_TO = (0.9, 0.75)  # of the limit, asked for in turn: models count characters badly


@dataclass(frozen=True, kw_only=True)
class FirstFrame:
    """``picture`` has exactly the size of the render; ``original`` is the file as the service made it.

    ``prompt`` is what was drawn: the image prompt, shortened where the service takes less.
    """

    result: StepResult
    prompt: str
    picture: Image
    original: bytes
    original_suffix: str

    @property
    def png(self) -> bytes:
        """The picture as a PNG file, written when it is asked for."""
        from media.pictures import png_bytes

        return png_bytes(self.picture)

    def save(self, output: Path) -> Path:
        """Write the frame, and the original beside it as ``<name>_original.<its kind>``, whose path is returned.

        Raises:
            StorageError.
        """
        original = output.with_name(f"{output.stem}{ORIGINAL}{self.original_suffix}")
        write(output, self.png)
        write(original, self.original)
        return original


def write_image_prompt(
    user_text: str, *, orientation: Orientation, writer: Provider, limit: int | None, names: Sequence[str] = ()
) -> StepResult:
    """Step 1: the prompt for an image model.

    Args:
        limit: the most characters that the image model takes, None where it has no limit.
        names: of people and places that the prompt has to call by their names, for there are pictures of them.

    Raises:
        EmptyText, TextTooLong, ProviderError.
    """
    run = StepRun("image_prompt")
    user_text, run.warnings = checked_text_with_notes(user_text, gettext_noop("description"))
    prompt = run.ask_plain(writer, _prompt_request(user_text, orientation, limit, names))
    return run.result(_shortened(run, writer, prompt, limit))


def _prompt_request(user_text: str, orientation: Orientation, limit: int | None, names: Sequence[str]) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    length = _LIMITED_LENGTH.format(int(limit * _SHORTEN_TO[0])) if limit else _FREE_LENGTH
    return TextRequest(
        task="image_prompt",
        system=system_prompt("image_prompt", orientation=orientation, length=length),
        user=f"{fenced('user_description', user_text)}\nFormat: {orientation}.{_named(names)}",
        facts={"user_text": user_text, "orientation": orientation},
    )


def _named(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"\nCall each of these that is seen by its name, spelled exactly like this: {'; '.join(names)}."


def _shortened(run: StepRun, writer: Provider, prompt: str, limit: int | None) -> str:
    """The prompt as it is where it fits; else as the text model shortened it, which is said. Never cut."""
    from core.errors import TextTooLong

    length = len(prompt)
    for share in _SHORTEN_TO:
        if limit is None or len(prompt) <= limit:
            break
        prompt = run.ask_plain(writer, _shorten_request(prompt, limit, int(limit * share)))
    if limit is not None and len(prompt) > limit:
        raise TextTooLong(name=gettext_noop("image prompt"), length=len(prompt), limit=limit)
    if limit is not None and length > limit:
        template = gettext_noop(
            "The image service accepts {limit} characters: the prompt was shortened from {length} to {kept}."
        )
        run.warnings.append(message(template, limit=limit, length=length, kept=len(prompt)))
    return prompt


def _shorten_request(prompt: str, limit: int, target: int) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    return TextRequest(
        task="shorten",
        system=system_prompt("shorten", limit=str(limit), target=str(target)),
        user=fenced("image_prompt", prompt),
        facts={"text": prompt, "limit": str(limit)},
    )


def make_first_frame(
    image_prompt: str,
    *,
    size: tuple[int, int],
    artist: Provider,
    writer: Provider,
    settings: Settings,
    provider_size: str | None = None,
    name: str = "first_frame.png",
    references: Sequence[ReferenceFile] = (),
) -> FirstFrame:
    """Step 2: the first frame.

    Args:
        size: width and height of the render, in pixels.
        artist: makes the picture.
        writer: shortens the prompt where the artist takes less; it is not asked otherwise.
        provider_size: the service's own size, such as ``1280*720``, if one is wanted.
        name: the name of the frame's file, for the record.
        references: pictures of people and places, sent along in this order and bound to their names in the prompt.

    Raises:
        EmptyText, TextTooLong, PictureError, ProviderError: among them ReferencesNotTaken, TooManyReferences and
            ReferencesDeclined. No picture is left out.
    """
    from media.pictures import kind_of

    run = StepRun("first_frame")
    check_references(artist, [one.reference for one in references])
    limit = None if references else artist.prompt_limit
    prompt = _shortened(run, writer, checked_text(image_prompt, gettext_noop("image prompt")), limit)
    answer = _asked(artist, _frame_request(prompt, size, provider_size, references, artist, settings))
    run.answers.append(answer)
    picture = _fitted(run, answer, size, settings)
    suffix = kind_of(answer.data)
    return FirstFrame(
        result=run.result(name), prompt=prompt, picture=picture, original=answer.data, original_suffix=suffix
    )


def check_references(artist: Provider, references: Sequence[Reference]) -> None:
    """Make sure, before anything is spent, that these pictures can be sent.

    Raises:
        ReferencesNotTaken, TooManyReferences.
    """
    if references:
        _taken_by(artist, references)


def _taken_by(artist: Provider, references: Sequence[Reference]) -> ReferencesTaken:
    from core.errors import NotDrawnOffline, ReferencesNotTaken, TooManyReferences
    from core.references import names_of
    from providers.offline import NAME as OFFLINE

    taken = artist.references
    if taken is None:
        shown = ", ".join(names_of(references))
        kind = NotDrawnOffline if artist.name == OFFLINE else ReferencesNotTaken
        raise kind(provider=artist.name, model=artist.model("image"), names=shown)
    if len(references) > taken.most:
        raise TooManyReferences(provider=artist.name, model=taken.model, n=len(references), most=taken.most)
    return taken


def _frame_request(
    prompt: str,
    size: tuple[int, int],
    provider_size: str | None,
    references: Sequence[ReferenceFile],
    artist: Provider,
    settings: Settings,
) -> ImageRequest:
    from description.reference_words import bound
    from media.references import as_taken
    from providers.base import ImageRequest, ReferencePicture

    shown = [one.reference for one in references]
    pictures: list[ReferencePicture] = []
    if references:
        limits = _taken_by(artist, shown).limits
        for one in references:
            data, mime = as_taken(one.data, limits, settings)
            pictures.append(ReferencePicture(reference=one.reference, data=data, mime=mime))
    return ImageRequest(
        prompt=bound(prompt, shown), width=size[0], height=size[1], size=provider_size, references=tuple(pictures)
    )


def _asked(artist: Provider, request: ImageRequest) -> ImageAnswer:
    from core.errors import PromptBlocked, ReferencesDeclined
    from core.references import names_of

    try:
        return artist.image(request)
    except PromptBlocked as problem:
        if not request.references:
            raise
        names = ", ".join(names_of([one.reference for one in request.references]))
        raise ReferencesDeclined(problem.raw, **problem.facts | {"names": names}) from None


def _fitted(run: StepRun, answer: ImageAnswer, size: tuple[int, int], settings: Settings) -> Image:
    """The picture in exactly that size; what was cut off is noted."""
    from core.errors import NoImageReturned, PictureError
    from media.crop import CropChoice, fit
    from media.frames import open_source

    try:
        fitted = fit(open_source(answer.data, settings), *size, CropChoice())
    except PictureError as problem:
        raise NoImageReturned(problem.raw, provider=answer.provider, reason=problem.phrase()) from problem
    if fitted.message:
        run.warnings.append(fitted.message)
    return fitted.picture


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.first_frame", run_name="__main__")
