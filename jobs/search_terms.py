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


def query_terms(query: str) -> list[Term]:
    """The terms that a text must all have. Words match their beginnings, so that "rain" finds "raining"."""
    terms: dict[Term, None] = {}
    for unspaced, word in _RUNS.findall(_normal(query)):
        terms.update(dict.fromkeys(_of_characters(unspaced) if unspaced else [_of_word(word)]))
    return list(terms)


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _of_characters(run: str) -> list[Term]:
    return [Term(each, prefix=False) for each in _pairs(run) or run]


def _of_word(word: str) -> Term:
    return Term(word[:_LONGEST_WORD], prefix=len(word) >= _SHORTEST_PREFIX)
