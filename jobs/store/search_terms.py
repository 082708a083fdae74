"""Words to search by, the same for both databases: words of letters and digits, and pairs of Chinese characters.

Databases split Chinese badly or not at all, so it is split here: a run of characters becomes the characters and
their overlapping pairs, so that every word of one or two characters is a term, and longer ones are several.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

# Scripts written without spaces: Han with its extensions, 々 and 〇, and kana.
_UNSPACED = r"\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"([{_UNSPACED}]+)|([^\W_{_UNSPACED}]+)")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LONGEST_WORD = 40
_MOST_TERMS = 4000  # a tsvector holds 1 MB
_SHORTEST_PREFIX = 3  # beginnings of two letters would match half of the texts


# ``seed:7 name:"shot 3" id:547c27 server:box-a``; Chinese keyboards have a wide colon.
_FIELD = re.compile(r"(?i)(?<!\S)(seed|name|id|server)[:：](?:[\"“”]([^\"“”]*)[\"“”]|(\S+))")
_WHOLE_ID = re.compile(r"(?<!\S)(\w+-\w+-[0-9a-f]{6})(?!\S)")


@dataclass(frozen=True)
class Term:
    """A term of a query; with ``prefix`` it stands for every term that begins with it."""

    text: str
    prefix: bool


def search_terms(text: str) -> list[str]:
    """The distinct terms to index for a text: lower case, without accents, at most 4000."""
    terms: dict[str, None] = {}
    for unspaced, word in _RUNS.findall(_normal(text)):
        terms.update(dict.fromkeys([*unspaced, *_pairs(unspaced)] if unspaced else [word[:_LONGEST_WORD]]))
    return list(terms)[:_MOST_TERMS]


def owner_term(owner: str) -> str:
    """A term for a job's owner, longer than any of a text, so that an owner's own jobs are found without the rest."""
    return f"owner{sha256(owner.encode()).hexdigest()}"


def fact_terms(job_id: str, seed: int | None, name: str) -> list[str]:
    """The terms of a job's id, seed and name: to be found as words, and each as the field that it is."""
    ends = [str(seed)] if seed is not None else []
    found = [*ends, *search_terms(name), job_id.rpartition("-")[2].lower()]
    fields = {"seed": ends, "name": search_terms(name), "id": search_terms(job_id)}
    return [*found, *(_in_field(field, term) for field, terms in fields.items() for term in terms)]


def fields_of(query: str) -> tuple[str, list[tuple[str, str]]]:
    """A query apart: its words, and its fields with what each is to be (``server:`` among them)."""
    named = _WHOLE_ID.sub(r"id:\1", query)
    found = [(field.lower(), quoted or plain) for field, quoted, plain in _FIELD.findall(named)]
    return _FIELD.sub(" ", named).strip(), found


def query_terms(query: str) -> list[Term]:
    """The terms that a text must all have. Words match their beginnings, so that "rain" finds "raining"."""
    words, fields = fields_of(query)
    terms = dict.fromkeys(_terms(words))
    for field, value in fields:
        terms |= dict.fromkeys(
            Term(_in_field(field, one.text), prefix=one.prefix and field != "seed") for one in _terms(value)
        )
    return list(terms)


def _in_field(field: str, term: str) -> str:
    return f"is{field}{term}"


def _terms(text: str) -> list[Term]:
    found = [
        _of_characters(unspaced) if unspaced else [_of_word(word)] for unspaced, word in _RUNS.findall(_normal(text))
    ]
    return [term for some in found for term in some]


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _of_characters(run: str) -> list[Term]:
    return [Term(each, prefix=False) for each in _pairs(run) or run]


def _of_word(word: str) -> Term:
    return Term(word[:_LONGEST_WORD], prefix=len(word) >= _SHORTEST_PREFIX)
