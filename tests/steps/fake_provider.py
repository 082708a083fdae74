"""A provider that answers what a test tells it, and remembers what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.base import (
    Capability,
    HeardAnswer,
    HearingRequest,
    ImageAnswer,
    ImageRequest,
    ReferencesTaken,
    TextAnswer,
    TextRequest,
    VisionRequest,
)

Answer = str | Exception


@dataclass
class FakeProvider:
    """``texts`` are given out in turn; an exception is raised instead of given."""

    texts: list[Answer] = field(default_factory=list)
    picture: bytes = b""
    prompt_limit: int | None = None
    references: ReferencesTaken | None = None
    name: str = "fake"
    capabilities: frozenset[Capability] = frozenset({"text", "image", "vision"})
    asked: list[TextRequest] = field(default_factory=list)
    looked: list[VisionRequest] = field(default_factory=list)
    drawn: list[ImageRequest] = field(default_factory=list)

    def model(self, capability: Capability) -> str:
        return {"text": "fake-text", "vision": "fake-eye", "image": "fake-brush", "hearing": "fake-ear"}[capability]

    def text(self, request: TextRequest) -> TextAnswer:
        self.asked.append(request)
        return self._next("fake-text")

    def vision(self, request: VisionRequest) -> TextAnswer:
        self.looked.append(request)
        return self._next("fake-eye")

    def image(self, request: ImageRequest) -> ImageAnswer:
        self.drawn.append(request)
        return ImageAnswer(data=self.picture, provider=self.name, model="fake-brush", seconds=0.1, tokens=7)

    def hear(self, request: HearingRequest) -> HeardAnswer:
        raise NotImplementedError

    def _next(self, model: str) -> TextAnswer:
        answer = self.texts.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return TextAnswer(text=answer, provider=self.name, model=model, seconds=0.1, tokens=100)

    @property
    def tasks(self) -> list[str]:
        return [request.task for request in self.asked]
