"""The services of a job: chosen when it is created, recorded with it, and the same whichever process works on it.

The job records names, the process has the keys. A process without the key of such a service leaves the job alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from core.errors import ServiceMissing
from core.steps import Maker, Step
from jobs.model.session_keys import SERVICE_NAMES
from pipeline import ASKS, PREPARATION, SHORTENED, maker_of
from providers import choose, named

if TYPE_CHECKING:
    from config import Settings
    from jobs.model.makers import MakerOf
    from providers.base import Capability, Provider

_OWN_STEP: dict[Capability, Step] = {
    "text": "image_prompt",
    "image": "first_frame",
    "vision": "visual_elements",
    "hearing": "render",
}


def ordered_maker(makers: Mapping[Step, Maker], step: Step) -> Maker:
    """Who is to make a step; a step that the order does not know, by the maker of the step that uses the same kind."""
    return makers.get(step) or makers[_OWN_STEP[ASKS[step]]]


def ordered_from(wanted: MakerOf) -> dict[Step, Maker]:
    """The service and model for each step, as recorded with a job."""
    return {step: wanted(step) for step in PREPARATION}


@dataclass(frozen=True)
class OrderedServices:
    """The services of a job as this process can ask them: with a session's keys first, then its settings.

    If none were recorded, the first ones that are set up here. ``after_pictures``: its first frame is drawn after
    reference pictures.
    """

    settings: Settings
    overrides: Mapping[str, str | None]
    makers: Mapping[Step, Maker] | None
    after_pictures: bool = False

    def provider(self, step: Step, capability: Capability) -> Provider:
        """The service that makes a step.

        Raises:
            ServiceMissing: it is not set up here.
        """
        if self.makers is None:
            return choose(self.settings, capability, self.overrides)
        maker = ordered_maker(self.makers, step if ASKS[step] == capability else _OWN_STEP[capability])
        found = named(self.settings, maker.provider, capability, maker.model, self.overrides)
        if found is None:
            raise ServiceMissing(provider=SERVICE_NAMES.get(maker.provider, maker.provider))
        return found

    def maker(self, step: Step) -> Maker:
        """The maker of a step: the recorded service and model, with this program's prompt files."""
        try:
            choose = partial(self.provider, step)
            return maker_of(step, choose, after_pictures=self.after_pictures)
        except ServiceMissing:
            return ordered_maker(self.makers or {}, step)

    def missing(self, step: Step) -> ServiceMissing | None:
        """The error that keeps this process from making a step, None if there is none."""
        also: tuple[Capability, ...] = ("text", "image") if step in SHORTENED else ()
        try:
            for capability in dict.fromkeys((ASKS[step], *also)):
                self.provider(step, capability)
        except ServiceMissing as problem:
            return problem
        return None
