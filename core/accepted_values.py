"""What a setting or a preset may be, said in our own sentences: pydantic's are in English only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Fact, gettext_noop, phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_INTEGER, _NUMBER, _SWITCH = gettext_noop("an integer"), gettext_noop("a number"), gettext_noop("true or false")
_OBJECT, _LIST, _TEXT = gettext_noop("a JSON object"), gettext_noop("a list"), gettext_noop("text")
_SENTENCES = {
    "bool_parsing": _SWITCH,
    "bool_type": _SWITCH,
    "dict_type": _OBJECT,
    "extra_forbidden": gettext_noop("nothing of this name"),
    "finite_number": gettext_noop("a finite number"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than_equal": gettext_noop("greater than or equal to {ge}"),
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_type": _INTEGER,
    "json_invalid": gettext_noop("valid JSON"),
    "less_than_equal": gettext_noop("less than or equal to {le}"),
    "list_type": _LIST,
    "literal_error": gettext_noop("one of {expected}"),
    "missing": gettext_noop("a value"),
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "string_pattern_mismatch": gettext_noop("text that matches {pattern}"),
    "string_too_long": gettext_noop("at most {max_length} characters"),
    "string_too_short": gettext_noop("at least {min_length} characters"),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "too_long": gettext_noop("at most {max_length} entries"),
    "too_short": gettext_noop("at least {min_length} entries"),
    "tuple_type": _LIST,
}


def accepted(problem: ErrorDetails) -> Fact:
    """What a value should have been, for one of a ValidationError's ``errors()``; a ValueError of ours in its words."""
    if template := _SENTENCES.get(problem["type"]):
        facts = problem.get("ctx", {})
        if "expected" in facts:  # an English "or" stands before the last
            facts = {"expected": str(facts["expected"]).replace(" or ", ", ")}
        return phrase(template, **facts)
    return problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
