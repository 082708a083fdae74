#!/usr/bin/env python3
"""Step 3: what is visible in the first frame: style, camera, elements, where they are, readable text.

Whichever service can see does it: Gemini, Qwen3-VL on DashScope, an OpenAI-compatible one; offline, the frame
is measured, or told from the words that it was drawn from. The picture is cropped first, exactly as it will be
rendered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import StorageError, StoreError
from core.render_settings import SIZES, Orientation
from providers.step_run import StepRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL.Image import Image

    from config import Settings
    from core.messages import Message
    from core.references import ReferenceFile
    from core.steps import StepResult
    from providers.base import Provider, VisionRequest

_COMPARE = "The first picture is the frame, the others are the card. Compare them."
_QUESTION = "This is the first frame. Write down what is visible in it."


def extract_visual_elements(frame: bytes, *, viewer: Provider, image_prompt: str = "") -> StepResult:
    """Describe a frame; the model's prose is the result's ``output``.

    Args:
        frame: PNG bytes, already in the size and shape of the render.
        image_prompt: what it was made from; offline, a frame that was drawn from it is told from these words.

    Raises:
        ProviderError.
    """
    from prompts import system_prompt
    from providers.base import VisionRequest

    run = StepRun("visual_elements")
    system = system_prompt("visual_elements")
    request = VisionRequest(system=system, user=_QUESTION, picture=frame, image_prompt=image_prompt)
    return run.result(run.ask(viewer, request))


def cards_of(references: Sequence[ReferenceFile]) -> Iterator[tuple[ReferenceFile, ...]]:
    """The pictures of each person and place together; the shot before is none."""
    for role, name in dict.fromkeys((one.reference.role, one.reference.name) for one in references):
        if role != "shot":
            yield tuple(one for one in references if (one.reference.role, one.reference.name) == (role, name))


def compare_with_cards(
    frame: bytes,
    references: Sequence[ReferenceFile],
    *,
    viewer: Callable[[], Provider],
    settings: Settings,
    text: str = "",
) -> tuple[list[Message], int | None]:
    """Whether a frame shows each person and place as on their card, one request for each.

    Args:
        text: the person's description; the reasons are asked for in its language.

    Returns:
        A note for each card, and the tokens. What fails is a note too: ``unsure``, with the reason. Offline nothing is
        said.
    """
    from core.errors import MovaError
    from description.likeness import Likeness, read_verdict
    from providers.offline import NAME

    notes, tokens = [], []
    for card in cards_of(references):
        name = card[0].reference.name
        try:
            asked = viewer()
            if asked.name == NAME:
                return [], None
            answer = asked.vision(_comparison(frame, card, settings, text))
        except (StorageError, StoreError):
            raise
        except MovaError as problem:
            notes.append(Likeness(name, "unsure", problem.phrase()).message)
            continue
        notes.append(read_verdict(name, answer.text).message)
        tokens.append(answer.tokens)
    counted = [one for one in tokens if one is not None]
    return notes, sum(counted) if counted else None


def _comparison(frame: bytes, card: tuple[ReferenceFile, ...], settings: Settings, text: str) -> VisionRequest:
    from description.draft import is_chinese
    from description.likeness import traits
    from media.references import small_png
    from prompts import system_prompt
    from providers.base import VisionRequest

    first = card[0].reference
    shown = first.name if first.role == "person" else f"the place {first.name}"
    compared = traits(first.role, first.strength)
    language = "Simplified Chinese" if is_chinese(text) else "English"
    system = system_prompt("likeness", shown=shown, name=first.name, traits=compared, language=language)
    others = tuple(small_png(one.data, settings) for one in card)
    return VisionRequest(system=system, user=_COMPARE, picture=frame, others=others)


def as_rendered(picture: Image, model: str, orientation: Orientation | None) -> tuple[bytes, list[Message]]:
    """The picture as PNG bytes as the render will crop it, and what was cut off.

    Args:
        orientation: None takes that of the picture.
    """
    from media.crop import CropChoice, fit
    from media.pictures import png_bytes

    shape = orientation or ("portrait" if picture.height > picture.width else "landscape")
    fitted = fit(picture, *SIZES[model][shape], CropChoice())
    return png_bytes(fitted.picture), [fitted.message] if fitted.message else []


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.visual_elements", run_name="__main__")
