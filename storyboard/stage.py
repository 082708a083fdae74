"""What a scene is built up on: layers from far to near, each with its place, its depth and how it moves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PIL import Image

from storyboard.canvas import Canvas, seeded
from storyboard.light import Light
from storyboard.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Pictures at a place of the frame, in pixels.

    ``depth`` is 0 for what is infinitely far and 1 for what is near: it decides how much the camera's move shifts it.
    With several ``frames`` they follow each other ``rate`` times a second, round and round. ``drift`` is in pixels a
    second; what drifts out of the frame comes in again where it is ``endless``. ``bob`` is how far it goes to and fro,
    across and down, and how many seconds that takes. One that is ``cued`` moves only while somebody speaks.
    """

    frames: tuple[Image.Image, ...]
    left: float = 0
    top: float = 0
    depth: float = 0.5
    rate: float = 0
    drift: tuple[float, float] = (0, 0)
    endless: bool = False
    bob: tuple[float, float, float] = (0, 0, 1)
    cued: bool = False

    def scaled(self, share: float) -> Layer:
        """The same in a frame of another size."""
        if share == 1:
            return self
        return replace(
            self,
            frames=tuple(
                one.resize((max(1, round(one.width * share)), max(1, round(one.height * share)))) for one in self.frames
            ),
            left=self.left * share,
            top=self.top * share,
            drift=(self.drift[0] * share, self.drift[1] * share),
            bob=(self.bob[0] * share, self.bob[1] * share, self.bob[2]),
        )


@dataclass
class Stage:
    """``horizon`` and ``ground`` (where near feet stand) are rows in pixels, ``figure`` the height of a standing adult.

    ``side`` is where the first subject is: left, right or centre; large things go to the other one.
    """

    scene: Scene
    light: Light
    width: int
    height: int
    layers: list[Layer] = field(default_factory=list)
    horizon: float = 0
    ground: float = 0
    figure: float = 0

    def __post_init__(self) -> None:
        self.random = seeded(self.scene.seed)
        first = self.scene.subjects[0] if self.scene.subjects else None
        walks = first is not None and first.action in ("walk", "run")
        self.side = (first.side if first else "") or ("left" if walks else self.random.choice(("left", "right")))

    @property
    def short(self) -> int:
        return min(self.width, self.height)

    @property
    def is_lit(self) -> bool:
        """Lamps are on and windows bright."""
        return self.light.dark > 0.2

    @property
    def is_wet(self) -> bool:
        return bool(self.scene.weather & {"rain", "storm"})

    def canvas(self, scale: int = 2) -> Canvas:
        """A canvas of the whole frame."""
        return Canvas(self.width, self.height, scale)

    def add(self, picture: Image.Image, left: float = 0, top: float = 0, **how: object) -> None:
        """Lay a picture over what is there; an RGBA one is cut to what is drawn on it."""
        if picture.mode == "RGBA":
            box = picture.getbbox()
            if box is None:
                return
            picture, left, top = picture.crop(box), left + box[0], top + box[1]
        self.layers.append(Layer(frames=(picture,), left=left, top=top, **how))  # type: ignore[arg-type]

    def add_cycle(self, pictures: list[Image.Image], left: float, top: float, **how: object) -> None:
        """Pictures of one size that follow each other."""
        self.layers.append(Layer(frames=tuple(pictures), left=left, top=top, **how))  # type: ignore[arg-type]
