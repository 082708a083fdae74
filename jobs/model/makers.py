"""Makers (service, model, prompt file): who made a job's steps, and who would now. If they differ, the person decides.

The maker belongs to a result like the hash of its inputs: a result is repeated only by the same maker from the same
inputs. Results of versions that did not record it are told by their service alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import OtherMaker
from core.messages import Message, Phrase, gettext_noop, joined, message, phrase
from core.steps import Maker, Step
from jobs.model.records import StepRecord, StoredError
from pipeline import PREPARATION, maker_of
from providers import choose
from providers.offline import NAME as OFFLINE

if TYPE_CHECKING:
    from config import Settings

YOURS = "user"
MakerOf = Callable[[Step], Maker]


@dataclass(frozen=True, kw_only=True)
class InQuestion:
    """A result whose maker is not the one that would make it now."""

    step: Step
    version: int
    reason: Message

    @property
    def mark(self) -> str:
        return f"{self.step}:{self.version}"


def makers(settings: Settings, overrides: Mapping[str, str | None], *, after_pictures: bool = False) -> MakerOf:
    """Who makes each step with these settings and, before them, with keys of a session.

    Args:
        after_pictures: the first frame is drawn after reference pictures.
    """
    return lambda step: maker_of(
        step, lambda capability: choose(settings, capability, overrides), after_pictures=after_pictures
    )


def is_anothers(record: StepRecord, wanted: Maker) -> bool:
    """Whether another maker made a result; never for what a person wrote, gave or kept. Drafts replace nothing."""
    if record.kept or record.edited or record.state == "skipped" or record.provider in (None, YOURS):
        return False
    if wanted.provider == OFFLINE:
        return False
    return record.provider != wanted.provider if record.maker is None else record.maker != wanted


def in_question(records: Iterable[StepRecord], wanted: MakerOf) -> tuple[InQuestion, ...]:
    """Those of these results that another maker made, each with the reason."""
    pairs = ((record, wanted(record.step)) for record in records if record.step in PREPARATION)
    return tuple(
        InQuestion(step=record.step, version=record.version, reason=_reason(record, maker))
        for record, maker in pairs
        if is_anothers(record, maker)
    )


def other_maker(asked: Iterable[InQuestion]) -> OtherMaker:
    """The error with which a job waits for the decision; ``told`` are the results by step and version."""
    asked = tuple(asked)
    each = (
        phrase(gettext_noop("{step}: {reason}"), step=one.step.replace("_", " "), reason=_as_fact(one)) for one in asked
    )
    return OtherMaker(steps=joined(gettext_noop("{first}; {second}"), each), told=" ".join(one.mark for one in asked))


def told(error: StoredError | None, records: Iterable[StepRecord]) -> tuple[InQuestion, ...]:
    """The results that a worker has asked about, without those that have changed since."""
    if error is None or error.kind != OtherMaker.__name__:
        return ()
    marks = str(error.facts.get("told", "")).split()
    words = message(gettext_noop("It would now be made by another service, model or prompt file."))
    found = (InQuestion(step=one.step, version=one.version, reason=words) for one in records if not _is_settled(one))
    return tuple(one for one in found if one.mark in marks)


def _is_settled(record: StepRecord) -> bool:
    return record.kept or record.edited


def _as_fact(one: InQuestion) -> Phrase:
    return phrase(one.reason.template, **one.reason.facts)


def _reason(record: StepRecord, wanted: Maker) -> Message:
    made = record.maker or Maker(provider=record.provider or "", model=record.model or "")
    if record.maker and (made.provider, made.model) == (wanted.provider, wanted.model):
        return message(gettext_noop("Made by {made} with a prompt file that has changed since."), made=_named(made))
    return message(
        gettext_noop("Made by {made}; it would now be made by {wanted}."), made=_named(made), wanted=_named(wanted)
    )


def _named(maker: Maker) -> Phrase:
    if maker.provider == OFFLINE:
        return phrase(gettext_noop("offline, without a model"))
    return phrase("{service} · {model}", service=maker.provider, model=maker.model)
