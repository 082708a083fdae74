"""Full Workflow as a user runs it: offline, with one service at a time, stopped and gone on from."""

from __future__ import annotations

import json
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
        ("An orange cat chases a blue ball of yarn. The yarn rustles.", ()),
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
    for step in record(done.json)["steps"][:4]:
        assert step["model"]
        assert step["seconds"] >= 0
        assert step["output"]
    assert not any("offline" in warning for warning in done.json["warnings"])


@pytest.mark.parametrize("name", SERVICES)
def test_chinese_dialogue_reaches_the_server_byte_for_byte(
    shell: Shell, services: FakeServices, server_360p: str, name: str
) -> None:
    usual(services, name)
    done = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **services.environment(name))
    kept = record(done.json)
    assert kept["prompt"] == DESCRIPTION
    assert SPOKEN in kept["prompt"]
    assert any("跟我回家吧。" in text for text in services.received(f"{name}.text")[1].texts)


def test_the_vision_model_sees_the_frame_as_it_is_rendered(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    usual(services, "gemini")
    done = shell(
        "full", "--description", WISH, "--json", "--server", server_360p, *TINY, **services.environment("gemini")
    )
    seen = services.received("gemini.vision")[0].pictures
    assert seen == [Path(done.json["first_frame"]).read_bytes()]
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.size == (640, 352)
    assert (Path(done.json["folder"]) / "first_frame_original_v1.png").read_bytes() == a_picture(1280, 720)


def test_a_wrong_description_is_corrected_once_at_most(shell: Shell, services: FakeServices, server_360p: str) -> None:
    usual(services, "gemini", "Here is the video: " + DESCRIPTION.replace(SPOKEN, '"Come home with me."'))
    done = shell(
        "full", "--description", WISH, "--json", "--server", server_360p, *TINY, **services.environment("gemini")
    )
    assert services.count("gemini.text") == 3
    assert any("跟我回家吧" in warning for warning in done.json["warnings"])


def test_a_text_that_names_a_file_is_only_a_text(shell: Shell, services: FakeServices, server_360p: str) -> None:
    secret = shell.folder / "secret.txt"
    secret.write_text("TOP-SECRET-CONTENT")
    usual(services, "dashscope")
    for description in (str(secret), f"file://{secret}", "secret.txt"):
        services.script("dashscope.text", PROMPT, DESCRIPTION)
        done = shell(
            "full",
            *("--description", description, "--json", "--server", server_360p),
            *TINY,
            **services.environment("dashscope"),
        )
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


@pytest.mark.parametrize("step", STEPS[:4])
def test_until_stops_after_a_step_and_from_goes_on(
    shell: Shell, services: FakeServices, server_360p: str, step: str
) -> None:
    usual(services, "openai")
    keys = services.environment("openai")
    stopped = shell("full", "--description", WISH, "--until", step, "--json", *TINY, **keys)
    assert stopped.json["state"] == "waiting"
    assert [one["step"] for one in stopped.json["steps"]] == STEPS[: STEPS.index(step) + 1]
    assert stopped.json["id"] in shell("full", "--from", stopped.json["folder"], "--until", step, **keys).stdout
    before = services.count()
    done = shell("full", "--from", stopped.json["folder"], "--json", "--server", server_360p, **keys)
    assert done.json["state"] == "completed", done.stderr
    assert (done.json["id"], done.json["seed"], done.json["num_frames"]) == (
        stopped.json["id"],
        stopped.json["seed"],
        17,
    )
    made = {one: services.count(f"openai.{one}") for one in ("text", "image", "vision")}
    assert made == {"text": 2, "image": 1, "vision": 1}
    assert before < services.count() or step == "video_description"


def test_an_edited_step_is_kept_and_what_follows_it_is_made_again(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    usual(services, "openai")
    services.script("openai.text", PROMPT, DESCRIPTION, DESCRIPTION)
    keys = services.environment("openai")
    stopped = shell("full", "--description", WISH, "--until", "video_description", "--json", *TINY, **keys)
    folder = Path(stopped.json["folder"])
    (folder / "visual_elements.txt").write_text(ELEMENTS + " A sign reads nothing.")
    done = shell("full", "--from", str(folder), "--json", "--server", server_360p, **keys)
    assert done.returncode == 0, done.stderr
    assert [step["edited"] for step in done.json["steps"]] == [False, False, True, False, False]
    assert services.count("openai.image") == services.count("openai.vision") == 1
    assert any("A sign reads nothing." in text for text in services.received("openai.text")[-1].texts)


def test_a_frame_swapped_by_hand_is_described_anew(shell: Shell, services: FakeServices, server_360p: str) -> None:
    usual(services, "openai")
    services.script("openai.text", PROMPT, DESCRIPTION, DESCRIPTION)
    keys = services.environment("openai")
    stopped = shell("full", "--description", WISH, "--until", "video_description", "--json", *TINY, **keys)
    folder = Path(stopped.json["folder"])
    Image.new("RGB", (1000, 1000), "green").save(folder / "first_frame.png")
    done = shell("full", "--from", str(folder), "--json", "--server", server_360p, **keys)
    assert done.returncode == 0, done.stderr
    assert (services.count("openai.image"), services.count("openai.vision")) == (1, 2)
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.size == (640, 352)
        assert frame.getpixel((5, 5)) == (0, 128, 0)


def test_a_finished_run_is_gone_on_from_in_a_new_folder(shell: Shell, services: FakeServices, server_360p: str) -> None:
    usual(services, "openai")
    keys = services.environment("openai")
    first = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **keys)
    video = Path(first.json["video"]).read_bytes()
    asked = services.count()
    second = shell("full", "--from", first.json["folder"], "--seed", "5", "--json", "--server", server_360p, **keys)
    assert second.returncode == 0, second.stderr
    assert second.json["id"] != first.json["id"]
    assert record(second.json)["parent"] == first.json["id"]
    assert (second.json["seed"], services.count()) == (5, asked)
    assert Path(first.json["video"]).read_bytes() == video


def test_another_size_of_render_does_not_buy_the_picture_again(
    shell: Shell, services: FakeServices, server_720p: str
) -> None:
    usual(services, "openai")
    keys = services.environment("openai")
    stopped = shell("full", "--description", WISH, "--until", "first_frame", "--json", *TINY, **keys)
    done = shell("full", "--from", stopped.json["folder"], "--json", "--server", server_720p, **keys)
    assert done.json["size"] == "1280x720", done.stderr
    assert services.count("openai.image") == 1
    with Image.open(done.json["first_frame"]) as frame:
        assert frame.size == (1280, 720)


def test_a_trimmed_negative_prompt_is_offered_and_used_on_request(
    shell: Shell, services: FakeServices, server_360p: str
) -> None:
    usual(services, "openai", DESCRIPTION.replace(SPOKEN, "nothing").replace("and says in a soft voice, nothing", ""))
    keys = services.environment("openai")
    request = "A market full of people, painted in watercolour."
    done = shell("full", "--description", request, "--until", "video_description", "--json", *TINY, **keys)
    offered = done.json["steps"][-1]["negative_prompt"]["value"]
    assert "背景人很多" not in offered
    assert record(done.json)["negative_prompt"] is None
    services.script("openai.text", PROMPT, DESCRIPTION)
    arguments = ("--description", request, "--trim-negative-prompt", "--json", "--server", server_360p)
    used = shell("full", *arguments, *TINY, **keys)
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


def drafted(shell: Shell) -> str:
    """A run up to its description, without any service."""
    done = shell("full", "--description", WISH, "--until", "video_description", "--json", *TINY)
    assert [step["provider"] for step in done.json["steps"]] == ["offline"] * 4
    return str(done.json["id"])


def test_the_same_command_with_a_key_asks_the_service(shell: Shell, services: FakeServices, server_360p: str) -> None:
    drafted(shell)
    usual(services, "gemini")
    keys = services.environment("gemini")
    done = shell("full", "--description", WISH, "--json", "--server", server_360p, *TINY, **keys)
    assert made_by(done.json) == ["gemini"] * 4 + ["preview"]
    assert (services.count("gemini.image"), services.count("gemini.vision")) == (1, 1)
    assert not any("offline" in warning for warning in done.json["warnings"])


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Exactly the same text was used before"), ("zh_CN", "相同的描述以前用过")]
)
def test_what_was_made_before_is_said_and_used_on_request_only(
    shell: Shell, services: FakeServices, language: str, said: str
) -> None:
    keys = services.environment("gemini") | {"LANG": f"{language}.UTF-8"}
    stop = ("--until", "video_description", "--json", *TINY)
    usual(services, "gemini")
    first = shell("full", "--description", WISH, *stop, **keys)
    assert said not in first.stderr
    services.script("gemini.text", PROMPT, DESCRIPTION)
    second = shell("full", "--description", WISH, *stop, **keys)
    assert said in second.stderr
    assert f"--reuse {first.json['id']}" in second.stderr
    assert services.count("gemini.image") == services.count("gemini.vision") == 2
    before = services.count()
    third = shell("full", "--description", WISH, "--reuse", first.json["id"], *stop, **keys)
    assert third.returncode == 0, third.stderr
    assert (services.count(), record(third.json)["parent"]) == (before, first.json["id"])
    assert [step["output"] for step in third.json["steps"]] == [step["output"] for step in first.json["steps"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--description", "A dog."), "it was made from a different text"),
        (("--description", WISH), "none of it was made by a service"),
        (("--description", WISH, "--image", "x.png"), "--reuse, --image"),
    ],
)
def test_a_job_that_cannot_be_reused_is_refused_in_words(shell: Shell, arguments: tuple[str, ...], words: str) -> None:
    job = drafted(shell)
    done = shell("full", *arguments, "--reuse", job)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(json.loads(shell("jobs", "--json").stdout)) == 1


@pytest.mark.parametrize("command", ["resume", "full --from"])
def test_what_another_maker_made_waits_for_a_decision(
    shell: Shell, services: FakeServices, server_360p: str, command: str
) -> None:
    job = drafted(shell)
    folder = shell.folder / "outputs" / job
    target = ("resume", job) if command == "resume" else ("full", "--from", str(folder), "--server", server_360p)
    usual(services, "gemini")
    more = services.environment("gemini") | {"SGLANG_360P_URL": server_360p}
    asked = shell(*target, "--json", **more)
    assert (asked.returncode, asked.json["state"]) == (1, "waiting")
    assert asked.json["error"]["kind"] == "OtherMaker"
    assert "image prompt: Made by offline, without a model; it would now be made by gemini · " in asked.stderr
    assert "--other-maker" in asked.stderr
    assert services.count() == 0
    done = shell(*target, "--other-maker", "remake", "--json", **more)
    assert done.returncode == 0, done.stderr
    assert (done.json["id"], made_by(done.json)) == (job, ["gemini"] * 4 + ["preview"])


def test_kept_by_a_word_it_is_sent_as_it_was_made(shell: Shell, services: FakeServices, server_360p: str) -> None:
    job = drafted(shell)
    more = services.environment("gemini") | {"SGLANG_360P_URL": server_360p}
    done = shell("resume", job, "--other-maker", "keep", "--json", **more)
    assert done.returncode == 0, done.stderr
    assert made_by(done.json)[:4] == ["offline"] * 4
    assert services.count() == 0


def test_a_server_that_was_named_stays_named_and_is_waited_for_aloud(shell: Shell, server_720p: str) -> None:
    stop = ("--description", WISH, "--until", "image_prompt", "--json", "--num-frames", "5")
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
