"""What a setting or a preset may be, said in our own sentences: pydantic's are in English only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notes import N_, Fact, phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_INTEGER, _NUMBER, _SWITCH = N_("an integer"), N_("a number"), N_("true or false")
_SENTENCES = {
    "bool_parsing": _SWITCH,
    "bool_type": _SWITCH,
    "extra_forbidden": N_("nothing of this name"),
    "finite_number": N_("a finite number"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than_equal": N_("greater than or equal to {ge}"),
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_type": _INTEGER,
    "less_than_equal": N_("less than or equal to {le}"),
    "literal_error": N_("one of {expected}"),
    "missing": N_("a value"),
    "string_pattern_mismatch": N_("text that fits {pattern}"),
    "string_too_long": N_("at most {max_length} characters"),
    "string_too_short": N_("at least {min_length} characters"),
    "string_type": N_("text"),
}


def accepted(problem: ErrorDetails) -> Fact:
    """What a value should have been, for one of a ValidationError's ``errors()``; a ValueError of ours in its words."""
    if template := _SENTENCES.get(problem["type"]):
        return phrase(template, **problem.get("ctx", {}))
    return problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
