"""What a setting or a preset may be, said in our own sentences: pydantic's are in English only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Fact, gettext_noop, phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_INTEGER, _NUMBER, _SWITCH = gettext_noop("an integer"), gettext_noop("a number"), gettext_noop("true or false")
_SENTENCES = {
    "bool_parsing": _SWITCH,
    "bool_type": _SWITCH,
    "extra_forbidden": gettext_noop("nothing of this name"),
    "finite_number": gettext_noop("a finite number"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than_equal": gettext_noop("greater than or equal to {ge}"),
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_type": _INTEGER,
    "less_than_equal": gettext_noop("less than or equal to {le}"),
    "literal_error": gettext_noop("one of {expected}"),
    "missing": gettext_noop("a value"),
    "string_pattern_mismatch": gettext_noop("text that matches {pattern}"),
    "string_too_long": gettext_noop("at most {max_length} characters"),
    "string_too_short": gettext_noop("at least {min_length} characters"),
    "string_type": gettext_noop("text"),
}


def accepted(problem: ErrorDetails) -> Fact:
    """What a value should have been, for one of a ValidationError's ``errors()``; a ValueError of ours in its words."""
    if template := _SENTENCES.get(problem["type"]):
        return phrase(template, **problem.get("ctx", {}))
    return problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
