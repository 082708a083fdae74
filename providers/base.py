"""What a provider is: up to four methods, typed requests in, typed answers out. It knows no step and no job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar, get_args

from core.references import Reference
from media.references import PictureLimits

if TYPE_CHECKING:
    from api_utils import Access, Limits

A = TypeVar("A", bound="Access")
Capability = Literal["text", "image", "vision", "hearing"]
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
TextTask = Literal["image_prompt", "shorten", "video_description", "correction", "film"]


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """``system`` and ``user`` go to a model. ``facts`` holds the same inputs by name, for the offline provider."""

    task: TextTask
    system: str
    user: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VisionRequest:
    """``picture`` is PNG bytes of the frame exactly as it will be rendered from.

    ``image_prompt`` is what it was made from, for the offline provider; empty where nobody knows. ``others`` are PNG
    bytes of further pictures, which come after it.
    """

    system: str
    user: str
    picture: bytes
    image_prompt: str = ""
    others: tuple[bytes, ...] = ()

    @property
    def pictures(self) -> tuple[bytes, ...]:
        return (self.picture, *self.others)


@dataclass(frozen=True, kw_only=True)
class ReferencePicture:
    """``data`` is the picture as this service takes it, of the kind ``mime``."""

    reference: Reference
    data: bytes = field(repr=False)
    mime: str = "image/png"


@dataclass(frozen=True, kw_only=True)
class ReferencesTaken:
    """What a service takes beside a prompt: ``model`` is the one that is asked then, ``most`` how many pictures."""

    model: str
    most: int
    limits: PictureLimits = field(default_factory=PictureLimits)


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """``width`` and ``height`` are the render's, in pixels; a provider picks its own nearest size and ratio.

    ``references`` are sent in their order; the prompt says which of them shows whom.
    """

    prompt: str
    width: int
    height: int
    size: str | None = None  # the provider's own size, such as 1280*720 or 2K, where the user named one
    references: tuple[ReferencePicture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TextAnswer:
    text: str
    provider: str
    model: str
    seconds: float
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImageAnswer:
    """``data`` is the picture file as the provider made it, not yet decoded or checked."""

    data: bytes
    provider: str
    model: str
    seconds: float
    tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class HearingRequest:
    """``sound`` is a WAV file of ``seconds``. What was to be said is not in it: who is told hears it."""

    sound: bytes
    seconds: float


@dataclass(frozen=True, kw_only=True)
class HeardWords:
    """Words in a row, and when in seconds; None where the service does not tell."""

    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, kw_only=True)
class HeardAnswer:
    """What a service heard, in its order; no words at all is an answer.

    ``language`` as the service names it, such as ``en`` or ``english``; empty where it does not. ``sung``: None where
    it does not tell.
    """

    words: tuple[HeardWords, ...]
    provider: str
    model: str
    seconds: float
    language: str = ""
    sung: bool | None = None
    tokens: int | None = None

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.words)


class Provider(Protocol):
    """A service for steps 1 to 4, and for listening to what came out.

    Methods outside ``capabilities`` raise NoProvider.
    """

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def model(self, capability: Capability) -> str:
        """The model that is asked; empty where there is none."""

    @property
    def prompt_limit(self) -> int | None:
        """The most characters its image model takes, None where there is no known limit."""

    @property
    def references(self) -> ReferencesTaken | None:
        """What reference pictures it takes for a picture, None where it takes none."""

    def text(self, request: TextRequest) -> TextAnswer: ...

    def vision(self, request: VisionRequest) -> TextAnswer: ...

    def image(self, request: ImageRequest) -> ImageAnswer: ...

    def hear(self, request: HearingRequest) -> HeardAnswer: ...


class ServiceByModels(Generic[A]):
    """What providers share that can do what their settings name models for."""

    def __init__(self, access: A, limits: Limits) -> None:
        self._access, self._limits = access, limits

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(capability for capability in CAPABILITIES if self.model(capability))

    def model(self, capability: Capability) -> str:
        models: dict[Capability, str] = {
            "text": self._access.text_model,
            "vision": self._access.vision_model,
            "image": self._access.image_model,
            "hearing": self._access.audio_model,
        }
        return models[capability]

    @property
    def references(self) -> ReferencesTaken | None:
        model, most = self._access.image_model, self._access.reference_pictures
        return ReferencesTaken(model=model, most=most) if model and most else None
