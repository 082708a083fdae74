"""What steps 1 to 4 share: the texts they are given, the texts they get back, and the result they leave."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import NoTextReturned
from core.limits import MAX_TEXT
from core.messages import Fact, Message, gettext_noop, phrase
from core.plain_text import visible_text
from core.steps import Step, StepResult
from description.text import bare_answer, plain_prose
from description.thoughts import ONLY_THOUGHTS, without_thoughts

if TYPE_CHECKING:
    from providers.base import ImageAnswer, Provider, TextAnswer, TextRequest, VisionRequest

_MAX_ANSWER = 200_000  # characters of an answer with its thoughts; what is left of it may have MAX_TEXT


@dataclass
class StepRun:
    """One run of a step: it asks the provider, adds up what that took, and makes the result."""

    step: Step
    started: float = field(default_factory=time.monotonic)
    answers: list[TextAnswer | ImageAnswer] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)

    def ask(self, provider: Provider, request: TextRequest | VisionRequest) -> str:
        """The provider's text, without thoughts, fences and announcements around it.

        Raises:
            ProviderError: whatever the provider raises, and NoTextReturned for an empty answer.
        """
        from providers.base import TextRequest

        answer = provider.text(request) if isinstance(request, TextRequest) else provider.vision(request)
        self.answers.append(answer)
        text = bare_answer(visible_text(answer.text[:_MAX_ANSWER]))
        if len(text) > MAX_TEXT:
            raise self._no_text(answer, phrase(gettext_noop("more than {limit} characters"), limit=MAX_TEXT))
        if not plain_prose(text):
            thought = visible_text(answer.text).strip() and not without_thoughts(answer.text[:_MAX_ANSWER])
            raise self._no_text(answer, ONLY_THOUGHTS if thought else gettext_noop("empty"))
        return text

    def _no_text(self, answer: TextAnswer, reason: Fact) -> NoTextReturned:
        return NoTextReturned(answer.text, provider=answer.provider, model=answer.model, reason=reason)

    def ask_plain(self, provider: Provider, request: TextRequest) -> str:
        """The same as one line of prose, without markdown."""
        return plain_prose(self.ask(provider, request))

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

    def _offline_note(self, provider: str) -> tuple[Message, ...]:
        from providers.offline import NAME, NOTES

        return (NOTES[self.step],) if provider == NAME else ()
