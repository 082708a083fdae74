"""Reference pictures of a request: whom or what each shows, and how much of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Role = Literal["person", "place", "shot"]
# Of a person: face and build; with the clothes; as it is. Of a place: its layout; with its furniture; as it is.
Strength = Literal["identity", "clothes", "whole"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Reference(BaseModel):
    """One picture by its SHA-256; several of one ``name`` show the same person or place. ``shot`` is the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=400)]
    role: Role = "person"
    strength: Strength = "identity"
    sha256: Digest


@dataclass(frozen=True)
class ReferenceFile:
    """A reference with its picture's bytes, as the person gave them."""

    reference: Reference
    data: bytes = field(repr=False)


def names_of(references: Sequence[Reference], *roles: Role) -> tuple[str, ...]:
    """The names, each once, in their order; of these roles only, where some are given."""
    return tuple(dict.fromkeys(one.name for one in references if not roles or one.role in roles))
