"""Cards in a browser: pictures from words, an upload and a frame; marks on the sheet; and which shots are stale."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from core.translations import translator
from film.document import Film
from jobs.service.service import JobService
from tests.browser.axe import faults
from tests.browser.running_app import RunningApp
from tests.browser.visit import Visit
from tests.film.samples import FILM, changed
from tests.jobs.load.workers import service_at, settings_of
from tests.pictures import encoded
from tests.providers.fake_services import FakeServices, Received

COATS = {"the old keeper": "slategray", "Mara": "goldenrod"}
REASONS = {"same": "The beard and the build are his", "different": "Her hair is dry", "unsure": "She is turned away"}
MARKS = {
    "same": "{name}: as on the card",
    "different": "{name}: not as on the card",
    "unsure": "{name}: cannot be told",
}
BOTH = Film.model_validate(changed(FILM, {"scenes.0.shots.0.cast": ["keeper", "mara"], "shot_frames": 17}))


def person(coat: str, size: tuple[int, int] = (720, 1280)) -> bytes:
    """Somebody in a coat, as simple as they can be told apart."""
    (width, height), picture = size, Image.new("RGB", size, "#2c3a47")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.35, height * 0.15, width * 0.65, height * 0.45), fill="#e3c4a8")
    draw.rounded_rectangle((width * 0.25, height * 0.47, width * 0.75, height * 1.1), 60, fill=coat)
    return encoded(picture)


def colour_in(frame: bytes) -> tuple[int, int, int]:
    """The colour of the coat in a frame."""
    with Image.open(io.BytesIO(frame)) as picture:
        red, green, blue = picture.convert("RGB").getpixel((picture.width // 2, picture.height * 3 // 4))  # type: ignore[misc]
    return red, green, blue


def drawn(call: Received) -> bytes:
    """A card's picture where its words are asked for, else a frame."""
    text = " ".join(call.texts)
    if "reference picture of one person" in text:
        return person(next(coat for name, coat in COATS.items() if name in text))
    return person("brown" if len(call.pictures) == 1 else "seagreen", (1280, 720))


def seen(call: Received) -> str:
    """The keeper is as on his card; Mara is not beside him, and cannot be told where she is alone."""
    text = " ".join(call.texts)
    if "You compare pictures" not in text:
        return "A photograph of a lantern room."
    red, green, _blue = colour_in(call.pictures[0])
    verdict = "same" if "show the old keeper" in text else "unsure" if red > green else "different"
    return f'{{"verdict": "{verdict}", "reason": "{REASONS[verdict]}."}}'


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        fake.script("gemini.image", drawn)
        fake.script("gemini.text", "A medium shot of the old keeper and Mara in a round room of brass and glass.")
        yield fake


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, services: FakeServices) -> Iterator[RunningApp]:
    """An app with Gemini's key, whose services answer here."""
    with RunningApp(tmp_path_factory.mktemp("cards"), **services.environment("gemini")) as running:
        yield running


def beside(app: RunningApp, act: Callable[[JobService], Film]) -> Film:
    """Do something through the service, beside the app."""
    with service_at(settings_of({"OUTPUT_DIR": str(app.folder / "outputs"), "MOVA_ENV_FILE": "/dev/null"})) as (one, _):
        return act(JobService(dataclasses.replace(one._context)))


def pick(visit: Visit, label: str, option: str) -> None:
    """Choose in a selectbox, once more where a page that was drawn anew has closed its list."""
    field = visit.page.get_by_role("combobox", name=label).locator("visible=true").first
    wanted = visit.page.get_by_role("option", name=option, exact=True)
    for _ in range(5):
        visit.settle()
        field.click()
        with suppress(PlaywrightTimeout):
            wanted.click(timeout=2000)
            return visit.settle()
    return wanted.click()


def show(visit: Visit, say: Callable[[str], str], name: str) -> None:
    """Somebody's card, drawn."""
    pick(visit, say("Person"), name)
    expect(card(visit).get_by_role("textbox", name=say("Name"))).to_have_value(name)
    words = say("Pictures go along to every first frame in which {name} is seen.").format(name=name)
    expect(card(visit).get_by_text(words)).to_be_visible()
    visit.settle()


def card(visit: Visit) -> Locator:
    return visit.page.locator(".st-key-fold-cast")


def opened(visit: Visit, film: str) -> None:
    """The people of the film, unfolded."""
    visit.open("film", film=film, stage="script")
    card(visit).locator("summary").click()


def shown(visit: Visit, number: int) -> Locator:
    """A shot on the sheet."""
    return visit.page.locator("[class*='st-key-frame-s']:not([class*='frame-acts'])").nth(number - 1)


def stale(visit: Visit, say: Callable[[str], str]) -> list[int]:
    """The numbers of the shots that are marked as out of date."""
    cards = [shown(visit, number) for number in (1, 2, 3)]
    return [number for number, one in enumerate(cards, 1) if one.get_by_text(say("out of date")).count()]


def to_sheet(visit: Visit, say: Callable[[str], str]) -> None:
    visit.choose(say("Sheet"))
    expect(shown(visit, 3)).to_be_visible()


def make(visit: Visit, say: Callable[[str], str], frames: int) -> None:
    """Make the frames that are missing, and wait for them."""
    visit.primary_is(say("Make the frames ({n})").format(n=frames))
    visit.primary.click(delay=60)
    visit.primary_is(say("Render the approved ones ({n})").format(n=3))


@pytest.mark.parametrize(("language", "wide", "dark"), [("en", True, False), ("zh_CN", False, True)])
def test_cards_from_words_an_upload_and_a_frame(
    visitor: Callable[..., Visit],
    app: RunningApp,
    services: FakeServices,
    tmp_path: Path,
    language: str,
    wide: bool,
    dark: bool,
) -> None:
    say = translator(language)
    film = BOTH.model_copy(update={"id": f"cards-{language.lower().replace('_', '-')}"})
    beside(app, lambda service: service.films.get(film.id, service.films.save(film))[0])
    services.script("gemini.vision", seen)
    visit = visitor(at=app, language=language, wide=wide, dark=dark)

    opened(visit, film.id)
    for name in COATS:
        show(visit, say, name)
        visit.press(say("Draw a picture from the words"))
        expect(card(visit).get_by_role("img", name=say("A picture of {name}").format(name=name))).to_have_count(1)
    assert faults(visit.page) == []
    visit.picture(tmp_path, "card")

    to_sheet(visit, say)
    make(visit, say, 3)
    marks = [(1, "the old keeper", "same"), (1, "Mara", "different"), (2, "Mara", "unsure")]
    for number, name, verdict in marks:
        expect(shown(visit, number)).to_contain_text(say(MARKS[verdict]).format(name=name))
        if verdict != "same":
            expect(shown(visit, number)).to_contain_text(REASONS[verdict])
    assert stale(visit, say) == []
    assert faults(visit.page) == []
    visit.picture(tmp_path, "sheet")

    opened(visit, film.id)
    show(visit, say, "the old keeper")
    visit.press(say("Remove the picture"))
    expect(card(visit).get_by_role("img")).to_have_count(0)
    own = {"name": "keeper.png", "mimeType": "image/png", "buffer": person("black")}
    field = card(visit).locator("input[type=file]")
    expect(field).to_have_count(1)
    field.set_input_files(own)  # type: ignore[arg-type]
    expect(card(visit).get_by_role("img")).to_have_count(1)
    to_sheet(visit, say)
    assert stale(visit, say) == [1]
    make(visit, say, 1)
    sent = services.received("gemini.image")[-1].pictures
    assert [colour_in(one) for one in sent] == [colour_in(person("black")), colour_in(person("goldenrod"))]

    opened(visit, film.id)
    show(visit, say, "Mara")
    pick(visit, say("Or take a first frame of the film"), say("Shot {n}").format(n=2))
    expect(card(visit).get_by_role("img")).to_have_count(2)
    to_sheet(visit, say)
    assert stale(visit, say) == [1, 2]
    expect(shown(visit, 2).locator("img")).to_have_count(1)  # as it was, until it is made anew
    visit.picture(tmp_path, "stale")
    visit.primary_is(say("Make the frames ({n})").format(n=2))
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
