"""``workflow.py batch``: many runs out of one file, all checked before anything is spent."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.cli.test_simple import picture
from tests.forked import Forked
from tests.jobs.load.workers import service_at, settings_of
from tests.providers.fake_services import FakeServices, Raw
from tests.waiting import until

SMALL: dict[str, Any] = {"num_frames": 5, "num_inference_steps": 2}


def row(text: str, **more: Any) -> dict[str, Any]:
    return {"prompt": text, "white_frame": True, **SMALL, **more}


def manifest(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> str:
    (folder / name).write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in rows), encoding="utf-8")
    return name


def test_rows_with_three_bad_ones_are_refused_before_anything_is_made(shell: Shell, server_360p: str) -> None:
    rows = [row(f"Take {number}.") for number in range(8)]
    rows[1]["num_frames"] = 100_000
    rows[3] = {"prompt": "A cat.", "image": "nowhere.png", "colour": "red"}
    rows[7] = {**row("A cat."), "image": picture(shell.folder), "fps": "24"}
    before = shell("list", "--server", server_360p, "--json", script="sglang_client.py").json
    for more in ((), ("--dry-run",)):
        done = shell("batch", manifest(shell.folder, rows), "--json", *more, SGLANG_360P_URL=server_360p)
        assert done.returncode == 2
        assert [one["line"] for one in done.json["rows"]] == [2, 4, 8]
        assert "Line 2: num_frames is 100000; accepted: 5 to 481." in done.stderr
        assert "Line 4: There is no field colour." in done.stderr
        assert "Line 8: fps is '24'; accepted: an integer." in done.stderr
        assert "Wrong rows: 3 of 8. Nothing was created." in done.stderr
        assert not (shell.folder / "outputs").exists()
    assert shell("list", "--server", server_360p, "--json", script="sglang_client.py").json == before


def test_every_row_becomes_a_video_and_a_second_start_makes_none(shell: Shell, server_360p: str) -> None:
    (shell.folder / "pictures").mkdir()
    name = picture(shell.folder / "pictures", "cat.png")
    rows = [
        row("A cat.", seed=3, name="first"),
        row("A cat.", seed=3, name="first"),  # the same twice is two runs
        {"prompt": "A cat jumps.", "image": f"pictures/{name}", "orientation": "portrait", "bars": True, **SMALL},
        {"description": 'An orange cat. It says "Hello."', "captions": True, **SMALL},
    ]
    done = shell("batch", manifest(shell.folder, rows), "--json", "--output-dir", "films", SGLANG_360P_URL=server_360p)
    assert done.returncode == 0, done.stderr
    assert [one["state"] for one in done.json["rows"]] == ["completed"] * 4
    assert [one["line"] for one in done.json["rows"]] == [1, 2, 3, 4]
    assert done.json["rows"][0]["name"] == "first"
    assert len({one["id"] for one in done.json["rows"]}) == 4
    records = [json.loads(Path(one["video"]).with_name("job.json").read_text()) for one in done.json["rows"]]
    assert [one["mode"] for one in records] == ["simple", "simple", "simple", "full"]
    assert (records[0]["seed"], records[2]["size"], records[3]["captions"]) == (3, "352x640", True)
    assert "4/4 [" in done.stderr
    assert not re.search(r"/s\]|s/\]", done.stderr), "a rate of nothing"
    again = shell("batch", "rows.jsonl", "--output-dir", "films", SGLANG_360P_URL=server_360p)
    assert again.returncode == 0
    assert "Rows: 4, of which 0 new and 4 created by an earlier run." in again.stderr
    assert all(str(one["id"]) in again.stdout for one in done.json["rows"])
    assert len(list((shell.folder / "films").glob("batch-*"))) == 4


def test_what_does_not_fit_is_said_once_with_its_lines_before_anything_is_sent(shell: Shell, server_360p: str) -> None:
    name = picture(shell.folder, size=(160, 90))
    rows = [{"prompt": "A cat.", "image": name, **SMALL}, row("A cat."), {"prompt": "A dog.", "image": name, **SMALL}]
    done = shell("batch", manifest(shell.folder, rows), SGLANG_360P_URL=server_360p)
    assert done.returncode == 0, done.stderr
    blurred = "The picture has 160x90 pixels and is enlarged 4.0 times: the video begins blurred."
    assert [one for one in done.stderr.splitlines() if blurred in one] == [f"Line 1, 3: {blurred}"]
    assert done.stderr.index(blurred) < done.stderr.index("0/3 [")


def test_an_edited_manifest_makes_what_is_new_in_it(shell: Shell, server_360p: str) -> None:
    def start(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        done = shell("batch", manifest(shell.folder, rows), "--json", SGLANG_360P_URL=server_360p)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = done.json["rows"]
        return found

    first = start([row("One."), row("Two."), row("Three.")])
    second = start([row("Zero."), row("Three."), row("Two, changed."), row("One.")])
    assert [one["new"] for one in second] == [True, False, True, False]
    assert [second[3]["id"], second[1]["id"]] == [first[0]["id"], first[2]["id"]]


def test_a_picture_that_was_replaced_is_another_row(shell: Shell, server_360p: str) -> None:
    picture(shell.folder, "cat.png")
    rows = [{"prompt": "A cat.", "image": "cat.png", **SMALL}]
    name = manifest(shell.folder, rows)
    first = shell("batch", name, "--json", SGLANG_360P_URL=server_360p).json["rows"][0]
    picture(shell.folder, "cat.png", (900, 900))
    second = shell("batch", name, "--json", SGLANG_360P_URL=server_360p).json["rows"][0]
    assert (second["new"], second["id"] != first["id"]) == (True, True)


@pytest.mark.parametrize(
    ("encoding", "sign"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("gb18030", ","), ("utf-8", ";"), ("utf-8", "\t")],
)
def test_csv_as_spreadsheets_write_it(shell: Shell, encoding: str, sign: str) -> None:
    cells = [
        ["prompt", "white_frame", "seed", "guidance_scale", "negative_prompt"],
        ['"一只橘猫，跳起来。\n它叫了一声。"', "TRUE", "7", "4.5", ""],
        ["", "", "", "", ""],
        ["A cat.", "true", "", "", "blurry"],
    ]
    text = "\r\n".join(sign.join(line) for line in cells)
    (shell.folder / "rows.csv").write_bytes(text.encode(encoding))
    named = ("--encoding", encoding) if encoding == "gb18030" else ()
    done = shell("batch", "rows.csv", "--dry-run", "--json", *named)
    assert done.returncode == 0, done.stderr
    assert [one["line"] for one in done.json["rows"]] == [3, 5]
    assert not (shell.folder / "outputs").exists()


def test_a_dry_run_says_what_each_row_makes_by_whom_and_the_sums(shell: Shell) -> None:
    speech = " ".join(["word"] * 60)
    rows = [row("A cat."), {"description": f'A cat. It says "{speech}."', **SMALL}]
    keyed = {"GEMINI_API_KEY": "AIza-not-a-key-but-long-enough-4711"}
    done = shell("batch", manifest(shell.folder, rows), "--dry-run", "--json", **keyed)
    assert done.returncode == 0, done.stderr
    simple, full = done.json["rows"]
    assert (simple["steps"], simple["requests"], simple["warnings"]) == ([], [0, 0], [])
    assert {one["maker"]["provider"] for one in full["steps"]} == {"gemini"}
    assert full["requests"][1] >= full["requests"][0] > 0
    assert any("s of speech in a clip" in words for words in full["warnings"])
    assert f"Requests to services: {full['requests'][0]} to {full['requests'][1]}." in done.json["sums"]
    assert not (shell.folder / "outputs").exists()
    plain = shell("batch", "rows.jsonl", "--dry-run", **keyed)
    assert "image prompt: gemini" in plain.stdout
    assert "! " in plain.stdout


def test_csv_that_is_wrong(shell: Shell) -> None:
    words = "prompt,white_frame,colour,seed\nA cat.,true,red,x\nA cat.,perhaps,,\nA cat.,true\nA cat.,true,,,,9\n"
    (shell.folder / "rows.csv").write_text(words)
    done = shell("batch", "rows.csv", "--json")
    assert done.returncode == 2
    reasons = {one["line"]: one["reasons"] for one in done.json["rows"]}
    assert reasons[1] == ["There is no field colour."]
    assert reasons[2] == ["seed is 'x'; accepted: an integer."]
    assert reasons[3] == ["white_frame is 'perhaps'; accepted: true or false."]
    assert reasons[5] == ["This row has 6 cells, but the header has 4."]
    assert set(reasons) == {1, 2, 3, 5}


WRONG_ROWS = (
    ('{"prompt": "x", "white_frame": true, "seed": 1, "seed": 2}', "The field seed is given twice."),
    ('{"prompt": "x", "white_frame": true, "guidance_scale": NaN}', "NaN is not a number."),
    ("[1]", "This is not a JSON object."),
    ("{", "This is not JSON."),
    ('{"prompt": " ", "white_frame": true}', "The prompt is empty."),
    ('{"prompt": "x"}', "Either image or white_frame is needed, and not both."),
    ('{"prompt": "x", "description": "y", "white_frame": true}', "description does not belong to mode simple."),
    ('{"description": "y", "white_frame": true}', "white_frame does not belong to mode full."),
    ('{"prompt": "x", "white_frame": true, "server": "nobody"}', "There is no server named nobody"),
    ('{"prompt": "x", "white_frame": true, "server": "http://a:b@c"}', "This is not a server address"),
    ('{"prompt": "x", "white_frame": true, "crop_shift": 7}', "shift is 7.0; accepted: -1 to 1"),
    ('{"prompt": "x", "image": "rows.jsonl"}', "not a picture"),
)


def test_a_row_that_is_wrong_is_named_with_its_reason(shell: Shell) -> None:
    lines = [json.dumps(row("fine")), *(line for line, _ in WRONG_ROWS)]
    (shell.folder / "rows.jsonl").write_text("\n" + "".join(f"{line}\n" for line in lines))
    done = shell("batch", "rows.jsonl", "--dry-run", "--json")
    assert done.returncode == 2
    reasons = {one["line"]: " ".join(one["reasons"]) for one in done.json["rows"]}
    assert set(reasons) == set(range(3, 3 + len(WRONG_ROWS)))
    for number, (_, words) in enumerate(WRONG_ROWS, start=3):
        assert words in reasons[number]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("rows.txt", b"{}", "its name must end in .jsonl or .csv"),
        ("rows.jsonl", b"", "it has no rows"),
        ("rows.jsonl", b"\xff\xfa", "it is not UTF-8"),
        ("rows.jsonl", b"{}\n" * 10_001, "it has more than 10000 rows"),
        ("rows.jsonl", b" " * 20_000_001, "it is larger than 20 MB"),
        ("rows.csv", b'prompt\n"never closed', "line 2 is not CSV"),
    ],
)
def test_a_file_that_is_no_manifest(shell: Shell, name: str, data: bytes, words: str) -> None:
    (shell.folder / name).write_bytes(data)
    done = shell("batch", name)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (shell.folder / "outputs").exists()


def test_ctrl_c_holds_back_what_was_not_sent_and_the_next_start_goes_on(shell: Shell, server_360p: str) -> None:
    name = manifest(
        shell.folder, [row(f"Take {number}.", num_frames=17, num_inference_steps=60) for number in range(6)]
    )
    process = Forked(
        shell.command("batch", name, "--json"),
        cwd=shell.folder,
        env=shell.environment(SGLANG_360P_URL=server_360p),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: len(list((shell.folder / "outputs").glob("*/video.mp4"))) >= 2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "no row runs twice" in stderr
    states = [one["state"] for one in json.loads(stdout.splitlines()[-1])["rows"]]
    assert "waiting" in states
    assert not {"draft", "queued"} & set(states)
    done = shell("batch", name, "--json", SGLANG_360P_URL=server_360p)
    assert done.returncode == 0, done.stderr
    assert [one["state"] for one in done.json["rows"]] == ["completed"] * 6
    jobs = shell("list", "--server", server_360p, "--json", script="sglang_client.py").json["jobs"]
    tags = [job["model"] for job in jobs if "batch-" in job["model"]]
    assert len(tags) == len(set(tags))


def test_no_row_runs_again_because_its_job_was_deleted(shell: Shell, server_360p: str) -> None:
    rows = [row("A cat.", seed=3), row("A dog.")]
    first = shell("batch", manifest(shell.folder, rows), "--json", SGLANG_360P_URL=server_360p)
    assert first.returncode == 0, first.stderr
    settings = settings_of({"OUTPUT_DIR": str(shell.folder / "outputs"), "RETENTION_DAYS": "30"})
    with service_at(settings) as (service, store):
        for one in first.json["rows"]:
            store.jobs.update(one["id"], finished=datetime(2020, 1, 1, tzinfo=UTC))
        retired = service.files.housekeeping().retire(lambda: True)
        assert retired
        assert retired.jobs == 2
    before = shell("list", "--server", server_360p, "--json", script="sglang_client.py").json
    for more in ((), ("--retry",)):
        again = shell("batch", "rows.jsonl", "--json", *more, SGLANG_360P_URL=server_360p)
        assert again.returncode == 0, again.stderr
        assert "Rows: 2, of which 0 new and 2 created by an earlier run." in again.stderr
        assert "Rows whose jobs have been deleted since, and which will not run again: 2." in again.stderr
        told = [(one["id"], one["state"], one["seed"], one["video"]) for one in again.json["rows"]]
        assert told == [(one["id"], "completed", one["seed"], None) for one in first.json["rows"]]
    assert shell("list", "--server", server_360p, "--json", script="sglang_client.py").json == before
    more_rows = shell("batch", manifest(shell.folder, [*rows, row("A cow.")]), "--json", SGLANG_360P_URL=server_360p)
    assert "Rows: 3, of which 1 new and 2 created by an earlier run." in more_rows.stderr
    assert [one["new"] for one in more_rows.json["rows"]] == [False, False, True]


def test_rows_that_another_maker_has_prepared_wait_for_a_word(shell: Shell, server_360p: str) -> None:
    """The service that made their texts is gone from the settings, and another one is there."""
    name = manifest(shell.folder, [{"description": "A cat.", **SMALL}])
    with FakeServices() as services:
        refuses = Raw(400, {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}})
        services.script("gemini.vision", refuses)
        server = {"SGLANG_360P_URL": server_360p}
        failed = shell("batch", name, "--json", **server, **services.environment("gemini"))
        assert failed.json["rows"][0]["state"] == "failed"
        keys = server | services.environment("openai")
        asked = shell("batch", name, "--retry", "--json", **keys)
        assert (asked.returncode, asked.json["rows"][0]["error"]["kind"]) == (1, "OtherMaker")
        assert services.count("openai") == 0
        done = shell("batch", name, "--other-maker", "keep", "--json", **keys)
        assert done.returncode == 0, done.stderr
        assert done.json["rows"][0]["id"] == failed.json["rows"][0]["id"]
        assert (services.count("openai.image"), services.count("openai.vision")) == (0, 1)
        assert services.count("gemini.image") == 1


def test_a_row_may_be_a_draft(shell: Shell, server_360p: str) -> None:
    rows = [
        {"prompt": "A cat.", "white_frame": True, "num_frames": 5, "draft": True},
        {"description": "A cat.", "num_frames": 5, "draft": True, "num_inference_steps": 2},
    ]
    name = manifest(shell.folder, rows)
    done = shell("batch", name, "--json", SGLANG_360P_URL=server_360p, DRAFT_STEPS="3")
    made = [json.loads(Path(one["video"]).with_name("job.json").read_text()) for one in done.json["rows"]]
    assert [(one["draft"], one["num_inference_steps"]) for one in made] == [(True, 3), (True, 2)]
