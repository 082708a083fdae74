"""The stage Sheet: frames side by side, prices, marks, and the one act that is next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import ServerUnreachable
from description.likeness import NO_JSON, Likeness
from film.document import Film, Scene, Shot
from jobs.model.records import StepRecord, StoredError
from jobs.model.session_keys import SessionKeys
from tests.film.samples import FILM, changed
from tests.pictures import picture
from tests.ui.film.counting import statements
from tests.ui.still_app import button, drawn, learned, page, primaries, words
from tests.waiting import until
from ui.app_context import AppContext


def sheet(film: Film = FILM, language: str = "en", **query: str) -> AppTest:
    return page("film/film.py", language, film=film.id, stage="sheet", **query)


def edited(**changes: Any) -> Film:
    return Film.model_validate(changed(FILM, {name.replace("__", "."): value for name, value in changes.items()}))


def made(app_context: AppContext, film: Film = FILM, only: set[str] | None = None) -> tuple[str, ...]:
    """Frames as if they had been drafted offline."""
    service, store = app_context.service, app_context.worker.store
    service.films.save(film)
    jobs = service.shots.make_frames(film, only)
    for job_id in jobs:
        for step, output in (("image_prompt", "A lamp."), ("first_frame", "frame.png")):
            plan = service.plans.steps_of(service.get(job_id)).of(step)  # type: ignore[arg-type]
            store.steps.save(
                StepRecord(
                    job_id=job_id, step=step, state="done", output=output, provider="offline",  # type: ignore[arg-type]
                    maker=plan.maker, input_hash=plan.input_hash,
                )
            )  # fmt: skip
        for name in ("frame.png", "first_frame.png"):
            (service.files.folder(job_id) / name).write_bytes(picture(640, 352, "teal"))
        store.jobs.move_to(job_id, "waiting", stage="visual_elements")
    return jobs


def ordered(app_context: AppContext) -> None:
    until(lambda: not any(not one.done for one in app_context.background._tasks.values()))


@pytest.mark.parametrize(
    ("language", "said", "act"),
    [("en", "frames 0 of 3", "Make the frames (3)"), ("zh_CN", "首帧 0 / 3", "生成首帧（3）")],
)
def test_frames_come_first(app_context: AppContext, language: str, said: str, act: str) -> None:
    app_context.service.films.save(FILM)
    test = sheet(language=language)
    assert said in words(test)
    assert primaries(test) == [act]


def test_making_the_frames_orders_each_once(app_context: AppContext) -> None:
    app_context.service.films.save(FILM)
    test = button(sheet(), "make-frames")
    ordered(app_context)
    jobs = [state.job for state in app_context.service.films.shots(FILM)]
    assert [job and (job.state, job.request.until) for job in jobs] == [("preparing", "first_frame")] * 3
    assert primaries(drawn(test)) == []
    assert "The frames are being made" in words(test)


def test_with_all_frames_the_approved_ones_are_rendered_and_the_price_is_said(app_context: AppContext) -> None:
    made(app_context)
    learned(app_context, {"a": 90, "b": 100, "c": 110})
    test = sheet()
    said = words(test)
    assert "frames 3 of 3" in said
    assert "drafted offline, free" in said
    assert "about 5 GPU minutes (from 3 runs)" in said
    assert len(test.image) == 3
    assert primaries(test) == ["Render the approved ones (3)"]
    test = button(test, "hold-s2")
    assert primaries(test) == ["Render the approved ones (2)"]
    assert app_context.service.films.get(FILM.id)[0].shots[1].held
    button(test, "render-approved")
    ordered(app_context)
    states = [state.job and state.job.state for state in app_context.service.films.shots(FILM)]
    assert states == ["preparing", "waiting", "preparing"]


def test_a_frame_is_made_anew_and_its_prompt_stays(app_context: AppContext) -> None:
    jobs = made(app_context)
    test = button(sheet(), "anew-s1")
    steps = [(one.step, one.version) for one in app_context.service.steps.of(jobs[0])]
    assert steps == [("image_prompt", 1), ("first_frame", 1), ("first_frame", 2)]
    assert "being made" in words(test)
    assert "at the moment" in words(button(test, "anew-s1"))


def test_another_prompt(app_context: AppContext) -> None:
    jobs = made(app_context)
    test = sheet(shot="s1")
    prompt = next(one for one in test.text_area if one.label == "Image prompt")
    assert prompt.value == "A lamp."
    prompt.set_value("A lamp in fog.")
    button(test, "frame-reword")
    chosen = app_context.worker.store.steps.chosen(jobs[0])["image_prompt"]
    assert (chosen.output, chosen.version) == ("A lamp in fog.", 2)
    assert app_context.service.get(jobs[0]).state == "preparing"


def test_an_own_picture_and_the_frame_of_another_shot(app_context: AppContext) -> None:
    made(app_context)
    test = sheet(shot="s1")
    test.file_uploader(key="frame-own-s1").set_value(("lamp.png", picture(1280, 720, "navy"), "image/png"))
    test = button(drawn(test), "frame-take-own")
    film = app_context.service.films.get(FILM.id)[0]
    assert film.shots[0].frame.source == "own"
    assert app_context.service.films.shots(film)[0].has_frame
    test = sheet(shot="s2")
    test.selectbox(key="frame-other").set_value(3)
    button(drawn(test), "frame-take-other")
    film = app_context.service.films.get(FILM.id)[0]
    assert [shot.frame.source for shot in film.shots] == ["own", "own", "made"]
    test = button(sheet(shot="s2"), "frame-made")
    assert app_context.service.films.get(FILM.id)[0].shots[1].frame.source == "made"


def test_marks_of_speech_chains_direction_and_what_is_out_of_date(app_context: AppContext) -> None:
    made(app_context)
    told = "word " * 60
    film = edited(
        scenes__0__shots__0__utterances=[{"speaker": "keeper", "text": told}],
        scenes__0__shots__0__action="The old keeper looks to the left.",
        scenes__0__shots__1__action="Mara looks to the left.",
        scenes__0__shots__1__utterances=[{"speaker": "mara", "text": "Yes."}],
    )
    app_context.service.films.save(film)
    said = words(sheet())
    assert "of speech in 8.04 s" in said
    assert "two who talk to each other look to the same side" in said
    assert "out of date" in said
    assert "not in pictures" in said


def test_a_frame_that_is_not_as_on_the_cards_is_marked(app_context: AppContext) -> None:
    jobs, steps = made(app_context), app_context.worker.store.steps
    verdicts = (
        Likeness("Mara", "different", "her hair is blond"),
        Likeness("the keeper", "unsure", NO_JSON),
        Likeness("the room", "same", "brass and glass"),
    )
    frame = steps.chosen(jobs[1])["first_frame"]
    steps.save(replace(frame, version=2, warnings=tuple(one.message for one in verdicts)))
    said = words(sheet())
    assert "Mara: her hair is blond." in said
    assert "the keeper: the service gave no verdict that can be read." in said
    assert "brass and glass" not in said
    for mark in ("Mara: not as on the card", "the keeper: cannot be told", "the room: as on the card"):
        assert mark in said


def test_with_everything_rendered_the_takes_are_next(app_context: AppContext) -> None:
    film = edited(scenes=[{"id": "one", "shots": [{"id": "s1", "action": "A lamp."}]}])
    (job,) = made(app_context, film)
    for state in ("preparing", "queued", "submitted", "rendering", "saving", "completed"):
        app_context.worker.store.jobs.move_to(job, state)
    test = sheet(film)
    assert primaries(test) == ["Look at the takes"]
    assert button(test, "to-takes").query_params["stage"] == "takes"


def test_the_button_counts_what_it_sends_and_says_what_waits(app_context: AppContext) -> None:
    follow = {"join": {"kind": "continue"}, "frame": {"source": "last"}}
    shots = [{"id": "s1", "action": "A lamp."}, {"id": "s2", "action": "It flickers.", **follow}]
    film = edited(scenes=[{"id": "one", "shots": shots}])
    (job,) = made(app_context, film)
    test = sheet(film)
    assert primaries(test) == ["Render the approved ones (2)"]
    assert "each rendered after it: 1." in words(test)
    button(test, "render-approved")
    ordered(app_context)
    test = sheet(film)
    assert primaries(test) == []
    assert "Shots that follow by themselves: 1." in words(test)
    assert "frames 1 of 1" in words(test)
    app_context.worker.store.jobs.move_to(job, "queued")
    for state in ("submitted", "rendering", "saving", "completed"):
        app_context.worker.store.jobs.move_to(job, state)
    assert "Shots that follow by themselves: 1." in words(sheet(film))
    app_context.service.film_orders.go_on()  # there is no file to go on from: the person decides
    assert primaries(sheet(film)) == ["Render the approved ones (1)"]
    assert "has its video" in words(sheet(film))
    assert "已有视频" in words(sheet(film, "zh_CN"))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Your key is kept for this session only"), ("zh_CN", "您的密钥只保存在本次会话中")]
)
def test_with_a_key_of_this_session_what_does_not_follow_by_itself_is_said_before(
    app_context: AppContext, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    """The button counted frames that nothing would have made, and nobody was told to come back."""
    keys = SessionKeys()
    keys.put(app_context.settings, "gemini_api_key", "a-key-of-the-session")
    monkeypatch.setattr("ui.session.session_keys", lambda: keys)
    film = edited(shot_before=True)
    app_context.service.films.save(film)
    test = sheet(film, language)
    assert primaries(test) == [{"en": "Make the frames (1)", "zh_CN": "生成首帧（1）"}[language]]
    assert said in words(test)
    button(test, "make-frames")
    ordered(app_context)
    test = sheet(film, language)
    assert primaries(test) == []
    assert said in words(test)


def test_more_than_three_that_go_on_are_warned_of(app_context: AppContext) -> None:
    follow = {"join": {"kind": "continue"}, "frame": {"source": "last"}}
    shots = [{"id": f"s{n}", "action": "On.", **(follow if n else {})} for n in range(5)]
    film = edited(scenes=[{"id": "one", "shots": shots}])
    app_context.service.films.save(film)
    test = sheet()
    assert "more than three shots continue each other" in words(test)
    assert "begins with the last frame of shot 1" in words(test)
    assert primaries(test) == ["Make the frames (1)"]


def test_a_frame_that_failed_says_why_and_is_ordered_again(app_context: AppContext) -> None:
    app_context.service.films.save(FILM)
    jobs = app_context.service.shots.make_frames(FILM)
    problem = StoredError.of(ServerUnreachable(server="x", reason="refused"))
    app_context.worker.store.jobs.move_to(jobs[0], "failed", error=problem)
    test = sheet()
    assert "cannot be reached: refused" in words(test)
    assert primaries(test) == ["Make the frames (1)"]
    assert app_context.service.get(jobs[0]).heading.startswith("The Lamp · The old keeper trims the wick. “The light")
    found, number = app_context.service.films.of_job(jobs[0]) or (None, 0)
    assert (found, number) == (FILM, 1)
    its_page = page("job/job.py", id=jobs[0])
    assert its_page.title[0].value == "The Lamp · The old keeper trims the wick"
    assert any(one.proto.label == "Shot 1 of the film “The Lamp”" for one in its_page.get("page_link"))
    button(test, "make-frames")
    ordered(app_context)
    assert app_context.service.get(jobs[0]).state == "preparing"


@pytest.mark.long
def test_a_long_sheet_costs_what_a_short_one_does(app_context: AppContext) -> None:
    asked, drawn_images = [], []
    for shots in (26, 60):
        scene = Scene(id="one", shots=tuple(Shot(id=f"s-{n}", action=f"Act {n}.") for n in range(shots)))
        film = FILM.model_copy(update={"id": f"of-{shots}", "scenes": (scene,)})
        made(app_context, film)
        with statements(app_context) as count:
            test = sheet(film)
        asked.append(count())
        drawn_images.append(len(test.image))
    assert drawn_images == [24, 24]
    assert asked[0] == asked[1]
    assert len(sheet(film, page="3").image) == 12


def test_a_hostile_text_stays_text(app_context: AppContext) -> None:
    app_context.service.films.save(edited(scenes__0__shots__0__action="<b>*bold*</b> [link](http://x)"))
    assert "<b>*bold*</b> [link](http://x)" in words(sheet())


def test_pictures_that_cannot_go_along_are_told_before_and_words_alone_are_one_press(app_context: AppContext) -> None:
    kept = app_context.service.films.add_picture(picture(64, 64, "red"))
    film = edited(cast__0__pictures=[kept])
    app_context.service.films.save(film)
    test = sheet(film)
    assert "drawn from words only: the pictures of the old keeper cannot be used" in words(test)
    assert primaries(test) == ["Make the frames with words only (3)"]
    button(test, "make-frames")
    ordered(app_context)
    now, _revision = app_context.service.films.get(film.id)
    assert now.words_only
    jobs = [state.job for state in app_context.service.films.shots(now)]
    assert [job and job.request.references for job in jobs] == [()] * 3
