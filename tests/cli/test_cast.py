"""Cards on the command line: for a clip, in a manifest, and in a film; and a run that needs no card any more."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from media.tags import read_tags
from tests.cli.shell import TINY, Shell
from tests.cli.test_full import DESCRIPTION, ELEMENTS
from tests.pictures import picture
from tests.providers.fake_services import FakeServices, Received

TEXT = "Mei opens the door of the Harbour café."
MEI, CAFE = picture(512, 512, "red"), picture(512, 512, "green")
CARDS = {
    "people": [
        {
            "name": "Mei",
            "look": "a woman with short grey hair",
            "strength": "clothes",
            "pictures": ["pictures/mei.png"],
        },
        {"name": "Otto", "look": "a tall man"},
    ],
    "places": [{"name": "Harbour café", "pictures": ["pictures/cafe.png"]}],
}


def seen(call: Received) -> str:
    asks_cards = "You compare pictures" in " ".join(call.texts)
    return '{"verdict": "same", "reason": "It is."}' if asks_cards else ELEMENTS


@pytest.fixture
def services() -> Iterator[FakeServices]:
    with FakeServices() as fake:
        fake.script("gemini.text", "Mei opens a door of the Harbour café.", DESCRIPTION)
        fake.script("gemini.vision", seen)
        yield fake


@pytest.fixture
def cards(shell: Shell) -> Path:
    (shell.folder / "pictures").mkdir()
    (shell.folder / "pictures" / "mei.png").write_bytes(MEI)
    (shell.folder / "pictures" / "cafe.png").write_bytes(CAFE)
    file = shell.folder / "cast.json"
    file.write_text(json.dumps(CARDS))
    return file


def full(shell: Shell, services: FakeServices, *more: str) -> dict[str, Any]:
    done = shell(
        *("full", "--description", TEXT, "--cast", "cast.json", *TINY, "--json", *more),
        **services.environment("gemini"),
    )
    assert done.returncode == 0, done.stderr
    return done.json


def test_a_clip_with_cards_and_the_same_from_its_file_alone(shell: Shell, services: FakeServices, cards: Path) -> None:
    done = full(shell, services)
    (drawn,) = services.received("gemini.image")
    assert drawn.pictures == [MEI, CAFE]
    assert "Keep the face, hair, build, age and clothes of Mei" in drawn.texts[-1]
    record = json.loads((Path(done["folder"]) / "job.json").read_text())
    assert record["description"] == f"{TEXT} Mei, a woman with short grey hair."
    sent = [(one["name"], one["role"], one["strength"], one["sha256"]) for one in record["references"]]
    assert sent == [
        ("Mei", "person", "clothes", hashlib.sha256(MEI).hexdigest()),
        ("Harbour café", "place", "identity", hashlib.sha256(CAFE).hexdigest()),
    ]
    assert "The description does not name Otto: that card is not used." in done["warnings"]
    assert "Mei is as on the card: It is." in done["warnings"]
    inside = json.loads(read_tags(Path(done["video"])).words["comment"])
    (frame,) = [one for one in inside["steps"] if one["step"] == "first_frame"]
    assert frame["references"] == inside["references"] == record["references"]
    for file in (cards, *(shell.folder / "pictures").iterdir()):
        file.unlink()
    asked = services.count()
    again = shell("rerun", done["video"], "--json")
    assert again.returncode == 0, again.stderr
    assert (services.count(), again.json["state"]) == (asked, "completed")


def test_a_folder_goes_on_with_its_cards(shell: Shell, services: FakeServices, cards: Path) -> None:
    done = full(shell, services, "--until", "first_frame")
    for file in (cards, *(shell.folder / "pictures").iterdir()):
        file.unlink()
    there = done["folder"]
    elsewhere = shell.folder / "elsewhere"
    Path(there).rename(elsewhere)
    services.script("gemini.text", DESCRIPTION)
    went_on = shell("full", "--from", str(elsewhere), *TINY, "--json", **services.environment("gemini"))
    assert went_on.returncode == 0, went_on.stderr
    assert services.count("gemini.image") == 1
    record = json.loads((Path(went_on.json["folder"]) / "job.json").read_text())
    assert [one["name"] for one in record["references"]] == ["Mei", "Harbour café"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "The file of cards cast.json cannot be used"),
        (json.dumps({"people": [{"name": "Mei", "pictures": ["no.png"]}]}), "The file cannot be read: no.png"),
        (json.dumps({"people": [{"name": "Mei", "pictures": ["cast.json"]}]}), "not a picture"),
        (
            json.dumps({"people": [{"name": "Mei", "pictures": ["../x.png"]}]}),
            "a picture lies beside the file of cards",
        ),
        (json.dumps({"people": [{"name": "Otto", "look": "tall"}]}), "the description names none of its cards"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_spent(
    shell: Shell, services: FakeServices, cards: Path, document: str, words: str
) -> None:
    cards.write_text(document)
    done = shell("full", "--description", TEXT, "--cast", "cast.json", **services.environment("gemini"))
    assert (done.returncode, services.count()) == (2, 0)
    assert words in done.stderr
    assert not list(shell.folder.glob("outputs/2*"))


@pytest.mark.parametrize("other", [("--image", "pictures/mei.png"), ("--extend", "pictures/mei.png")])
def test_cards_are_for_a_frame_that_is_made(shell: Shell, cards: Path, other: tuple[str, str]) -> None:
    done = shell("full", "--description", TEXT, "--cast", str(cards), *other)
    assert done.returncode == 2
    assert f"--cast, {other[0]}" in done.stderr


def test_a_row_has_cards_and_another_picture_is_another_run(shell: Shell, cards: Path) -> None:
    rows = [{"description": TEXT, "cast": "cast.json"}, {"description": "A quiet street.", "cast": "cast.json"}]
    manifest = shell.folder / "runs.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)))
    refused = shell("batch", "runs.jsonl", "--dry-run", "--json")
    assert refused.returncode == 2
    assert "the description names none of its cards" in refused.stdout + refused.stderr
    manifest.write_text(json.dumps(rows[0]))
    ids = []
    for colour in ("red", "orange"):
        (shell.folder / "pictures" / "mei.png").write_bytes(picture(512, 512, colour))
        ids.append(shell("batch", "runs.jsonl", "--dry-run", "--json").json["rows"][0]["id"])
    assert len(set(ids)) == 2


def test_cards_into_a_film(shell: Shell, cards: Path) -> None:
    (shell.folder / "script.txt").write_text(f"{TEXT}\n\nOtto waits in the rain.")
    made = shell("film", "draft", "--script", "script.txt", "--cast", "cast.json", "--output", "film.json", "--json")
    assert made.returncode == 0, made.stderr
    document = json.loads((shell.folder / "film.json").read_text())
    assert [(one["name"], one["strength"], len(one["pictures"])) for one in document["cast"]] == [
        *(("Mei", "clothes", 1), ("Otto", "identity", 0))
    ]
    put = shell("film", "cast", "film.json", "cast.json", "--words-only", "--json")
    assert (put.returncode, put.json["pictures"]) == (0, 2)
    assert json.loads((shell.folder / "film.json").read_text())["words_only"] is True


def test_where_no_service_takes_pictures_it_stops_unspent_and_goes_on_with_words_only(
    shell: Shell, services: FakeServices, cards: Path
) -> None:
    services.script("dashscope.text", "Mei opens a door of the Harbour café.", DESCRIPTION)
    services.script("dashscope.vision", seen)
    ours = services.environment("dashscope")
    stopped = shell("full", "--description", TEXT, "--cast", str(cards), *TINY, "--json", **ours)
    assert (stopped.returncode, services.count()) == (1, 0)
    assert stopped.json["error"]["kind"] == "ReferencesNotTaken"
    done = shell("resume", stopped.json["id"], "--words-only", "--json", **ours)
    assert (done.returncode, done.json["state"]) == (0, "completed")
    assert [call.model for call in services.received("dashscope.image")] == ["z-image-turbo"]


def test_a_film_goes_elsewhere_with_its_cards(shell: Shell, cards: Path) -> None:
    (shell.folder / "script.txt").write_text(TEXT)
    shell("film", "draft", "--script", "script.txt", "--cast", "cast.json", "--output", "film.json")
    packed = shell("film", "cards", "film.json", "--output", "cards.zip", "--json")
    assert packed.returncode == 0, packed.stderr
    with zipfile.ZipFile(packed.json["zip"]) as found:
        names = found.namelist()
        pictures = {found.read(name) for name in names if name.startswith("pictures/")}
    assert (names[:2], pictures) == (["film.json", "cast.json"], {MEI, CAFE})
