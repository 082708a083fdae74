"""Step 4: one rewriting, one correction at most, and never the person's raw text in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import EmptyText, FileMissing, InputError, NoTextReturned, ProviderBusy
from description.text import MARKER, with_marker
from prompt_rewriter_with_image import DescriptionRequest, VideoDescription, elements_from, write_video_description
from providers.offline import Offline
from tests.steps.fake_provider import Answer, FakeProvider

USER = "雨夜，穿蓝色雨衣的小女孩对一只黑猫说：“跟我回家吧。”"
ELEMENTS = (
    "2D anime, wide shot at night: a small girl in a blue raincoat under a street lamp, a black cat on wet steps."
)
GOOD = (
    "In a 2D anime style, a low wide shot shows a wet street at night: on the left a small girl in a blue raincoat "
    "squats in the light of a street lamp, and on the right a black cat sits on wet steps. Rain falls in thin bright "
    'lines. In a soft, coaxing voice the girl in the blue raincoat says, "跟我回家吧。" The black cat listens, blinks '
    "and sets one paw into a puddle. The sound is near: rain patters on the hood and drops plink into the puddles."
)
BAD = GOOD.replace("跟我回家吧。", "Come home with me.")
WORSE = BAD.replace("Rain falls", "The camera pushes in. Rain falls")


def write(*answers: Answer, user: str = USER, **wanted: bool) -> tuple[VideoDescription, FakeProvider]:
    writer = FakeProvider(list(answers))
    made = write_video_description(
        DescriptionRequest(user_text=user, elements=ELEMENTS, seconds=193 / 24, **wanted), writer=writer
    )
    return made, writer


def test_a_good_text_is_taken_as_it_is_after_one_call() -> None:
    made, writer = write(GOOD)
    assert made.result.output == f"{GOOD} {MARKER}"
    assert writer.tasks == ["video_description"]
    assert (made.result.provider, made.result.model, made.result.tokens) == ("fake", "fake-text", 100)
    assert not made.result.warnings


def test_chinese_dialogue_arrives_byte_for_byte() -> None:
    made, _ = write(GOOD.replace('"跟我回家吧。"', "“跟我回家吧.”"))
    assert '"跟我回家吧。"'.encode() in made.result.output.encode()


@pytest.mark.parametrize(
    "answer",
    [
        f"```\n{GOOD}\n```",
        f"Here is the rewritten description:\n\n{GOOD}",
        GOOD.replace(". ", ".\n\n"),
        f"{MARKER} {GOOD}",
    ],
)
def test_what_code_can_mend_is_not_paid_for(answer: str) -> None:
    made, writer = write(answer)
    assert made.result.output == f"{GOOD} {MARKER}"
    assert writer.tasks == ["video_description"]


def test_one_correction_names_the_faults_and_the_better_text_is_kept() -> None:
    made, writer = write(BAD, GOOD)
    assert made.result.output == f"{GOOD} {MARKER}"
    assert writer.tasks == ["video_description", "correction"]
    asked = writer.asked[1].user
    assert "“跟我回家吧。” are missing" in asked
    assert BAD in asked
    assert USER in asked
    assert MARKER not in asked
    assert made.result.tokens == 200
    assert not made.findings


def test_what_remains_after_the_one_correction_becomes_warnings() -> None:
    made, writer = write(BAD, BAD)
    assert len(writer.asked) == 2
    assert {finding.code for finding in made.findings} == {"quote_missing", "quote_invented"}
    assert [str(warning) for warning in made.result.warnings] == [str(finding.message) for finding in made.findings]


def test_a_worse_correction_is_not_taken() -> None:
    made, _ = write(BAD, WORSE)
    assert made.result.output == f"{BAD} {MARKER}"


@pytest.mark.parametrize("failure", [ProviderBusy(provider="fake", status=503), ""])
def test_a_correction_that_fails_leaves_the_text_and_is_said(failure: Answer) -> None:
    made, _ = write(BAD, failure)
    assert made.result.output == f"{BAD} {MARKER}"
    assert "could not be corrected" in str(made.result.warnings[0])


def test_faults_that_are_the_users_own_are_said_without_a_call() -> None:
    line = ("word " * 40).strip()
    made, writer = write(GOOD.replace("跟我回家吧。", line), user=f'A girl in a blue raincoat says "{line}"')
    assert writer.tasks == ["video_description"]
    assert {finding.code for finding in made.findings} == {"speech_too_long"}


@pytest.mark.parametrize("answer", ["", " \n ", "```\n```"])
def test_an_empty_answer_is_an_error_and_never_the_raw_text(answer: str) -> None:
    with pytest.raises(NoTextReturned):
        write(answer)


def test_a_failing_rewriting_stops_the_step() -> None:
    with pytest.raises(ProviderBusy):
        write(ProviderBusy(provider="fake", status=429))


@pytest.mark.parametrize(("user", "elements"), [(" ", ELEMENTS), (USER, " ")])
def test_texts_that_are_missing_cost_nothing(user: str, elements: str) -> None:
    writer = FakeProvider([GOOD])
    with pytest.raises(EmptyText):
        write_video_description(DescriptionRequest(user_text=user, elements=elements, seconds=8), writer=writer)
    assert not writer.asked


def test_the_users_text_travels_as_data() -> None:
    _, writer = write(GOOD)
    wanted = writer.asked[0]
    assert USER in wanted.user
    assert ELEMENTS in wanted.user
    assert USER not in wanted.system
    assert wanted.facts == {"user_text": USER, "elements": ELEMENTS, "seconds": "8", "captions": ""}


def test_a_text_that_names_an_existing_file_stays_a_text(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    writer = FakeProvider([GOOD, GOOD])
    write_video_description(DescriptionRequest(user_text=str(secret), elements=ELEMENTS, seconds=8), writer=writer)
    assert str(secret) in writer.asked[0].user
    assert all("TOP SECRET" not in wanted.user for wanted in writer.asked)


@pytest.mark.parametrize(
    ("user", "wanted"), [(USER, {"captions": True}), (USER, {"marker": False}), (USER + "请加字幕。", {})]
)
def test_the_marker_stays_away_where_it_is_off_or_captions_are_wanted(user: str, wanted: dict[str, bool]) -> None:
    made, writer = write(f"{GOOD} {MARKER}", user=user, **wanted)
    assert made.result.output == with_marker(GOOD, False)
    assert ("wants captions" in writer.asked[0].system) == (wanted != {"marker": False})


def test_a_negative_prompt_is_offered_where_the_usual_one_contradicts() -> None:
    made, _ = write(GOOD, user=USER + "水墨画风格。")
    assert made.negative_prompt is not None
    assert "画作" not in made.negative_prompt.value
    by_frame, _ = write(GOOD)  # the frame is anime
    assert by_frame.negative_prompt is not None


def test_offline_it_is_a_draft_that_says_so() -> None:
    made = write_video_description(DescriptionRequest(user_text=USER, elements=ELEMENTS, seconds=8), writer=Offline())
    assert made.result.provider == "offline"
    assert '"跟我回家吧。"' in made.result.output
    assert made.result.output.endswith(MARKER)
    said = " ".join(str(warning) for warning in made.result.warnings)
    assert "without a model" in said
    assert "not all English" in said


def test_offline_sentences_without_room_are_said() -> None:
    user = " ".join(f"Event number {n} happens by the river now." for n in range(60))
    made = write_video_description(DescriptionRequest(user_text=user, elements=ELEMENTS, seconds=8), writer=Offline())
    assert "did not fit" in " ".join(str(warning) for warning in made.result.warnings)


@pytest.mark.parametrize(
    "content",
    [
        '{"visual_description": "A cat.", "provider": "x"}',
        "A cat.",
        "\ufeffA cat.",
        "{not json",
        '"A cat."',
    ],
)
def test_elements_come_from_json_or_text(tmp_path: Path, content: str) -> None:
    file = tmp_path / "elements"
    file.write_text(content, encoding="utf-8")
    assert elements_from(file) in ("A cat.", "{not json", '"A cat."')


def test_elements_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        elements_from(tmp_path / "nothing")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(FileMissing):
        elements_from(tmp_path / "binary")
    (tmp_path / "other.json").write_text('{"text": "A cat."}')
    with pytest.raises(InputError):
        elements_from(tmp_path / "other.json")


TAGGED = GOOD.replace("Rain falls", "<scene_2> Rain falls")


@pytest.mark.parametrize("correction", ["Okay, the user wants it without a tag.\n</think>\n", "<think>hm", "No."])
def test_a_failed_correction_makes_no_text_worse(correction: str) -> None:
    made, writer = write(BAD, correction)
    assert made.result.output == f"{BAD} {MARKER}"
    assert writer.tasks == ["video_description", "correction"]


def test_a_text_without_a_tag_is_better_than_one_with_it() -> None:
    made, _ = write(TAGGED, WORSE)
    assert made.result.output == f"{WORSE} {MARKER}"


def test_thoughts_before_the_description_are_not_sent() -> None:
    made, writer = write(f"Okay, the user wants it in English.\n</think>\n\n{GOOD}")
    assert (made.result.output, writer.tasks) == (f"{GOOD} {MARKER}", ["video_description"])
