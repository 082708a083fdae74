"""A film from its takes to one file: chosen, played, cut, joined, downloaded, and back from that file."""

from __future__ import annotations

import dataclasses
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
import requests
from playwright.sync_api import Locator, expect

from core.translations import translator
from film.document import Film
from film.edits import with_trim
from jobs.model.states import FINAL
from jobs.service.service import JobService
from media.videos import probe
from tests.browser.axe import faults
from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.film.samples import FILM, changed
from tests.jobs.load.workers import service_at, settings_of
from tests.media.test_music import music

FRAMES = 17
LAMP = Film.model_validate(changed(FILM, {"shot_frames": FRAMES}))
_SECONDS = 120


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app without servers and keys: the preview engine renders."""
    with RunningApp(tmp_path_factory.mktemp("films")) as running:
        yield running


def rendered(app: RunningApp, film: Film) -> None:
    """Order a film through the service, beside the app whose worker makes it."""
    variables = {"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null", "NUM_INFERENCE_STEPS": "4"}
    with service_at(settings_of(variables)) as (opened, _store):
        service = JobService(dataclasses.replace(opened._context, previews=lambda: True))
        service.films.save(film)
        ends = time.monotonic() + _SECONDS
        while service.shots.render(film):
            assert time.monotonic() < ends, [[job.state for job in one.jobs] for one in service.films.shots(film)]
            time.sleep(0.3)
        assert all(job.state in FINAL for one in service.films.shots(film) for job in one.jobs)


@pytest.fixture(scope="module")
def lamp(app: RunningApp) -> Film:
    rendered(app, LAMP)
    return LAMP


def at(visit: Visit, stage: str, film: Film = LAMP, **query: str) -> Visit:
    return visit.open("film", film=film.id, stage=stage, **query)


def player(visit: Visit) -> Locator:
    return visit.page.locator(".cut")


def plays_through(visit: Visit, shots: int) -> list[str]:
    """Press space and note which shot is seen, until the film has ended."""
    expect(player(visit)).to_have_attribute("data-shot", "1")
    visit.page.keyboard.press(" ")
    seen: list[str] = player(visit).evaluate(
        """async (cut, seconds) => {
            const seen = [], ends = performance.now() + seconds * 1000;
            while (cut.dataset.playing !== "true" && performance.now() < ends) await new Promise(requestAnimationFrame);
            while (cut.dataset.playing === "true" && performance.now() < ends) {
                if (seen.at(-1) !== cut.dataset.shot) seen.push(cut.dataset.shot);
                await new Promise(requestAnimationFrame);
            }
            return seen;
        }""",
        60,
    )
    expect(player(visit)).to_have_attribute("data-playing", "false")
    assert seen == [str(number) for number in range(1, shots + 1)]
    return seen


def downloaded(visit: Visit, name: str, folder: Path) -> Path:
    link = visit.page.get_by_role("link", name=re.compile(f"{re.escape(name)}$"))  # its document has a link, too
    expect(link).to_be_visible(timeout=90_000)
    answer = requests.get(str(link.get_attribute("href")), timeout=10)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    path = folder / "film.mp4"
    path.write_bytes(answer.content)
    return path


def plays(video: Locator) -> float:
    """Play a video, muted; returns how far it came."""
    expect(video).to_be_visible()
    seconds: float = video.evaluate(
        """async video => {
            video.muted = true;
            await video.play();
            for (let turn = 0; turn < 100 && !video.ended && !video.error && video.currentTime < 0.5; turn++)
                await new Promise(done => setTimeout(done, 100));
            video.pause();
            return video.error ? -1 : video.currentTime;
        }"""
    )
    return seconds


@pytest.mark.parametrize("language", ["en"])
def test_from_takes_to_one_file_and_back(
    visitor: Callable[..., Visit], app: RunningApp, tmp_path: Path, language: str
) -> None:
    say = translator(language)
    film = LAMP.model_copy(update={"id": f"lamp-{language.lower().replace('_', '-')}"})
    rendered(app, film)
    visit = at(visitor(at=app, language=language), "takes", film)
    second = visit.page.locator("section", has_text=say("Shot {n}").format(n=2))
    second.get_by_role("button", name=say("Four more seeds")).click()
    expect(second.locator("article")).to_have_count(5)
    expect(second.locator(".use")).to_have_count(5, timeout=90_000)
    first = second.locator(".use").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(second.locator(".used")).to_have_count(1)
    assert faults(visit.page) == []
    visit.reload()
    expect(second.locator(".use").first).to_have_attribute("aria-pressed", "true")
    expect(second.get_by_role("link", name=say("Compare"))).to_have_count(1)

    visit.primary_is(say("To the cut"))
    visit.primary.click()
    plays_through(visit, 3)
    visit.page.keyboard.press("ArrowLeft")
    expect(player(visit)).to_have_attribute("data-shot", "2")
    visit.page.keyboard.press("ArrowRight")
    expect(player(visit)).to_have_attribute("data-shot", "3")
    field = visit.page.get_by_label(say("Frames left away at its end"))
    field.fill("3")
    field.press("Enter")
    visit.sees(
        say("{n} frames · {seconds} at 24 frames a second").format(n=3 * FRAMES - 3, seconds="2.00 s").split("·")[0]
    )
    assert faults(visit.page) == []
    visit.press(say("Join the film"))
    joined = downloaded(visit, say("Download the film"), tmp_path)
    assert probe(joined).num_frames == 3 * FRAMES - 3
    with av.open(str(joined)) as container:
        assert [track.language for track in container.streams.subtitles] == ["eng"]
    assert plays(visit.page.locator("[data-testid=stVideo]")) > 0.3  # with its track of subtitles
    visit.reload()
    assert probe(downloaded(visit, say("Download the film"), tmp_path)).num_frames == 3 * FRAMES - 3

    visit.press(say("Later"))
    visit.primary_is(say("Join the film"))
    give: dict[str, object] = {"name": "lamp.mp4", "mimeType": "video/mp4", "buffer": joined.read_bytes()}
    visit.open("films", lang=language)
    visit.page.get_by_text(say("Open a film's file"), exact=True).click()
    field = visit.page.locator("[data-testid=stFileUploader]").filter(has_text="film.json")
    field.locator("input[type=file]").set_input_files(give)  # type: ignore[arg-type]
    visit.sees(
        say("This film is here already, and differs from the file. Whatever you choose, both versions are kept.")
    )
    visit.press(say("Bring back the file's version"))
    back = visit.page.locator(".strip li").first
    expect(back).to_have_attribute("data-id", "s1")


def test_a_film_dropped_on_create_is_found(visitor: Callable[..., Visit], app: RunningApp, lamp: Film) -> None:
    visit = visitor(at=app).open()
    give: dict[str, object] = {"name": "film.json", "mimeType": "application/json", "buffer": lamp.as_json().encode()}
    visit.upload(give)
    visit.press("Open the film that is here")
    expect(visit.page).to_have_url(re.compile(rf"film=({lamp.id})(&|$)"))
    visit.sees("Takes")


def test_two_tabs_cut_one_film_and_nothing_is_lost(visitor: Callable[..., Visit], app: RunningApp, lamp: Film) -> None:
    one = at(visitor(at=app), "cut")
    other = at(visitor(beside=one, at=app), "cut")
    one.press("Later")
    one.sees("Earlier")
    expect(one.page.locator(".strip li").first).to_have_attribute("data-id", "s2")
    field = other.page.get_by_label("Frames left away at its beginning")
    field.fill("5")
    field.press("Enter")
    other.sees("was changed elsewhere")
    expect(other.page.locator(".strip li").first).to_have_attribute("data-id", "s2")
    other.sees(f"{3 * FRAMES} frames")
    field.fill("5")
    field.press("Enter")
    other.sees(f"{3 * FRAMES - 5} frames")


def test_on_a_phone_in_the_dark_the_film_plays(visitor: Callable[..., Visit], app: RunningApp, lamp: Film) -> None:
    visit = at(visitor(at=app, wide=False, dark=True), "cut")
    player(visit).locator("button.play").click()
    expect(player(visit)).to_have_attribute("data-shot", "3")
    expect(player(visit)).to_have_attribute("data-playing", "false")
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults(visit.page) == []


SOUND = LAMP.model_copy(update={"id": "lamp-sound"})


@pytest.fixture(scope="module")
def sounding(app: RunningApp) -> Film:
    """A film of which frames are left away around its first cut."""
    film = with_trim(with_trim(SOUND, "s1", 0, 5), "s2", 5, 0)
    rendered(app, film)
    return film


def heard_while_it_plays(visit: Visit) -> list[dict[str, float | str]]:
    """Play and note, until the film has ended, which shot is seen, how many takes are heard, and the music."""
    found: list[dict[str, float | str]] = player(visit).evaluate(
        """async cut => {
            const found = [], ends = performance.now() + 60000, sound = cut.querySelector("audio");
            cut.querySelector("button.play").click();
            while (cut.dataset.playing === "true" && performance.now() < ends) {
                const heard = [...cut.querySelectorAll("video")].filter(one => !one.paused && one.volume > 0.05).length;
                found.push({ shot: cut.dataset.shot, heard, music: sound.paused ? 0 : sound.volume });
                await new Promise(requestAnimationFrame);
            }
            return found;
        }"""
    )
    return found


@pytest.mark.parametrize("language", ["zh_CN"])
def test_sound_cuts_and_music_are_set_played_and_handed_over(
    visitor: Callable[..., Visit], app: RunningApp, sounding: Film, tmp_path: Path, language: str
) -> None:
    say = translator(language)
    visit = at(visitor(at=app, language=language), "cut", sounding)
    visit.page.locator('.strip li[data-id="s2"] button').click()
    field = visit.page.get_by_role("spinbutton", name=say("J-cut: frames its sound begins earlier"))
    field.fill("5")
    field.press("Enter")
    expect(visit.page.locator('.strip li[data-id="s2"] .note')).to_have_text(say("J-cut, {n} frames").format(n=5))
    visit.page.get_by_text(say("Sound and subtitles")).click()
    given = visit.page.locator("[data-testid=stFileUploader]").filter(has_text="FLAC").locator("input[type=file]")
    given.set_input_files(music(tmp_path / "my bed.mp3"))
    visit.sees(say("Remove the music"))
    assert faults(visit.page) == []
    player(visit).locator("button.back").click()
    expect(player(visit)).to_have_attribute("data-shot", "1")
    found = heard_while_it_plays(visit)
    assert max(one["heard"] for one in found if one["shot"] == "1") == 2  # the second is heard before it is seen
    assert any(float(one["music"]) > 0.2 for one in found)
    assert any(0 < float(one["music"]) < 0.2 for one in found)  # somebody speaks in the first shot
    expect(player(visit).locator("audio")).to_have_js_property("paused", value=True)

    link = visit.page.get_by_role("link", name=say("For an editor"))
    expect(link).to_be_visible()
    with visit.page.expect_download() as coming:  # in this tab: Playwright misses those of a tab that closes by itself
        visit.page.evaluate("address => { location.href = address; }", link.get_attribute("href"))
    assert coming.value.suggested_filename == "The-Lamp.zip"
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    assert {
        "media/001-s1.mp4",
        "media/music.mp3",
        "timeline.otio",
        "draft_content.json",
        "subtitles.srt",
        "storyboard.pdf",
    } <= names


def test_on_a_phone_a_film_goes_to_an_editor(visitor: Callable[..., Visit], app: RunningApp, sounding: Film) -> None:
    visit = at(visitor(at=app, wide=False), "cut", sounding)
    visit.page.locator('.strip li[data-id="s2"] button').click()
    visit.sees(re.compile("J-cut: frames"))
    visit.page.get_by_text("Sound and subtitles").click()
    visit.sees("Loudness of the film and of each shot")
    link = visit.page.get_by_role("link", name="For an editor")
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults(visit.page) == []
