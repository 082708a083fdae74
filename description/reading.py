"""A description and what it was made from, taken apart once for all rules of the check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from description import terms
from description.quotations import Quotation, narration, quotations
from description.text import sentences, with_marker


@dataclass(frozen=True)
class JobReader:
    """The description as it is, and the person's own words, the frame's elements, the clip's length beside it."""

    text: str
    user_text: str
    elements: str
    seconds: float
    marker: bool

    @cached_property
    def body(self) -> str:
        """The description without the subtitle marker."""
        return with_marker(self.text, False)

    @cached_property
    def quotes(self) -> list[Quotation]:
        return quotations(self.body)

    @cached_property
    def spoken(self) -> list[Quotation]:
        return [quote for quote in self.quotes if quote.spoken]

    @cached_property
    def wanted(self) -> list[Quotation]:
        return quotations(self.user_text)

    @cached_property
    def narration(self) -> str:
        return narration(self.body)

    @cached_property
    def sentences(self) -> list[str]:
        return sentences(self.body)

    @cached_property
    def sound_part(self) -> list[str]:
        """The sentences from the one that introduces the sound, else those at the end that tell of sound."""
        for index, sentence in enumerate(self.sentences):
            if index and terms.SOUND_OPENING.search(sentence):
                return self.sentences[index:]
        start = len(self.sentences)
        while start and terms.SOUND.search(narration(self.sentences[start - 1])):
            start -= 1
        return self.sentences[start:]
