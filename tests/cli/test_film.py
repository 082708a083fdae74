"""Films on the command line: drafted, rendered, changed by hand, joined."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock
from zlib import crc32

import av
import pytest
from PIL import Image

import cli.film_options
import cli.film_shots
from film.document import SUBTITLE_MODES, Film
from media.videos import probe
from tests.cli.shell import REPO, Shell
from tests.providers.asking import SERVICES
from tests.providers.fake_services import FakeServices

EXAMPLE = REPO / "docs" / "examples" / "the-lamp.fountain"
QUOTES = ["The light must not go out tonight.", "Father, the boat is coming in."]
SMALL = {"NUM_INFERENCE_STEPS": "4"}


def drafted(shell: Shell, **changes: Any) -> dict[str, Any]:
    """The example as a film of small shots."""
    shell("film", "draft", "--script", str(EXAMPLE), "--output", "film.json", NUM_FRAMES="17")
    return edited(shell, **changes)


def edited(shell: Shell, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((shell.folder / "film.json").read_text())
    document.update(changes)
    (shell.folder / "film.json").write_text(json.dumps(document))
    return document


def film(shell: Shell, *arguments: str, **more: str) -> dict[str, Any]:
    done = shell("film", *arguments, "--json", **SMALL, **more)
    assert done.returncode == 0, done.stderr
    return done.json


def job_of(shell: Shell, job_id: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((shell.folder / "outputs" / job_id / "job.json").read_text())
    return document


def test_a_film_from_a_script_without_key_and_gpu(shell: Shell) -> None:
    drafted(shell)
    rendered = film(shell, "render", "film.json")
    assert [shot["state"] for shot in rendered["shots"]] == ["completed"] * 4
    sent = [job_of(shell, shot["job"])["steps"] for shot in rendered["shots"]]
    texts = [next(one["output"] for one in steps if one["step"] == "video_description") for steps in sent]
    assert all(any(quote in text for text in texts) for quote in QUOTES)
    joined = film(shell, "join", "film.json", "--output", "lamp.mp4", "--loudness=-20", "--subtitle-mode", "none")
    assert json.loads((shell.folder / "film.json").read_text())["subtitle_mode"] == "none"
    assert joined["loudness"]["target"] == -20
    assert len(joined["loudness"]["shots"]) == 4
    refused = shell("film", "join", "film.json", "--music", str(EXAMPLE))
    assert (refused.returncode, "the-lamp.fountain cannot be used" in refused.stderr) == (2, True)
    facts = probe(Path(joined["video"]))
    assert (facts.num_frames, joined["num_frames"]) == (4 * 17, 4 * 17)
    with av.open(joined["video"]) as container:
        inside = json.loads(container.metadata["comment"])
        assert not container.streams.subtitles
    assert inside["film"]["title"] == "The Lamp"
    exported = film(shell, "export", "film.json", "--format", "otio", "--format", "srt", "--output", "lamp.zip")
    with zipfile.ZipFile(exported["file"]) as archive:
        assert {"timeline.otio", "subtitles.srt"} <= set(archive.namelist())
        assert sum(name.startswith("media/") for name in archive.namelist()) == 4
    exported = film(shell, "export", "film.json", "--format", "jianying", "--output", "draft.zip")
    assert "draft_content.json" in exported["files"]
    assert "among its drafts" in exported["notes"][-1]
    asked, gone = film(shell, "delete", "film.json"), film(shell, "delete", "film.json", "--yes")
    assert [asked["deleted"], asked["jobs"], gone["deleted"], gone["jobs"]] == [False, 4, True, 4]
    assert "There is no film" in shell("film", "delete", "film.json").stderr


def test_the_options_name_what_a_document_may_hold() -> None:
    assert cli.film_options.SUBTITLE_MODES == SUBTITLE_MODES


def test_a_change_makes_exactly_its_shots_anew_and_keeps_the_rest(shell: Shell) -> None:
    document = drafted(shell)
    before = film(shell, "frames", "film.json", "--sheet", "sheet.png")
    assert [shot["state"] for shot in before["shots"]] == ["frame"] * 4
    with Image.open(shell.folder / "sheet.png") as sheet:  # its first picture, not an empty place for one
        assert len(sheet.convert("RGB").crop((20, 20, 420, 200)).getcolors(2**24) or ()) > 100
    assert all(Path(shot["frame"]).is_file() for shot in before["shots"])
    document["cast"][1]["look"] = "a young woman with wet black hair"
    edited(shell, cast=document["cast"])
    status = film(shell, "status", "film.json")
    assert [shot["stale"] for shot in status["shots"]] == [False, False, True, False]
    after = film(shell, "frames", "film.json")
    pairs = zip(before["shots"], after["shots"], strict=True)
    assert [one["job"] == other["job"] for one, other in pairs] == [True, True, False, True]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_draws_only_the_frames_that_a_change_touches(shell: Shell, service: str) -> None:
    document = drafted(shell)
    with FakeServices() as services:
        variables = services.environment(service)
        services.script(f"{service}.text", lambda call: f"A lighthouse, number {crc32(call.texts[-1].encode())}.")
        film(shell, "frames", "film.json", **variables)
        assert services.count(f"{service}.image") == 4
        document["cast"][1]["look"] = "a young woman with wet black hair"
        edited(shell, cast=document["cast"])
        stale = [shot["stale"] for shot in film(shell, "status", "film.json", **variables)["shots"]]
        assert stale == [False, False, True, False]
        again = film(shell, "frames", "film.json", **variables)
        assert services.count(f"{service}.image") == 5
        steps = job_of(shell, again["shots"][2]["job"])["steps"]
        assert [(one["step"], one["version"]) for one in steps[:2]] == [("image_prompt", 2), ("first_frame", 2)]
        edited(shell, style="16 mm film, grainy.")
        stale = [shot["stale"] for shot in film(shell, "status", "film.json", **variables)["shots"]]
        assert stale == [True] * 4


def test_more_takes_have_the_same_frame_and_other_seeds(shell: Shell) -> None:
    document = drafted(shell)
    edited(shell, scenes=document["scenes"][:1])
    first = film(shell, "render", "film.json", "--takes", "2")
    (shot,) = first["shots"]
    one, other = (job_of(shell, job) for job in shot["jobs"])
    assert one["first_frame_sha256"] == other["first_frame_sha256"]
    assert one["seed"] != other["seed"]
    assert shot["take"] == shot["jobs"][1]
    document = edited(shell)
    document["scenes"][0]["shots"][0]["take"] = shot["jobs"][0]
    edited(shell, scenes=document["scenes"])
    assert film(shell, "status", "film.json")["shots"][0]["take"] == shot["jobs"][0]


def test_a_shot_that_continues_begins_with_the_last_frame_and_the_joint_is_there_once(shell: Shell) -> None:
    document = drafted(shell)
    second = {**document["scenes"][1]["shots"][0], "join": {"kind": "continue"}, "frame": {"source": "last"}}
    scenes = [document["scenes"][0], {**document["scenes"][1], "shots": [second]}]
    edited(shell, scenes=scenes)
    rendered = film(shell, "render", "film.json")
    before, after = rendered["shots"]
    assert job_of(shell, after["job"])["extends"] == before["take"]
    joined = film(shell, "join", "film.json")
    assert probe(Path(joined["video"])).num_frames == 17 + 17 - 1


def test_a_film_that_is_not_whole_is_not_joined(shell: Shell) -> None:
    drafted(shell)
    done = shell("film", "join", "film.json")
    assert done.returncode == 2
    assert "Shot 1 has no finished video yet." in done.stderr
    assert not (shell.folder / "film.mp4").exists()


NOBODY = '{"id": "a", "scenes": [{"id": "b", "shots": [{"id": "c", "cast": ["x"]}]}]}'


@pytest.mark.parametrize(("content", "words"), [("{", "cannot be used"), (NOBODY, "names a person")])
def test_a_document_that_is_no_film_says_why(shell: Shell, content: str, words: str) -> None:
    (shell.folder / "film.json").write_text(content)
    done = shell("film", "render", "film.json")
    assert done.returncode == 2
    assert words in done.stderr
    assert str(shell.folder) not in done.stderr


def test_a_shot_that_may_begin_since_the_one_before_it_has_ended_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one before ends after the order of what is missing, and before it is looked at."""
    monkeypatch.setattr(cli.film_shots, "_PACE", 0)
    monkeypatch.setattr(cli.film_shots, "_result", lambda *_: {})
    states = {"second": "completed", "third": "rendering"}
    answers = [("second",), ("third",), ("third",), ()]

    def order() -> tuple[str, ...]:
        if len(answers) == 2:
            states["third"] = "completed"
        return answers.pop(0)

    service = MagicMock(get=lambda job_id: SimpleNamespace(state=states[job_id], error=None))
    cli.film_shots.until_done(service, Film.model_construct(id="lamp"), order, "takes")
    assert answers == []
    service.work_on.assert_called_once_with("third")


def test_what_stands_still_is_not_asked_about_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.film_shots, "_PACE", 0)
    monkeypatch.setattr(cli.film_shots, "_result", lambda *_: {})
    service = MagicMock(get=lambda _: SimpleNamespace(state="failed", error=None))
    order = MagicMock(return_value=("second",))
    cli.film_shots.until_done(service, Film.model_construct(id="lamp"), order, "takes")
    assert order.call_count == 2
