"""Every rule of the check, with a text that breaks it and one that keeps it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from description.camera import camera_moves
from description.check import Finding, check
from description.text import MARKER, with_marker

USER = 'A barista slides a cup over the counter: "One flat white for you."'
ELEMENTS = "Photograph, medium close-up, warm lamps; a young man in a green apron behind a wooden counter, a white cup."
OPENING = (
    "In a warm, photographic medium close-up, a young man in a green apron stands behind a wooden counter and faces "
    "us, a white cup before him; lamplight falls from above and glows on the wood. "
)
ACTION = (
    "He lowers his eyes to the cup, turns its handle outward with two fingers and slides it toward us, steam curling "
    "with the movement. "
)
SPEECH = 'The young man in the green apron smiles and says in a bright voice, "One flat white for you." '
SOUND = "The sound is close: the saucer scrapes softly over the wood and the espresso machine hisses behind."
GOOD = with_marker(OPENING + ACTION + SPEECH + SOUND, True)


def found(text: str, user: str = USER, elements: str = ELEMENTS, seconds: float = 193 / 24) -> dict[str, Finding]:
    findings = check(with_marker(text, True), user, elements=elements, seconds=seconds, marker=True)
    return {finding.code: finding for finding in findings}


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_description_has_no_findings() -> None:
    assert found(GOOD) == {}


FAULTS = {
    "quote_missing": changed('"One flat white for you."', "a few words."),
    "quote_invented": changed(SPEECH, SPEECH + 'The young man adds, "Enjoy it." '),
    "quote_repeated": changed(SPEECH, SPEECH + SPEECH),
    "too_long": changed(ACTION, ACTION * 12),
    "long": changed(ACTION, ACTION * 7),
    "short": 'A young man in a green apron says, "One flat white for you." The sound is a soft scrape.',
    "speaker_unclear": changed("The young man in the green apron smiles and says", "Smiling, he says"),
    "speaker_number": changed("The young man in the green apron smiles", "Speaker 1 smiles beside the counter"),
    "sound_not_last": changed(SOUND, "") + " He nods once and turns away from us.",
    "voice_in_sound": changed("and the espresso machine", "under the man's voice, and the espresso machine"),
    "not_english": changed(ACTION, "他低下头，看着杯子，把杯子慢慢推过来，蒸汽随着动作弯曲。"),
    "tag": changed("He lowers", "<AUDCAP>He lowers"),
    "markdown": changed("He lowers", "## He lowers"),
    "label": changed(SOUND, "Audio: " + SOUND),
    "time_mark": changed("He lowers", "At 3 seconds he lowers"),
    "preamble": "Here is your description of the video " + GOOD,
    "stillness": changed("He lowers", "The room remains motionless. He lowers"),
    "negative": changed("He lowers", "There is no music here. He lowers"),
    "camera_invented": changed("He lowers", "The camera slowly pushes in. He lowers"),
    "cut_invented": changed("He lowers", "Then the view cuts to a street. He lowers"),
    "music_invented": changed("and the espresso", "while soft piano music plays and the espresso"),
    "opening": changed(
        OPENING, "Somewhere in deep space two planets drift past each other among a thousand distant blue suns. " * 3
    ),
    "styles": changed("photographic", "photorealistic anime"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_found(code: str) -> None:
    assert code in found(FAULTS[code])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("quote_missing", changed('"One flat white for you."', '"One flat white for you,"')),
        ("quote_invented", changed(SPEECH, SPEECH + 'The cup reads "green apron" in small letters. ')),
        ("speaker_unclear", changed("The young man in the green apron smiles", "The young man smiles")),
        ("speaker_unclear", changed("smiles and says in a bright voice,", "smiles.")),
        ("sound_not_last", changed(SOUND, "Only faint room tone and one tick of a clock remain.")),
        ("voice_in_sound", changed("the saucer scrapes", "small birds sing outside, the saucer scrapes")),
        ("time_mark", changed("He lowers", "In the style of the 1980s, he lowers")),
        ("stillness", changed("the saucer", "a radio hums with radio static, the saucer")),
        ("stillness", changed("He lowers", "Near a still life of pears, he lowers")),
        ("negative", changed("He lowers", "He no longer looks up and lowers")),
        ("camera_invented", changed("He lowers", "He pans the coffee grounds, tilts his head, follows it and lowers")),
        ("cut_invented", changed("He lowers", "He cuts the lemon and lowers")),
        ("music_invented", changed("the saucer", "birdsong drifts in, the saucer")),
    ],
)
def test_what_only_looks_like_a_fault_is_none(code: str, text: str) -> None:
    assert code not in found(text)


@pytest.mark.parametrize(
    ("code", "user", "text"),
    [
        ("camera_invented", "The camera pushes in on a man.", changed("He lowers", "The camera pushes in. He lowers")),
        ("camera_invented", "镜头推近一个男人", changed("He lowers", "The camera pushes in. He lowers")),
        ("music_invented", "一个男人弹吉他", changed("He lowers", "A guitar plays. He lowers")),
        (
            "cut_invented",
            "A man, then cut to the street.",
            changed("He lowers", "The view cuts to the street. He lowers"),
        ),
    ],
)
def test_what_was_asked_for_is_no_fault(code: str, user: str, text: str) -> None:
    assert code in found(text, user=USER)
    assert code not in found(text, user=user)


def test_more_than_one_camera_move_is_too_many_unless_the_user_named_more() -> None:
    text = changed("He lowers", "The camera pans left and then zooms in. He lowers")
    assert found(text, user="Camera move, please.")["camera_many"].correct
    assert not found(text, user="The camera pans left, then zooms in.")["camera_many"].correct


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("The camera slowly pushes in.", {"push"}),
        ("The camera begins to pull back and tilts up.", {"pull", "tilt"}),
        ("A slow pan shows the hall.", {"pan"}),
        ("The view drifts past the trees.", {"track"}),
        ("The camera sits low while the dog follows a ball.", set()),
        ("A woman tilts her head toward the camera.", set()),
    ],
)
def test_camera_moves(text: str, moves: set[str]) -> None:
    assert camera_moves(text) == moves


def test_the_marker_must_be_where_it_is_wanted() -> None:
    for text, marker in ((GOOD, False), (with_marker(GOOD, False), True), (f"{MARKER} {GOOD}", True)):
        assert "marker" in {f.code for f in check(text, USER, elements=ELEMENTS, seconds=8, marker=marker)}
    unmarked = with_marker(GOOD, False)
    assert "marker" not in {f.code for f in check(unmarked, USER, elements=ELEMENTS, seconds=8, marker=False)}


def spoken(line: str, turns: int = 1) -> str:
    return OPENING + "".join(f'The man in the apron says, "{line}" ' for _ in range(turns)) + SOUND


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("word " * 12, set()),
        ("word " * 22, {"speech_tight"}),
        ("word " * 40, {"speech_too_long"}),
        ("一二三四五六七八九十" * 2, set()),
        ("一二三四五六七八九十" * 5, {"speech_too_long"}),
    ],
)
def test_speech_must_fit_the_clip(line: str, expected: set[str]) -> None:
    line = line.strip()
    codes = found(spoken(line), user=f'The man says "{line}"')
    assert {code for code in codes if code.startswith("speech")} == expected
    assert not any(codes[code].correct for code in expected)


def test_a_longer_clip_has_room_for_more_speech() -> None:
    line = ("word " * 30).strip()
    assert "speech_too_long" in found(spoken(line), user=f'"{line}"')
    assert "speech_too_long" not in found(spoken(line), user=f'"{line}"', seconds=16)


def test_four_turns_are_many_and_other_languages_untested() -> None:
    assert "many_turns" in found(spoken("Yes.", turns=4), user='"Yes."')
    assert "many_turns" not in found(spoken("Yes.", turns=3), user='"Yes."')
    assert "speech_language" in found(spoken("Привет"), user='"Привет"')
    assert "speech_language" not in found(spoken("你好"), user='"你好"')


def test_singing_is_asked_for_and_said_to_be_weak() -> None:
    assert not found(GOOD, user="A barista sings a song.")["singing"].correct


def test_chinese_words_are_compared_to_the_character() -> None:
    user = "咖啡师说：“您的澳白好了。”"
    text = GOOD.replace("One flat white for you.", "您的澳白好了。")
    assert "quote_missing" not in found(text, user=user)
    assert "quote_missing" in found(text.replace("澳白", "奥白"), user=user)


def test_text_that_the_frame_shows_may_be_quoted() -> None:
    text = changed("He lowers", 'Behind him a sign reads "今日特价". He lowers')
    assert "quote_invented" in found(text)
    assert "quote_invented" not in found(text, elements=ELEMENTS + ' A sign reads "今日特价".')


def test_another_latin_language_is_noticed() -> None:
    spanish = "Un joven con delantal verde está detrás de un mostrador de madera y nos mira con una sonrisa tranquila. "
    assert "not_english" in found(spanish * 3 + SOUND, user="un barista")


@given(st.text(), st.text(), st.booleans())
def test_any_text_can_be_checked(text: str, user: str, marker: bool) -> None:
    for finding in check(text, user, seconds=8, marker=marker, elements=user):
        assert str(finding.message)


def test_our_own_examples_keep_every_rule() -> None:
    prompt = (Path(__file__).parents[2] / "prompts" / "video_description.md").read_text(encoding="utf-8")
    examples = re.findall(r"Example \d\. Description: (.*?) Frame: (.*?)\n\n(.*?)(?:\n|$)", prompt, re.DOTALL)
    assert len(examples) == 2
    for user, frame, text in examples:
        assert found(text, user=user.strip('"'), elements=frame) == {}
