"""Full Workflow as a user runs it: offline, with one service at a time, stopped and gone on from."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.shell import TINY, Shell
from tests.pictures import picture as a_picture
from tests.providers.fake_services import FakeServices, Raw, Received

WISH = 'An orange cat looks up. The girl in the red coat says "跟我回家吧。" Rain patters.'
PROMPT = "A medium shot at eye level of an orange cat and a girl in a red coat on a wet street, warm light."
ELEMENTS = "A photograph in warm light. A girl in a red coat stands on the left, an orange cat sits on the right."
SPOKEN = '"跟我回家吧。"'
DESCRIPTION = (
    "In a warm photograph at eye level, a girl in a red coat stands on the left of a wet street and an orange cat "
    "sits on the right, rain glittering in the light of the shops behind them. The cat looks up, its ears turning "
    "toward her, and water runs from the brim of her hood. The girl in the red coat bends down, holds out an open "
    f"hand and says in a soft voice, {SPOKEN} The cat blinks, rises slowly and takes one step toward her hand while "
    "the reflections in the puddles tremble and break into small pieces of yellow light around its paws. She smiles "
    "and her sleeve brushes over the wet stone as she waits for it. The sound is close: rain patters on the hood "
    "and drips into the puddles, and a low hum comes from the street behind. This video has no subtitles."
)
PREPARED = ("--until", "video_description", "--json", *TINY)
STEPS = ["image_prompt", "first_frame", "visual_elements", "video_description", "render"]
SERVICES = ["gemini", "dashscope", "openai"]


@pytest.fixture(scope="module")
def _services() -> Iterator[FakeServices]:
    with FakeServices() as services:
        yield services


@pytest.fixture
def services(_services: FakeServices) -> FakeServices:
    _services.reset()
    return _services


def usual(services: FakeServices, name: str, description: str = DESCRIPTION) -> None:
    """Answers to a whole run; the text route is asked for the image prompt first."""
    services.script(f"{name}.text", PROMPT, description)
    services.script(f"{name}.vision", ELEMENTS)


def record(done: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(done["folder"]) / "job.json").read_text())
    return document


def made_by(done: dict[str, Any]) -> list[str]:
    assert [step["step"] for step in done["steps"]] == STEPS
    return [step["provider"] for step in done["steps"]]


@pytest.mark.parametrize(
    ("description", "arguments"),
    [
        ("一只橘猫追着蓝色毛线球跑，毛线沙沙作响。", ("--orientation", "portrait")),
        ("-一只猫", ("--image", "photo.jpg")),
    ],
)
def test_without_key_and_gpu_a_preview_video_comes(shell: Shell, description: str, arguments: tuple[str, ...]) -> None:
    Image.radial_gradient("L").resize((800, 600)).convert("RGB").save(shell.folder / "photo.jpg")
    done = shell("full", "--description", description, "--json", *arguments, *TINY)
    assert done.returncode == 0, done.stderr
    assert done.json["state"] == "completed"
    drawn = "user" if "--image" in arguments else "offline"
    assert made_by(done.json)[1:] == [drawn, "offline", "offline", "preview"]
    kept = record(done.json)
    assert kept["description"] == description
    assert kept["size"] == ("352x640" if "portrait" in arguments else "640x352")
    assert Path(done.json["video"]).stat().st_size > 1000


@pytest.mark.parametrize("name", SERVICES)
def test_one_service_serves_every_step_and_is_asked_once_for_each(
    shell: Shell, services: FakeServices, server_360p: str, name: str
) -> None:
    usual(services, name)
    done = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **services.environment(name))
    assert done.returncode == 0, done.stderr
    assert made_by(done.json) == [name] * 4 + ["preview"]
    asked = {route: services.count(f"{name}.{route}") for route in ("text", "vision", "image")}
    assert asked == {"text": 2, "vision": 1, "image": 1}
    assert services.count("unknown") == 0
    assert services.count() == services.count(name) + services.count("picture")
    kept = record(done.json)
    for step in kept["steps"][:4]:
        assert step["model"]
        assert step["seconds"] >= 0
        assert step["output"]
    assert not any("offline" in warning for warning in done.json["warnings"])
    # Chinese dialogue reaches the server byte for byte.
    assert kept["prompt"] == DESCRIPTION
    assert SPOKEN in kept["prompt"]
    assert any("跟我回家吧。" in text for text in services.received(f"{name}.text")[1].texts)
    # The vision model sees the frame as it is rendered.
    assert services.received(f"{name}.vision")[0].pictures == [Path(done.json["first_frame"]).read_bytes()]
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.size == (640, 352)
    assert (Path(done.json["folder"]) / "first_frame_original_v1.png").read_bytes() == a_picture(1280, 720)


def test_a_wrong_description_is_corrected_once_at_most(shell: Shell, services: FakeServices) -> None:
    usual(services, "gemini", "Here is the video: " + DESCRIPTION.replace(SPOKEN, '"Come home with me."'))
    done = shell("full", "--description", WISH, *PREPARED, **services.environment("gemini"))
    assert services.count("gemini.text") == 3
    assert any("跟我回家吧" in warning for warning in done.json["warnings"])


def test_a_text_that_names_a_file_is_only_a_text(shell: Shell, services: FakeServices) -> None:
    secret = shell.folder / "secret.txt"
    secret.write_text("TOP-SECRET-CONTENT")
    usual(services, "dashscope")
    for description in (str(secret), f"file://{secret}", "secret.txt"):
        services.script("dashscope.text", PROMPT, DESCRIPTION)
        done = shell("full", "--description", description, *PREPARED, **services.environment("dashscope"))
        assert done.returncode == 0, done.stderr
        assert any(description in text for text in services.received("dashscope.text")[-1].texts)
    assert not any("TOP-SECRET" in json.dumps(call.body) for call in services.received())
    assert services.count("unknown") == 0


def test_a_failing_service_stops_the_step_and_what_was_made_is_kept(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    usual(services, "gemini")
    services.script("gemini.vision", Raw(400, {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}))
    keys = services.environment("gemini", "dashscope")
    done = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **keys)
    assert done.returncode == 1
    assert done.json["state"] == "failed"
    assert done.json["error"]["kind"] == "ProviderRefused"
    assert [step["step"] for step in done.json["steps"]] == ["image_prompt", "first_frame"]
    assert services.count("dashscope") == 0
    assert "--from" in done.stderr
    services.script("gemini.vision", ELEMENTS)
    services.script("gemini.text", DESCRIPTION)
    again = shell("full", "--from", done.json["folder"], "--json", "--server", server_360p, **keys)
    assert again.returncode == 0, again.stderr
    assert (again.json["id"], again.json["seed"]) == (done.json["id"], done.json["seed"])
    assert services.count("gemini.image") == 1
    assert services.count("gemini.text") == 2
    assert made_by(again.json) == ["gemini"] * 4 + ["preview"]


def test_a_key_that_is_echoed_by_a_service_is_shown_nowhere(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    def echo(call: Received) -> Raw:
        return Raw(401, {"error": {"code": 401, "message": f"bad key {call.key}", "status": "UNAUTHENTICATED"}})

    services.script("gemini.text", echo)
    keys = services.environment("gemini")
    done = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **keys)
    assert done.json["error"]["kind"] == "KeyRefused"
    written = "".join(path.read_text() for path in Path(done.json["folder"]).iterdir())
    assert keys["GEMINI_API_KEY"] not in done.stdout + done.stderr + written


def test_until_stops_after_each_step_and_from_goes_on(shell: Shell, services: FakeServices, server_360p: str) -> None:
    usual(services, "openai")
    keys = services.environment("openai")
    begun: tuple[str, ...] = ("--description", WISH, *TINY)
    ids = set()
    for number, step in enumerate(STEPS[:4], start=1):
        before = services.count()
        stopped = shell("full", *begun, "--until", step, "--json", **keys)
        assert stopped.json["state"] == "waiting"
        assert [one["step"] for one in stopped.json["steps"]] == STEPS[:number]
        ids.add(stopped.json["id"])
        asked = services.count()
        assert asked > before
        begun = ("--from", stopped.json["folder"])
        assert stopped.json["id"] in shell("full", *begun, "--until", step, **keys).stdout
        assert services.count() == asked
    done = shell("full", *begun, "--json", "--server", server_360p, **keys)
    assert done.json["state"] == "completed", done.stderr
    assert ids == {done.json["id"]}
    assert (done.json["seed"], done.json["num_frames"]) == (stopped.json["seed"], 17)
    made = {one: services.count(f"openai.{one}") for one in ("text", "image", "vision")}
    assert made == {"text": 2, "image": 1, "vision": 1}
    # A finished run is gone on from in a new folder.
    video = Path(done.json["video"]).read_bytes()
    second = shell("full", *begun, "--seed", "5", "--json", "--server", server_360p, **keys)
    assert second.returncode == 0, second.stderr
    assert second.json["id"] != done.json["id"]
    assert record(second.json)["parent"] == done.json["id"]
    assert (second.json["seed"], services.count()) == (5, asked)
    assert Path(done.json["video"]).read_bytes() == video


def test_what_is_swapped_or_edited_by_hand_is_kept_and_what_follows_it_is_made_again(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    usual(services, "openai")
    services.script("openai.text", PROMPT, DESCRIPTION, DESCRIPTION, DESCRIPTION)
    keys = services.environment("openai")
    folder = Path(shell("full", "--description", WISH, *PREPARED, **keys).json["folder"])
    Image.new("RGB", (1000, 1000), "green").save(folder / "first_frame.png")
    swapped = shell("full", "--from", str(folder), "--until", "video_description", "--json", **keys)
    assert swapped.returncode == 0, swapped.stderr
    assert (services.count("openai.image"), services.count("openai.vision")) == (1, 2)
    with Image.open(swapped.json["first_frame"]) as frame:
        assert frame.size == (640, 352)
        assert frame.getpixel((5, 5)) == (0, 128, 0)
    (folder / "visual_elements.txt").write_text(ELEMENTS + " A sign reads nothing.")
    done = shell("full", "--from", str(folder), "--json", "--server", server_360p, **keys)
    assert done.returncode == 0, done.stderr
    assert [step["edited"] for step in done.json["steps"]] == [False, False, True, False, False]
    assert (services.count("openai.image"), services.count("openai.vision")) == (1, 2)
    assert any("A sign reads nothing." in text for text in services.received("openai.text")[-1].texts)
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.getpixel((5, 5)) == (0, 128, 0)


def test_another_size_of_render_does_not_buy_the_picture_again(
    shell: Shell, services: FakeServices, server_720p: str
) -> None:
    usual(services, "openai")
    keys = services.environment("openai")
    stopped = shell("full", "--description", WISH, "--until", "first_frame", "--json", *TINY, **keys)
    more = ("--until", "visual_elements", "--json", "--server", server_720p)
    done = shell("full", "--from", stopped.json["folder"], *more, **keys)
    assert done.json["size"] == "1280x720", done.stderr
    assert services.count("openai.image") == 1
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.size == (1280, 720)


def test_a_trimmed_negative_prompt_is_offered_and_used_on_request(shell: Shell, services: FakeServices) -> None:
    usual(services, "openai", DESCRIPTION.replace(SPOKEN, "nothing").replace("and says in a soft voice, nothing", ""))
    keys = services.environment("openai")
    request = "A market full of people, painted in watercolour."
    done = shell("full", "--description", request, *PREPARED, **keys)
    offered = done.json["steps"][-1]["negative_prompt"]["value"]
    assert "背景人很多" not in offered
    assert record(done.json)["negative_prompt"] is None
    services.script("openai.text", PROMPT, DESCRIPTION)
    used = shell("full", "--description", request, "--trim-negative-prompt", *PREPARED, **keys)
    assert record(used.json)["negative_prompt"] == offered


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--description", "  "), "The description is empty."),
        (("--description", "x" * 8001), "8001 characters"),
        (("--from", "nowhere"), "nowhere"),
        (("--description", "cat", "--image", "nothing.png"), "nothing.png"),
        (("--description", "cat", "--until", "render"), "--until"),
        (("--description", "cat", "--seed", "-5"), "seed is -5"),
    ],
)
def test_wrong_input_is_said_before_a_service_is_asked(
    shell: Shell, services: FakeServices, arguments: tuple[str, ...], words: str
) -> None:
    done = shell("full", *arguments, **services.environment("gemini"))
    assert done.returncode == 2
    assert words in done.stderr
    assert services.count() == 0
    assert not (shell.folder / "outputs").exists()


# ---- whose texts and picture ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def _draft(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The outputs of a run up to its description, without any service, and its job."""
    folder = tmp_path_factory.mktemp("draft")
    done = Shell(folder, {})("full", "--description", WISH, *PREPARED)
    assert [step["provider"] for step in done.json["steps"]] == ["offline"] * 4
    return folder / "outputs", str(done.json["id"])


@pytest.fixture
def draft(_draft: tuple[Path, str], shell: Shell) -> str:
    shutil.copytree(_draft[0], shell.folder / "outputs")
    return _draft[1]


def test_what_was_made_before_is_said_and_used_on_request_only(
    shell: Shell, services: FakeServices, draft: str
) -> None:
    said, in_chinese = "Exactly the same text was used before", "相同的描述以前用过"
    keys = services.environment("gemini")
    usual(services, "gemini")
    first = shell("full", "--description", WISH, *PREPARED, **keys)
    # What was made without a service is neither used nor offered once there is one.
    assert first.json["id"] != draft
    assert said not in first.stderr
    assert [step["provider"] for step in first.json["steps"]] == ["gemini"] * 4
    assert (services.count("gemini.image"), services.count("gemini.vision")) == (1, 1)
    assert not any("offline" in warning for warning in first.json["warnings"])
    services.script("gemini.text", PROMPT, DESCRIPTION)
    second = shell("full", "--description", WISH, *PREPARED, **keys)
    assert said in second.stderr
    assert f"--reuse {first.json['id']}" in second.stderr
    assert services.count("gemini.image") == services.count("gemini.vision") == 2
    before = services.count()
    third = shell("full", "--description", WISH, "--reuse", first.json["id"], *PREPARED, **keys)
    assert third.returncode == 0, third.stderr
    assert (services.count(), record(third.json)["parent"]) == (before, first.json["id"])
    assert [step["output"] for step in third.json["steps"]] == [step["output"] for step in first.json["steps"]]
    services.script("gemini.text", PROMPT)
    chinese = keys | {"LANG": "zh_CN.UTF-8"}
    fourth = shell("full", "--description", WISH, "--until", "image_prompt", "--json", *TINY, **chinese)
    assert in_chinese in fourth.stderr
    assert "--reuse " in fourth.stderr


def test_a_job_that_cannot_be_reused_is_refused_in_words(shell: Shell, draft: str) -> None:
    for arguments, words in (
        (("--description", "A dog."), "it was made from a different text"),
        (("--description", WISH), "none of it was made by a service"),
        (("--description", WISH, "--image", "x.png"), "--reuse, --image"),
    ):
        done = shell("full", *arguments, "--reuse", draft)
        assert done.returncode == 2
        assert words in done.stderr
    assert len(json.loads(shell("jobs", "--json").stdout)) == 1


@pytest.mark.parametrize("command", ["resume", "full --from"])
def test_what_another_maker_made_waits_for_a_decision(
    shell: Shell, services: FakeServices, server_360p: str, command: str, draft: str
) -> None:
    folder = shell.folder / "outputs" / draft
    resumed = command == "resume"
    target = ("resume", draft) if resumed else ("full", "--from", str(folder), "--server", server_360p)
    usual(services, "gemini")
    more = services.environment("gemini") | {"SGLANG_360P_URL": server_360p}
    asked = shell(*target, "--json", **more)
    assert (asked.returncode, asked.json["state"]) == (1, "waiting")
    assert asked.json["error"]["kind"] == "OtherMaker"
    assert "image prompt: Made by offline, without a model; it would now be made by gemini · " in asked.stderr
    assert "--other-maker" in asked.stderr
    assert services.count() == 0
    stop = () if resumed else ("--until", "video_description")
    done = shell(*target, "--other-maker", "remake", "--json", *stop, **more)
    assert done.returncode == 0, done.stderr
    assert done.json["id"] == draft
    assert [step["provider"] for step in done.json["steps"]] == ["gemini"] * 4 + ["preview"] * resumed


def test_kept_by_a_word_it_is_sent_as_it_was_made(
    shell: Shell, services: FakeServices, server_360p: str, draft: str
) -> None:
    more = services.environment("gemini") | {"SGLANG_360P_URL": server_360p}
    done = shell("resume", draft, "--other-maker", "keep", "--json", **more)
    assert done.returncode == 0, done.stderr
    assert (made_by(done.json)[:4], done.json["size"]) == (["offline"] * 4, "640x352")
    assert services.count() == 0


def test_a_server_that_was_named_stays_named_and_is_waited_for_aloud(shell: Shell, server_720p: str) -> None:
    stop = (
        "--description",
        WISH,
        "--until",
        "image_prompt",
        "--json",
        "--num-frames",
        "5",
        "--num-inference-steps",
        "2",
    )
    begun = shell("full", *stop, "--server", "mova-720p")
    assert begun.returncode == 0, begun.stderr
    with subprocess.Popen(
        shell.command("resume", begun.json["id"], "--json"),
        cwd=shell.folder,
        env=shell.environment(),
        stderr=subprocess.PIPE,
    ) as resumed:
        assert resumed.stderr
        assert any(b"mova-720p" in line for line in iter(resumed.stderr.readline, b""))
        resumed.send_signal(signal.SIGINT)
        resumed.stderr.read()
    done = shell("resume", begun.json["id"], "--json", SGLANG_720P_URL=server_720p)
    assert (done.returncode, done.json["server"], done.json["size"]) == (0, "mova-720p", "1280x720"), done.stderr
    wrong = shell("full", *stop, "--server", "nope")
    assert (wrong.returncode, wrong.json["error"]["kind"]) == (2, "UnknownServer")
