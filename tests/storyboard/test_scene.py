"""From words to a scene: place, hour, weather, who and what, in English and Chinese."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.limits import MAX_TEXT
from description.draft import is_chinese
from description.text import mended
from providers.base import TextRequest, TextTask
from providers.offline import Offline
from storyboard import lexicon
from storyboard.scene import Subject, scene_of
from storyboard.script import lines, sounds
from storyboard.telling import ambience_of, elements_of
from storyboard.things import _FILE, names
from tests.description.test_hostile_texts import PIECES
from tests.storyboard.corpus import SCENES, TALK


@pytest.mark.parametrize("text", SCENES)
def test_the_scene_of_a_description(text: str) -> None:
    scene = scene_of(text)
    place, hour, there = SCENES[text]
    assert (scene.place, scene.time) == (place, hour)
    assert there <= {*scene.weather, *scene.things, *(subject.kind for subject in scene.subjects)}


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Two old men play chess.", [("old man", 2, "sit", "", "")]),
        ("一个穿红色外套的女孩在雪地里奔跑。", [("girl", 1, "run", "", "red")]),
        ("A woman on the left and a man on the right.", [("woman", 1, "", "left", ""), ("man", 1, "", "right", "")]),
        ("An orange cat chases a mouse.", [("cat", 1, "run", "", "orange")]),
        ("The woman turns. She smiles.", [("woman", 1, "", "", "")]),
        ("女人转身，她笑了。", [("woman", 1, "", "", "")]),
        ("Two people talk. The woman laughs, the man waits.", [("woman", 1, "", "", ""), ("man", 1, "", "", "")]),
        ("People wait.", []),
        ("Three elephants.", [("elephant", 3, "", "", "")]),
        ("Dogs in a park.", [("dog", 3, "", "", "")]),
    ],
)
def test_who_is_there(text: str, subjects: list[tuple[str, int, str, str, str]]) -> None:
    assert scene_of(text).subjects == tuple(Subject(*subject) for subject in subjects)


def test_the_umbrella_is_held_by_whom_the_words_give_it_to() -> None:
    woman, man = scene_of("穿红色外套的女人对撑伞的男人说话。").subjects
    assert (woman.umbrella, man.umbrella) == (False, True)
    assert scene_of("一个女人撑着伞走在雨里。").things == ("umbrella",)
    woman, man = scene_of("A woman under an umbrella and a man in a hat.").subjects
    assert (woman.umbrella, man.umbrella) == (True, False)


@pytest.mark.parametrize(
    ("text", "shot"),
    [
        ("A close-up of a hand.", "close"),
        ("The camera starts on a wide shot of the bay.", "wide"),
        ("一个女人的特写。", "close"),
        ("全景镜头，草原。", "wide"),
        ("The sound of a distant bell.", ""),
        ("A cat.", ""),
    ],
)
def test_how_near_the_camera_is(text: str, shot: str) -> None:
    assert scene_of(text).shot == shot


def test_what_is_said_and_heard_is_not_seen() -> None:
    scene = scene_of('A man in a room says "The lighthouse, in the storm!" The sound of a dog barking.')
    assert (scene.place, scene.weather, scene.things) == ("room", frozenset(), ())
    assert [subject.kind for subject in scene.subjects] == ["man"]
    assert scene.talks


@given(st.text(max_size=300))
def test_any_text_has_a_scene(text: str) -> None:
    scene = scene_of(text)
    assert scene.place in lexicon.PLACES
    assert scene.time in lexicon.TIMES
    assert 0 <= scene.seed < 2**48


@pytest.mark.parametrize("piece", [*PIECES, "two ", "camera ", "close ", "red ", "she ", "人", "一"])
def test_a_text_made_to_cost_much(piece: str) -> None:
    text = (piece * (MAX_TEXT // len(piece) + 1))[:MAX_TEXT]
    scene_of(text)
    lines(text, 8.0)
    sounds(text)


def drafted(task: TextTask, **facts: str) -> str:
    return Offline().text(TextRequest(task=task, system="", user="", facts=facts)).text


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("text", [*SCENES, TALK, "雨夜，小女孩对黑猫说：“跟我回家吧。”远处传来雷声。"])
def test_the_texts_made_offline_tell_the_same_scene_as_the_description(text: str, orientation: str) -> None:
    """Else the video would not find the layers of its first frame again."""
    scene = scene_of(text)
    prompt = drafted("image_prompt", user_text=text, orientation=orientation)
    elements = elements_of(scene_of(prompt), orientation, chinese=is_chinese(prompt))
    described = mended(drafted("video_description", user_text=text, elements=elements), user_text=text, marker=True)
    assert scene_of(prompt).seed == scene.seed
    assert scene_of(described).seed == scene.seed


@pytest.mark.parametrize("text", SCENES)
def test_it_is_told_in_the_language_of_the_text(text: str) -> None:
    scene = scene_of(text)
    for told in (elements_of(scene, "landscape", chinese=True), ambience_of(scene, chinese=True)):
        assert is_chinese(told)
        assert not any("a" <= letter.lower() <= "z" for letter in told)
    for told in (elements_of(scene, "landscape", chinese=False), ambience_of(scene, chinese=False)):
        assert told.isascii()
        assert told.endswith(".")


def test_the_lexicon_and_the_shapes_belong_together() -> None:
    assert names() <= lexicon.ANIMALS.keys() | lexicon.THINGS.keys()
    assert lexicon.ANIMALS.keys() - {"birds"} <= names()
    assert _FILE.stat().st_size < 100_000
    assert json.loads(_FILE.read_text())["unit"] == 640
