"""What services have answered within a step that is not on record yet: a crash must not buy it a second time.

A step may ask more than once, so that the death of its process in a later call would pay for the earlier ones again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from errors import StorageError
from providers.base import ImageAnswer, TextAnswer

if TYPE_CHECKING:
    from providers.base import Capability, ImageRequest, Provider, TextRequest, VisionRequest
    from record.folder import RunFolder
    from step_result import Step

_BEGINS = ".answer-"


@dataclass(frozen=True)
class Answers:
    """The answers to one version of one step, each a hidden file in the job's folder."""

    folder: RunFolder
    step: Step
    version: int

    def name(self, provider: str, request: TextRequest | VisionRequest | ImageRequest) -> str:
        digest = hashlib.sha256(f"{provider} {request!r}".encode()).hexdigest()
        return f"{_BEGINS}{self.step}-{self.version}-{digest[:16]}.json"

    def find(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self.folder.path / name).read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def keep(self, name: str, answer: dict[str, Any]) -> None:
        with suppress(StorageError):  # the step goes on without it, and waits for room when it is recorded
            self.folder.write(name, json.dumps(answer).encode())


def forget_answers(folder: RunFolder) -> None:
    """Drop the answers of all steps: what they became is on record, or is to be asked for anew."""
    for path in folder.path.glob(f"{_BEGINS}*"):
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Remembering:
    """A provider that is not asked what it has answered before its process died."""

    provider: Provider
    answers: Answers

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.provider.capabilities

    @property
    def prompt_limit(self) -> int | None:
        return self.provider.prompt_limit

    def text(self, request: TextRequest) -> TextAnswer:
        return self._answered(request, lambda: self.provider.text(request))

    def vision(self, request: VisionRequest) -> TextAnswer:
        return self._answered(request, lambda: self.provider.vision(request))

    def image(self, request: ImageRequest) -> ImageAnswer:
        name = self.answers.name(self.name, request)
        if found := self.answers.find(name):
            return ImageAnswer(**found | {"data": base64.b64decode(found["data"])})
        answer = self.provider.image(request)
        self.answers.keep(name, asdict(answer) | {"data": base64.b64encode(answer.data).decode()})
        return answer

    def _answered(self, request: TextRequest | VisionRequest, ask: Callable[[], TextAnswer]) -> TextAnswer:
        name = self.answers.name(self.name, request)
        if found := self.answers.find(name):
            return TextAnswer(**found)
        answer = ask()
        self.answers.keep(name, asdict(answer))
        return answer
