"""What steps 1 to 4 share: the texts they are given, the texts they get back, and the result they leave."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from description.text import bare_answer, plain
from errors import NoTextReturned, StorageError, storage_error
from input_limits import MAX_TEXT
from notes import N_, Fact, Note, phrase
from plain_text import seen
from step_result import Step, StepResult

if TYPE_CHECKING:
    from providers.base import ImageAnswer, Provider, TextAnswer, TextRequest, VisionRequest

_MAX_ANSWER = 200_000  # characters of an answer with its thoughts; what is left of it may have MAX_TEXT


@dataclass
class StepRun:
    """One run of a step: it asks the provider, adds up what that took, and makes the result."""

    step: Step
    started: float = field(default_factory=time.monotonic)
    answers: list[TextAnswer | ImageAnswer] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)

    def ask(self, provider: Provider, request: TextRequest | VisionRequest) -> str:
        """The provider's text, without thoughts, fences and announcements around it.

        Raises:
            ProviderError: whatever the provider raises, and NoTextReturned for an empty answer.
        """
        from providers.base import TextRequest

        answer = provider.text(request) if isinstance(request, TextRequest) else provider.vision(request)
        self.answers.append(answer)
        text = bare_answer(seen(answer.text[:_MAX_ANSWER]))
        if len(text) > MAX_TEXT:
            raise self._no_text(answer, phrase(N_("more than {limit} characters"), limit=MAX_TEXT))
        if not plain(text):
            raise self._no_text(answer, N_("empty"))
        return text

    def _no_text(self, answer: TextAnswer, reason: Fact) -> NoTextReturned:
        return NoTextReturned(answer.text, provider=answer.provider, model=answer.model, reason=reason)

    def ask_plain(self, provider: Provider, request: TextRequest) -> str:
        """The same as one line of prose, without markdown."""
        return plain(self.ask(provider, request))

    def result(self, output: str) -> StepResult:
        """The result, with the provider that answered last and the offline provider's own warning."""
        last, tokens = self.answers[-1], [answer.tokens for answer in self.answers if answer.tokens is not None]
        return StepResult(
            step=self.step,
            output=output,
            provider=last.provider,
            model=last.model,
            seconds=time.monotonic() - self.started,
            tokens=sum(tokens) if tokens else None,
            warnings=(*self._offline_note(last.provider), *self.warnings),
        )

    def _offline_note(self, provider: str) -> tuple[Note, ...]:
        from providers.offline import NAME, NOTES

        return (NOTES[self.step],) if provider == NAME else ()


def ready(output: Path) -> Path:
    """Make the folder of a file and see that it can be written, before anything is paid for.

    Raises:
        StorageError.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise storage_error(output.parent, problem) from problem
    if output.is_dir() or not os.access(output.parent, os.W_OK):
        reason = N_("it is a folder") if output.is_dir() else N_("read-only")
        raise StorageError(folder=str(output.parent), reason=reason)
    return output


def write(output: Path, content: str | bytes) -> None:
    """Write a file.

    Raises:
        StorageError.
    """
    try:
        output.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as problem:
        raise storage_error(output.parent, problem) from problem
