"""What each service is asked when it listens, what comes back, and each way in which that fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import Settings
from core import errors
from providers import listener
from providers.base import HeardAnswer, HeardWords
from tests.hostile.faults import FAULTS
from tests.providers.asking import SERVICES, SOUND, ask, provider
from tests.providers.fake_services import KEYS, FakeServices, Raw, Reply
from tests.providers.wire_formats import chat_answer, gemini_answer, heard_by_gemini, qwen_asr_answer, whisper_answer

MODELS = {"gemini": "gemini-3.8-flash", "dashscope": "qwen3-asr-flash", "openai": "local-audio"}


def heard(fake: FakeServices, service: str, *replies: Reply, **options: Any) -> HeardAnswer:
    if replies:
        fake.script(f"{service}.hearing", *replies)
    answer = ask(provider(fake, service, **options), "hearing")
    assert isinstance(answer, HeardAnswer)
    return answer


@pytest.mark.parametrize("service", SERVICES)
def test_one_request_with_the_sound_and_without_what_was_to_be_said(fake: FakeServices, service: str) -> None:
    answer = heard(fake, service, "Hello there friend.")
    (received,) = fake.received()
    assert received.route == f"{service}.hearing"
    assert (received.key, received.model) == (KEYS[service], MODELS[service])
    assert received.sounds == [SOUND]
    assert (answer.text, answer.provider) == ("Hello there friend.", service)
    assert answer.language in ("en", "english")


def test_times_come_from_those_who_tell_them(fake: FakeServices) -> None:
    assert heard(fake, "gemini", "One. Two.").words[1] == HeardWords(text="Two.", start=1.0, end=1.9)
    assert heard(fake, "openai", "one two").words[1] == HeardWords(text="two", start=0.5, end=0.9)
    assert heard(fake, "dashscope", "one two").words == (HeardWords(text="one two"),)


def test_sung_where_the_service_can_tell(fake: FakeServices) -> None:
    sung = gemini_answer("m", heard_by_gemini("La la la.", manner="sung"))
    assert heard(fake, "gemini", Raw(200, sung)).sung is True
    assert heard(fake, "gemini", "La la la.").sung is False
    assert heard(fake, "openai", "La la la.").sung is None


@pytest.mark.parametrize("service", SERVICES)
def test_no_speech_is_an_answer(fake: FakeServices, service: str) -> None:
    assert heard(fake, service, "").words == ()


@pytest.mark.parametrize("service", SERVICES)
def test_the_same_is_kept_as_json_and_read_again(fake: FakeServices, service: str) -> None:
    from dataclasses import asdict

    first = heard(fake, service, "Hello there.")
    found = json.loads(json.dumps(asdict(first)))
    assert HeardAnswer(**found | {"words": tuple(HeardWords(**one) for one in found["words"])}) == first


def test_what_the_model_itself_holds_for_silence_is_left_out(fake: FakeServices) -> None:
    invented = whisper_answer("Thank you for watching", no_speech_prob=0.9, avg_logprob=-1.4)
    assert heard(fake, "openai", Raw(200, invented)).words == ()


def test_a_server_without_words_or_segments_is_taken_by_its_text(fake: FakeServices) -> None:
    assert heard(fake, "openai", Raw(200, {"text": " hello "})).words == (HeardWords(text="hello"),)


def test_a_model_that_refuses_the_format_is_asked_for_the_plain_one(fake: FakeServices) -> None:
    no = {
        "error": {"message": "response_format 'verbose_json' is not compatible with this model", "code": "unsupported"}
    }
    other = {"error": {"message": "timestamp_granularities needs verbose_json", "code": "unsupported"}}
    answer = heard(fake, "openai", Raw(400, no), Raw(400, other), Raw(200, {"text": "hello"}))
    assert answer.text == "hello"
    assert fake.count("openai.hearing") == 3


REFUSED: dict[str, Raw] = {
    "gemini": Raw(200, {"promptFeedback": {"blockReason": "SAFETY"}}),
    "dashscope": Raw(400, {"error": {"code": "data_inspection_failed", "message": "inappropriate content"}}),
    "openai": Raw(400, {"error": {"code": "content_policy_violation", "message": "no"}}),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_refusal_is_said_to_be_one(fake: FakeServices, service: str) -> None:
    with pytest.raises(errors.PromptBlocked):
        heard(fake, service, REFUSED[service])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_never_answers_is_left_in_time(fake: FakeServices, service: str) -> None:
    with pytest.raises(errors.ProviderTimeout):
        heard(fake, service, FAULTS["silent"], seconds=0.5, attempts=1)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "odd", ["<html>log in</html>", "[]", "3", '{"other": 1}', '{"text": 5, "choices": [], "candidates": []}']
)
def test_nonsense_is_an_answer_that_is_not_understood(fake: FakeServices, service: str, odd: str) -> None:
    with pytest.raises(errors.ProviderAnswerUnclear):
        heard(fake, service, Raw(200, odd))


@pytest.mark.parametrize("told", ["I hear a dog.", '{"stretches": "none"}', "[1, 2]", "{" * 5_000])
def test_what_a_model_tells_beside_the_format_is_no_transcript(fake: FakeServices, told: str) -> None:
    with pytest.raises(errors.ProviderAnswerUnclear):
        heard(fake, "gemini", Raw(200, gemini_answer("m", told)))


@pytest.mark.parametrize("odd", [None, "x", -1, True, 1e12, [], {}])
def test_odd_times_and_names_beside_good_words(fake: FakeServices, odd: object) -> None:
    stretches = [{"start": odd, "end": odd, "text": "hello", "manner": odd}, odd, {"text": odd}]
    body = json.dumps({"language": odd, "stretches": stretches})
    assert heard(fake, "gemini", Raw(200, gemini_answer("m", body))).words[0] == HeardWords(text="hello")
    answer = whisper_answer("hello")
    answer["words"] = [{"word": "hello", "start": odd, "end": odd}, odd]
    answer["segments"] = [odd, {"text": odd, "start": odd, "no_speech_prob": odd}]
    assert heard(fake, "openai", Raw(200, {**answer, "language": odd})).words[0] == HeardWords(text="hello")
    asr = qwen_asr_answer("m", "hello")
    asr["choices"][0]["message"]["annotations"] = odd
    assert heard(fake, "dashscope", Raw(200, asr)).text == "hello"


def test_a_chat_that_was_cut_off_is_no_transcript(fake: FakeServices) -> None:
    with pytest.raises(errors.NoTextReturned):
        heard(fake, "dashscope", Raw(200, chat_answer("m", "hello", ending="length")))


def test_nothing_is_sent_where_hearing_is_not_configured(fake: FakeServices) -> None:
    every = fake.settings("gemini", "dashscope", "openai")
    assert listener(Settings(**every, listen="off")) is None  # type: ignore[arg-type]
    assert listener(Settings()) is None
    without: dict[str, Any] = {"gemini_audio_model": "", "qwen_asr_model": "", "openai_audio_model": ""}
    assert listener(Settings(**{**every, **without})) is None
    found = listener(Settings(**{**every, "gemini_audio_model": ""}))  # type: ignore[arg-type]
    assert found is not None
    assert found.name == "dashscope"
