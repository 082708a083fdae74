#!/usr/bin/env python3
"""Step 4: the description and what is visible in the first frame become the text that MOVA renders.

The text is checked by code against what is known of MOVA's training captions. A model is asked once more where
something is wrong; what then remains is said.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from description.check import Finding, check
from description.negative import NegativePrompt, offered, wants_captions
from description.text import mended, with_marker
from errors import FileMissing, InputError, ProviderError
from input_limits import given, read_at_most, whole_within
from notes import N_, Note, note
from step_calls import StepRun, ready, write

if TYPE_CHECKING:
    from config import Settings
    from providers.base import Provider, TextRequest, TextTask
    from step_result import StepResult

_MAX_ELEMENTS_BYTES = 2**20
_MOST_FRAMES = 100_000
TEXTS = ("--user-input", "--image-elements")
_CAPTIONS_WANTED = "Here the user wants captions on the picture: say how they look and quote their words exactly."


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a video description is made from. ``seconds`` is the length of the clip.

    ``marker`` asks for the subtitle marker at the end; where captions are wanted it stays away.
    """

    user_text: str
    elements: str
    seconds: float
    captions: bool = False
    marker: bool = True

    def facts(self) -> dict[str, str]:
        """The same for the offline provider."""
        return {
            "user_text": self.user_text,
            "elements": self.elements,
            "seconds": _plain_number(self.seconds),
            "captions": "yes" if self.captions else "",
        }

    @property
    def ends_on_marker(self) -> bool:
        return self.marker and not self.captions


@dataclass(frozen=True, kw_only=True)
class VideoDescription:
    """The result, what the check still finds in it, and a negative prompt where the usual one contradicts the wish."""

    result: StepResult
    findings: tuple[Finding, ...]
    negative_prompt: NegativePrompt | None


@dataclass(frozen=True)
class _Draft:
    text: str
    findings: list[Finding]

    @property
    def faults(self) -> tuple[int, int]:
        """How bad it is: what a model should correct weighs more than what is only said."""
        return sum(finding.correct for finding in self.findings), len(self.findings)


def write_video_description(wish: Wish, *, writer: Provider) -> VideoDescription:
    """Rewrite, check, and have it corrected once at most; the better of the two texts is kept.

    Raises:
        EmptyText, TextTooLong: of the description or of the elements.
        ProviderError: the rewriting failed. A correction that fails is a warning: the text is there.
    """
    wish = replace(
        wish,
        user_text=given(wish.user_text, N_("description")),
        elements=given(wish.elements, N_("image elements")),
        captions=wish.captions or wants_captions(wish.user_text),
    )
    run = StepRun("video_description")
    draft = _read(run.ask(writer, _request("video_description", wish)), wish)
    if draft.faults[0]:
        draft = min(draft, _corrected(run, draft, wish, writer), key=lambda one: one.faults)
    run.warnings += [*_left_out(run, wish), *(finding.note for finding in draft.findings)]
    negative = offered(wish.user_text, elements=wish.elements, captions=wish.captions)
    return VideoDescription(result=run.result(draft.text), findings=tuple(draft.findings), negative_prompt=negative)


def _read(answer: str, wish: Wish) -> _Draft:
    text = mended(answer, user_text=wish.user_text, marker=wish.ends_on_marker)
    found = check(text, wish.user_text, elements=wish.elements, seconds=wish.seconds, marker=wish.ends_on_marker)
    return _Draft(text, found)


def _left_out(run: StepRun, wish: Wish) -> list[Note]:
    """What a draft without a model had no room for."""
    from description.draft import left_out
    from providers.base import TextAnswer
    from providers.offline import NAME

    first = run.answers[0]
    if (
        first.provider != NAME
        or not isinstance(first, TextAnswer)
        or not (count := left_out(wish.user_text, first.text))
    ):
        return []
    return [note(N_("{count} sentences of the description did not fit and were left out."), count=count)]


def _corrected(run: StepRun, draft: _Draft, wish: Wish, writer: Provider) -> _Draft:
    try:
        return _read(run.ask(writer, _correction(draft, wish)), wish)
    except ProviderError as problem:
        run.warnings.append(note(N_("The text could not be corrected: {reason}."), reason=problem.phrase()))
        return draft


def _request(task: TextTask, wish: Wish, material: str = "", **facts: str) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    values = {"seconds": _plain_number(wish.seconds)}
    if task == "video_description":
        values["captions"] = _CAPTIONS_WANTED if wish.captions else ""
    given_texts = (fenced("user_description", wish.user_text), fenced("first_frame", wish.elements))
    return TextRequest(
        task=task,
        system=system_prompt(task, **values),
        user="\n\n".join((*given_texts, *([material] if material else []))),
        facts={**wish.facts(), **facts},
    )


def _correction(draft: _Draft, wish: Wish) -> TextRequest:
    from prompts import fenced

    text = with_marker(draft.text, False)
    faults = "\n".join(f"- {finding.note}" for finding in draft.findings if finding.correct)
    material = f"{fenced('description', text)}\n\n{fenced('faults', faults)}"
    return _request("correction", wish, material, text=text, findings=faults)


def _plain_number(seconds: float) -> str:
    return f"{seconds:.1f}".removesuffix(".0")


def elements_from(file: Path) -> str:
    """The elements in a file: the JSON of step 3, or plain text.

    Raises:
        FileMissing: it cannot be read as text.
        FileTooLarge
        InputError: it is JSON without ``visual_description``.
    """
    try:
        text = read_at_most(file, _MAX_ELEMENTS_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FileMissing(name=file.name, reason=N_("it is not UTF-8 text")) from problem
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(content, dict):
        return text
    if isinstance(content.get("visual_description"), str):
        return str(content["visual_description"])
    raise InputError(N_("the JSON file has no text named visual_description"))


def _parser() -> argparse.ArgumentParser:
    from command_line import described

    parser = described(__doc__, prog="prompt_rewriter_with_image.py")
    parser.add_argument("--user-input", required=True, metavar="TEXT", help="the description of the video")
    elements = parser.add_mutually_exclusive_group(required=True)
    elements.add_argument("--image-elements", metavar="TEXT", help="what is visible in the first frame")
    elements.add_argument(
        "--image-elements-file", type=Path, metavar="F", help="a file with it: step 3's JSON, or text"
    )
    parser.add_argument("--captions", action="store_true", help="captions are wanted on the picture")
    parser.add_argument("--num-frames", type=int, metavar="N", help="with --fps the length of the clip; default 193")
    parser.add_argument("--fps", type=int, metavar="N", help="default 24")
    parser.add_argument("--output", type=Path, metavar="F", help="a text file to write the description to")
    parser.add_argument("--json", action="store_true", help="the last thing on stdout is one JSON object")
    return parser


def _run(options: argparse.Namespace) -> dict[str, object]:
    import config
    from command_line import remark, say, say_notes
    from providers import choose

    settings = config.load()
    output = ready(options.output) if options.output else None
    described = write_video_description(_wish(options, settings), writer=choose(settings, "text"))
    say_notes(described.result)
    negative = described.negative_prompt
    for reason in negative.notes if negative else ():
        say(remark(reason))
    if output:
        write(output, f"{described.result.output}\n")
    offer = {"value": negative.value, "reasons": [str(reason) for reason in negative.notes]} if negative else None
    return {**described.result.as_json(), "negative_prompt": offer, "text": described.result.output}


def _wish(options: argparse.Namespace, settings: Settings) -> Wish:
    file: Path | None = options.image_elements_file
    return Wish(
        user_text=options.user_input,
        elements=elements_from(file) if file else options.image_elements,
        seconds=_seconds(options.num_frames, options.fps, settings),
        captions=options.captions,
        marker=settings.subtitle_marker,
    )


def _seconds(num_frames: int | None, fps: int | None, settings: Settings) -> float:
    frames, rate = num_frames or settings.num_frames, fps or settings.fps
    whole_within("num_frames", frames, 1, _MOST_FRAMES)
    whole_within("fps", rate, 1, _MOST_FRAMES)
    return frames / rate


def main() -> None:
    from command_line import run_script, with_values

    sys.argv[1:] = with_values(sys.argv[1:], TEXTS)
    run_script(_parser(), _run)


if __name__ == "__main__":
    main()
