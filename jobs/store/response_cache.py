"""Services' answers within a step that is not recorded yet, so that they are not paid for again after a crash.

A step may make several calls; without this, a process that dies during a later call would repeat the earlier ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.errors import StorageError
from providers.base import HeardAnswer, HeardWords, ImageAnswer, TextAnswer

if TYPE_CHECKING:
    from core.steps import Step
    from jobs.storage.base import LocalStorage
    from providers.base import (
        Capability,
        HearingRequest,
        ImageRequest,
        Provider,
        ReferencesTaken,
        TextRequest,
        VisionRequest,
    )
    from record.folder import RunFolder

    Request = TextRequest | VisionRequest | ImageRequest | HearingRequest

ANSWERS = ".answer-"


@dataclass(frozen=True)
class ResponseCache:
    """The answers to one version of one step, each a hidden file in the job's folder; or to a film's draft, a card, or
    the listening.
    """

    folder: RunFolder
    step: Step | Literal["film", "card", "heard"]
    version: int
    storage: LocalStorage | None = None  # where another machine finds the answers that this one bought

    def name(self, maker: str, request: Request) -> str:
        digest = hashlib.sha256(f"{maker} {request!r}".encode()).hexdigest()
        return f"{ANSWERS}{self.step}-{self.version}-{digest[:16]}.json"

    def find(self, name: str) -> dict[str, Any] | None:
        path = self.folder.path / name
        if self.storage is not None:
            kept = f"{_folder_in(self.storage, self.folder)}/{name}"
            if path.is_file():  # it may be here alone, of a process that was killed while the bucket was away
                self.storage.owe(kept)
            else:
                self.storage.bring(kept)
        try:
            found: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def keep(self, name: str, answer: dict[str, Any]) -> None:
        with suppress(StorageError):  # the step goes on, and waits when it is recorded; the storage catches up
            self.folder.write(name, json.dumps(answer).encode())
            if self.storage is not None:
                self.storage.keep(f"{_folder_in(self.storage, self.folder)}/{name}")


def clear_responses(folder: RunFolder, storage: LocalStorage | None = None) -> None:
    """Delete the answers of all steps: their results are recorded, or will be asked for again."""
    for path in folder.path.glob(f"{ANSWERS}*"):
        path.unlink(missing_ok=True)
    if storage is not None:
        with suppress(StorageError):  # they go with their job
            storage.remove_beginning(f"{_folder_in(storage, folder)}/{ANSWERS}")


def _folder_in(storage: LocalStorage, folder: RunFolder) -> str:
    return folder.path.relative_to(storage.root).as_posix()


@dataclass(frozen=True)
class CachingProvider:
    """A provider that returns the recorded answer, if there is one, instead of asking the service again."""

    provider: Provider
    answers: ResponseCache

    @property
    def name(self) -> str:
        return self.provider.name

    def model(self, capability: Capability) -> str:
        return self.provider.model(capability)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.provider.capabilities

    @property
    def prompt_limit(self) -> int | None:
        return self.provider.prompt_limit

    @property
    def references(self) -> ReferencesTaken | None:
        return self.provider.references

    def text(self, request: TextRequest) -> TextAnswer:
        return self._answered("text", request, lambda: self.provider.text(request))

    def vision(self, request: VisionRequest) -> TextAnswer:
        return self._answered("vision", request, lambda: self.provider.vision(request))

    def image(self, request: ImageRequest) -> ImageAnswer:
        name = self._file("image", request)
        if found := self.answers.find(name):
            return ImageAnswer(**found | {"data": base64.b64decode(found["data"])})
        answer = self.provider.image(request)
        self.answers.keep(name, asdict(answer) | {"data": base64.b64encode(answer.data).decode()})
        return answer

    def hear(self, request: HearingRequest) -> HeardAnswer:
        name = self._file("hearing", request)
        if found := self.answers.find(name):
            return HeardAnswer(**found | {"words": tuple(HeardWords(**one) for one in found["words"])})
        answer = self.provider.hear(request)
        self.answers.keep(name, asdict(answer))
        return answer

    def _file(
        self, capability: Capability, request: TextRequest | VisionRequest | ImageRequest | HearingRequest
    ) -> str:
        """The answer's file; the name depends on service and model, so another one is asked itself."""
        return self.answers.name(f"{self.name} {self.model(capability)}", request)

    def _answered(
        self, capability: Capability, request: TextRequest | VisionRequest, ask: Callable[[], TextAnswer]
    ) -> TextAnswer:
        name = self._file(capability, request)
        if found := self.answers.find(name):
            return TextAnswer(**found)
        answer = ask()
        self.answers.keep(name, asdict(answer))
        return answer
