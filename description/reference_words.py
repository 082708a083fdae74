"""Reference pictures in the words of a prompt: which picture shows whom, and what of it is to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from core.references import Reference, Role, Strength

_KEEP: dict[tuple[Role, Strength], str] = {
    ("person", "identity"): "Keep the face, hair, build and age of {name} exactly as they are there. Clothes, pose, "
    "expression and light are those of the scene below.",
    ("person", "clothes"): "Keep the face, hair, build, age and clothes of {name} exactly as they are there. Pose, "
    "expression and light are those of the scene below.",
    (
        "person",
        "whole",
    ): "Show {name} exactly as there: face, hair, build, age, clothes, pose and expression. "
    "Only light and surroundings are those of the scene below.",
    (
        "place",
        "identity",
    ): "Keep the layout, architecture and materials of {name} exactly as they are there. "
    "Furniture, light, weather and point of view are those of the scene below.",
    (
        "place",
        "clothes",
    ): "Keep the layout, architecture, materials, furniture and decoration of {name} exactly as "
    "they are there. Light, weather and point of view are those of the scene below.",
    ("place", "whole"): "Show {name} exactly as there, with its furniture, light, weather and point of view.",
}
_SHOT = "Keep its colours, light and style. What happens and how it is framed are those of the scene below."
_SHOWS: dict[Role, str] = {"person": "{pictures} {show} {name}.", "place": "{pictures} {show} the place {name}."}
_END = (
    "Each name belongs to its own pictures alone. Take nothing else from the pictures. Draw one single picture, no "
    "collage, of this scene:"
)


def bound(prompt: str, references: Sequence[Reference]) -> str:
    """The prompt with what each picture shows before it, by number; unchanged without pictures."""
    if not references:
        return prompt
    lines = ["Reference pictures are attached. They are numbered in their order."]
    numbered = enumerate(references, 1)
    for (role, name, strength), group in groupby(numbered, lambda one: (one[1].role, one[1].name, one[1].strength)):
        numbers = [number for number, _ in group]
        lines.append(_line(role, name, strength, numbers))
    return "\n".join([*lines, _END, "", prompt])


def label(number: int, reference: Reference) -> str:
    """What stands beside a picture itself, where a service takes texts between pictures; ``number`` counts from 1."""
    shown = "the shot before" if reference.role == "shot" else reference.name
    return f"Picture {number}: {shown}"


def _line(role: Role, name: str, strength: Strength, numbers: list[int]) -> str:
    several = len(numbers) > 1
    pictures = f"Pictures {_listed(numbers)}" if several else f"Picture {numbers[0]}"
    if role == "shot":
        return f"{pictures} {'are' if several else 'is'} from the shot before this one. {_SHOT}"
    shows = _SHOWS[role].format(pictures=pictures, show="show" if several else "shows", name=name)
    return f"{shows} {_KEEP[role, strength].format(name=name)}"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
