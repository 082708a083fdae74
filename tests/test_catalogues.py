"""The catalogues say every sentence of the source, with the same placeholders; and whose turn which language is."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from core import translations as words
from core.errors import BadId, NoServerReady, OutOfMemory, ServerUnreachable
from core.messages import Message, as_written, gettext_noop, joined, listed, message, phrase
from core.plain_text import visible_text
from core.steps import STEPS
from core.translations import language_of, language_of_environment, translator
from jobs.model.request import Mode
from jobs.model.states import JOB_STATES
from locales import refresh
from providers.base import Capability

CHINESE = translator("zh_CN")


@lru_cache(maxsize=1)
def source() -> Catalog:
    return refresh.extracted()


@lru_cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def translations(path: Path) -> dict[str, str]:
    return {str(entry.id): str(entry.string or "") for entry in catalogue(path) if entry.id}


def placeholders(text: str) -> list[str]:
    """Every placeholder as it stands, its format included, as often as it stands there."""
    parsed = string.Formatter().parse(text)
    return sorted(f"{name}!{how}:{form}" for _, name, form, how in parsed if name is not None)


every_catalogue = pytest.mark.parametrize("path", refresh.catalogues(), ids=lambda path: path.parent.parent.name)


def test_every_language_but_that_of_the_source_has_a_catalogue() -> None:
    assert {path.parent.parent.name for path in refresh.catalogues()} == set(words.LANGUAGES) - {"en"}


@every_catalogue
def test_a_catalogue_has_exactly_the_sentences_of_the_source(path: Path) -> None:
    wanted = {entry.id for entry in source() if entry.id}
    assert set(translations(path)) == wanted, "run: python -m locales.refresh"
    assert not catalogue(path).obsolete


@every_catalogue
def test_every_sentence_is_translated(path: Path) -> None:
    assert not [sentence for sentence, own in translations(path).items() if not own]
    assert not [entry.id for entry in catalogue(path) if entry.id and entry.fuzzy]


@every_catalogue
def test_a_translation_has_the_placeholders_of_its_sentence(path: Path) -> None:
    pairs = translations(path).items()
    assert not [sentence for sentence, own in pairs if placeholders(sentence) != placeholders(own)]


@every_catalogue
def test_a_translation_ends_as_its_sentence_does(path: Path) -> None:
    """So that sentences can be put inside and after one another."""
    ends = (".", "。"), ("?", "？"), ("…", "…")
    pairs = translations(path).items()
    assert not [pair for pair in pairs for end, own in ends if pair[0].endswith(end) != pair[1].endswith(own)]


def test_chinese_has_no_half_width_punctuation_between_its_characters() -> None:
    half_width = re.compile(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]")
    chinese = translations(words.CATALOGUES / "zh_CN" / "LC_MESSAGES" / "messages.po").values()
    assert not [own for own in chinese if half_width.search(re.sub(":material/.*?:", "", own))]


@pytest.mark.parametrize("file", list(refresh.sources()), ids=lambda file: file.relative_to(refresh.ROOT).as_posix())
def test_what_is_marked_can_be_found(file: Path) -> None:
    """A sentence put together before it is looked up is in no catalogue."""
    built = ast.JoinedStr | ast.BinOp
    assert not [ast.unparse(one) for one in refresh.marked(ast.parse(file.read_bytes())) if isinstance(one, built)]


PAGES = sorted((refresh.ROOT / "ui").rglob("*.py"))
SENTENCE = re.compile(r"[A-Za-z]{2,}[,.:]? [A-Za-z]{2,}|[A-Z][a-z]{2,}")
NOT_OURS_TO_SAY = {
    *("Gemini", "DashScope (Qwen, Z-Image)"),  # names
    *("Answer with one word.", "Say: ready"),  # to a model
    *("X-Content-Type-Options", "Cache-Control", "Content-Disposition", "private, max-age=3600"),  # to a browser
    *("This program does not answer under this name. Name it in ALLOWED_HOSTS.",),  # before there is a page
    *("Uploads are for people who are logged in.", "server.maxUploadSize"),  # to a program
    *("Too many uploads at once. Take some out of the page, or try again later.",),  # Streamlit shows its status alone
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_sentence_of_a_page_bypasses_the_catalogues(page: Path) -> None:
    tree = ast.parse(page.read_bytes())
    known = {id(sentence) for sentence in refresh.marked(tree)} | set(map(id, _not_shown(tree)))
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in known]
    said = {text.value for text in texts if isinstance(text.value, str) and SENTENCE.search(text.value)}
    assert said <= NOT_OURS_TO_SAY


def _not_shown(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings and quoted types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            yield from ast.walk(node.annotation)


def test_words_that_are_looked_up_by_their_key_are_there() -> None:
    keys = [*JOB_STATES, *STEPS, *get_args(Mode), *get_args(Capability)]
    assert not [key for key in keys if CHINESE(key.replace("_", " ")) == key.replace("_", " ")]


# ---- filling ------------------------------------------------------------------------------------------------


def test_words_of_ours_are_translated_inside_a_sentence_and_those_of_others_are_not() -> None:
    assert ServerUnreachable(server="empty", reason=gettext_noop("refused")).message(CHINESE) == (
        "无法连接服务器 empty：连接被拒绝。"
    )
    assert BadId(value="empty").message(CHINESE) == "这不是任务 ID：empty"
    assert (
        message(gettext_noop("A cut (“{words}”) that was not asked for."), words="empty").text(CHINESE).count("empty")
        == 1
    )


def test_a_phrase_is_translated_with_its_own_facts() -> None:
    reason = phrase(gettext_noop("it has more than {limit} frames"), limit=20)
    assert message(gettext_noop("The download was interrupted: {reason}."), reason=reason).text() == (
        "The download was interrupted: it has more than 20 frames."
    )
    assert message(gettext_noop("The download was interrupted: {reason}."), reason=reason).text(CHINESE) == (
        f"下载中断：{CHINESE(reason['template']).format(limit=20)}。"
    )


def test_errors_inside_an_error_keep_one_full_stop_each() -> None:
    errors = [ServerUnreachable(server=name, reason=gettext_noop("refused")).phrase() for name in "abc"]
    problem = NoServerReady(troubles=joined(gettext_noop("{first}. {second}."), errors))
    said = " ".join(f"The server {name} cannot be reached: refused." for name in "abc")
    assert problem.message() == f"None of the configured servers is ready: {said}"
    told = "".join(f"无法连接服务器 {name}：连接被拒绝。" for name in "abc")
    assert problem.message(CHINESE) == f"配置的服务器都没有就绪：{told}"


def test_words_are_listed_as_the_language_does_it() -> None:
    moves = message(
        gettext_noop("A camera move ({moves}) that was not asked for."), moves=listed(["pan", "push", "tilt"])
    )
    assert str(moves) == "A camera move (pan, push, tilt) that was not asked for."
    assert moves.text(CHINESE) == "出现了未要求的镜头运动（摇、推、俯仰）。"


@given(st.text(), st.text())
def test_no_text_of_a_person_breaks_or_changes_a_sentence(server: str, job: str) -> None:
    problem = OutOfMemory(server=server, job=job)
    for said in (problem.message(), problem.message(CHINESE)):
        assert visible_text(server) in said  # what nobody sees is in no error
        assert visible_text(job) in said


# ---- choice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferences", "language"),
    [
        (("zh-CN",), "zh_CN"),
        (("zh_CN.UTF-8",), "zh_CN"),
        (("zh-Hans",), "zh_CN"),
        (("zh-Hans-SG",), "zh_CN"),
        (("zh_SG",), "zh_CN"),
        (("ZH",), "zh_CN"),
        (("zh-TW",), "en"),
        (("zh_HK.UTF-8",), "en"),
        (("zh-Hant-CN",), "en"),
        (("zha",), "en"),
        (("fr",), "en"),
        ((), "en"),
        (("", None, "zh"), "zh_CN"),
        (("fr", "zh-CN"), "zh_CN"),
        (("en-GB", "zh-CN"), "en"),
        (("zh-CN", "en"), "zh_CN"),
        (("C.UTF-8",), "en"),
    ],
)
def test_the_language_of_preferences(preferences: tuple[str | None, ...], language: str) -> None:
    assert language_of(*preferences) == language


@given(st.lists(st.none() | st.text()))
def test_any_preferences_end_in_a_language_of_ours(preferences: list[str | None]) -> None:
    assert language_of(*preferences) in words.LANGUAGES


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, "zh_CN"),
        ({"LANGUAGE": "zh"}, "zh_CN"),
        ({"LANGUAGE": "fr:zh_CN", "LANG": "fr_FR.UTF-8"}, "zh_CN"),
    ],
)
def test_the_language_of_an_environment(environment: Mapping[str, str], language: str) -> None:
    assert language_of_environment(environment) == language


@pytest.mark.parametrize("language", ["en", "fr", "", "../en", "zh_TW"])
def test_a_language_without_a_catalogue_stays_english(language: str) -> None:
    assert translator(language) is as_written


def test_a_sentence_that_is_in_no_catalogue_stays_as_it_is() -> None:
    assert Message("{n} parsecs", {"n": 3}).text(CHINESE) == "3 parsecs"
    assert CHINESE("") == ""


@every_catalogue
def test_a_catalogue_reads_the_same_without_babel(path: Path) -> None:
    say, read = translator(path.parent.parent.name), translations(path)
    assert {sentence: say(sentence) for sentence in read} == read
