"""What this program needs of an SGLang server, compared with what the server says of itself in ``/openapi.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.version import TESTED_SGLANG

MEASURED_VERSION = TESTED_SGLANG
ROUTES = (
    *("GET /health", "GET /server_info", "GET /v1/models"),
    *("POST /v1/videos", "GET /v1/videos", "GET /v1/videos/{}", "GET /v1/videos/{}/content"),
)
FORM_FIELDS = frozenset(
    (
        *("prompt", "input_reference", "model", "size", "num_frames", "fps", "seed"),
        *("num_inference_steps", "guidance_scale", "negative_prompt"),
    )
)
ANSWER_FIELDS = frozenset(("id", "status", "progress", "model", "error"))


@dataclass(frozen=True)
class Drift:
    """What is missing, each by its name; nothing where the contract is kept."""

    routes: tuple[str, ...] = ()
    form_fields: tuple[str, ...] = ()
    answer_fields: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of it, in words for people who know HTTP."""
        return (
            *self.routes,
            *(f"POST /v1/videos: {name}" for name in self.form_fields),
            *(f"GET /v1/videos/{{}} → {name}" for name in self.answer_fields),
        )


def drift(document: Any) -> Drift:
    """Compare a server's own description with what we need; what is no description at all lacks everything."""
    paths = document.get("paths") if isinstance(document, dict) else None
    found = dict(_operations(paths)) if isinstance(paths, dict) else {}
    form = _properties(document, found.get("POST /v1/videos", {}).get("requestBody"))
    answer = _properties(document, found.get("GET /v1/videos/{}", {}).get("responses", {}).get("200"))
    return Drift(
        routes=tuple(route for route in ROUTES if route not in found),
        form_fields=tuple(sorted(FORM_FIELDS - form)) if "POST /v1/videos" in found else (),
        answer_fields=tuple(sorted(ANSWER_FIELDS - answer)) if answer else (),
    )


def _operations(paths: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each route as ``GET /v1/videos/{}``, whatever its server calls the part in braces."""
    for path, methods in paths.items():
        for method, operation in methods.items() if isinstance(methods, dict) else ():
            if isinstance(operation, dict):
                yield f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}", operation


def _properties(document: Any, part: Any) -> set[str]:
    """The names of the fields of a body or an answer, of whatever content type; empty where they are not described."""
    contents = part.get("content") if isinstance(part, dict) else None
    names: set[str] = set()
    for content in contents.values() if isinstance(contents, dict) else ():
        schema = content.get("schema", {}) if isinstance(content, dict) else {}
        reference = str(schema.get("$ref", "")).rpartition("/")[2]
        if reference:
            schema = document.get("components", {}).get("schemas", {}).get(reference, {})
        names |= set(schema.get("properties", {}))
    return names
