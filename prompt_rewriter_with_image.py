#!/usr/bin/env python3
"""Step 4: the description and what is visible in the first frame become the text that MOVA renders.

The text is checked by code against what is known of MOVA's training captions. A model is asked once more where
something is wrong; what then remains is said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import FileMissing, InputError, ProviderError
from core.limits import checked_text, read_at_most
from core.messages import Message, gettext_noop, message
from description.check import Finding, check
from description.negative import NegativePrompt, offered, wants_captions
from description.text import mended, with_marker
from providers.step_run import StepRun

if TYPE_CHECKING:
    from core.steps import StepResult
    from providers.base import Provider, TextRequest, TextTask

_MAX_ELEMENTS_BYTES = 2**20
_CAPTIONS_WANTED = "Here the user wants captions on the picture: say how they look and quote their words exactly."


@dataclass(frozen=True, kw_only=True)
class DescriptionRequest:
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
    """The result, what the check still finds in it, and a negative prompt if the usual one contradicts the text."""

    result: StepResult
    findings: tuple[Finding, ...]
    negative_prompt: NegativePrompt | None


@dataclass(frozen=True)
class _Draft:
    text: str
    findings: list[Finding]

    @property
    def faults(self) -> tuple[int, int, int]:
        """How bad it is: a tag most of all, then what a model should correct, then what is only said."""
        tagged, correctable = (finding.code == "tag" for finding in self.findings), (f.correct for f in self.findings)
        return sum(tagged), sum(correctable), len(self.findings)


def write_video_description(request: DescriptionRequest, *, writer: Provider) -> VideoDescription:
    """Rewrite, check, and have it corrected once at most; the better of the two texts is kept.

    Raises:
        EmptyText, TextTooLong: of the description or of the elements.
        ProviderError: the rewriting failed. A correction that fails is a warning: the text is there.
    """
    request = replace(
        request,
        user_text=checked_text(request.user_text, gettext_noop("description")),
        elements=checked_text(request.elements, gettext_noop("image elements")),
        captions=request.captions or wants_captions(request.user_text),
    )
    run = StepRun("video_description")
    draft = _read(run.ask(writer, _request("video_description", request)), request)
    if any(finding.correct for finding in draft.findings):
        draft = min(draft, _corrected(run, draft, request, writer), key=lambda one: one.faults)
    run.warnings += [*_left_out(run, request), *(finding.message for finding in draft.findings)]
    negative = offered(request.user_text, elements=request.elements, captions=request.captions)
    return VideoDescription(result=run.result(draft.text), findings=tuple(draft.findings), negative_prompt=negative)


def _read(answer: str, request: DescriptionRequest) -> _Draft:
    text = mended(answer, user_text=request.user_text, marker=request.ends_on_marker)
    found = check(
        text, request.user_text, elements=request.elements, seconds=request.seconds, marker=request.ends_on_marker
    )
    return _Draft(text, found)


def _left_out(run: StepRun, request: DescriptionRequest) -> list[Message]:
    """What a draft without a model had no room for."""
    from description.draft import left_out
    from providers.base import TextAnswer
    from providers.offline import NAME

    first = run.answers[0]
    if (
        first.provider != NAME
        or not isinstance(first, TextAnswer)
        or not (count := left_out(request.user_text, first.text))
    ):
        return []
    return [message(gettext_noop("{count} sentences of the description did not fit and were left out."), count=count)]


def _corrected(run: StepRun, draft: _Draft, request: DescriptionRequest, writer: Provider) -> _Draft:
    try:
        return _read(run.ask(writer, _correction(draft, request)), request)
    except ProviderError as problem:
        run.warnings.append(
            message(gettext_noop("The text could not be corrected: {reason}."), reason=problem.phrase())
        )
        return draft


def _request(task: TextTask, request: DescriptionRequest, material: str = "", **facts: str) -> TextRequest:
    from prompts import fenced, system_prompt
    from providers.base import TextRequest

    values = {"seconds": _plain_number(request.seconds)}
    if task == "video_description":
        values["captions"] = _CAPTIONS_WANTED if request.captions else ""
    given_texts = (fenced("user_description", request.user_text), fenced("first_frame", request.elements))
    return TextRequest(
        task=task,
        system=system_prompt(task, **values),
        user="\n\n".join((*given_texts, *([material] if material else []))),
        facts={**request.facts(), **facts},
    )


def _correction(draft: _Draft, request: DescriptionRequest) -> TextRequest:
    from prompts import fenced

    text = with_marker(draft.text, False)
    faults = "\n".join(f"- {finding.message}" for finding in draft.findings if finding.correct)
    material = f"{fenced('description', text)}\n\n{fenced('faults', faults)}"
    return _request("correction", request, material, text=text, findings=faults)


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
        raise FileMissing(name=file.name, reason=gettext_noop("it is not UTF-8 text")) from problem
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(content, dict):
        return text
    if isinstance(content.get("visual_description"), str):
        return str(content["visual_description"])
    raise InputError(gettext_noop("the JSON file has no text named visual_description"))


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.video_description", run_name="__main__")
