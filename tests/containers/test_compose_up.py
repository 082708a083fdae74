"""``docker compose up``: a video through the browser, workers that come and go, the database again, down and up."""

from __future__ import annotations

import json

import requests

from tests.browser.samples import WISH
from tests.browser.visit import Visit
from tests.containers import engine
from tests.containers.deployment import Deployment
from tests.waiting import until

PROMPT = "A girl in a red coat walks through the rain. The audio has soft rain and slow steps."


def test_a_video_through_the_browser_by_the_worker(visit: Visit, app: Deployment) -> None:
    visit.open().write("Description", WISH)
    visit.press("Run to the end")
    part = requests.get(visit.watch(), headers={"Range": "bytes=0-99"}, timeout=30)
    assert (part.status_code, len(part.content)) == (206, 100)
    assert len(app.rendered()) == 1
    assert "Traceback" not in engine.said(app.container("worker"))


def test_all_is_well_inside(app: Deployment) -> None:
    for service in ("app", "db"):
        engine.podman("healthcheck", "run", app.container(service))
    told = json.loads(app.within("app", "python", "-m", "doctor", "--json"))
    assert [one["what"] for one in told["findings"] if one["verdict"] == "broken"] == []
    # Neither root nor with what only others need.
    assert app.within("worker", "id", "-un").strip() == "mova"
    assert app.within("worker", "stat", "-c", "%U %a", "/data/outputs").split() == ["mova", "700"]
    assert app.within("worker", "printenv", "POSTGRES_PASSWORD").strip() == ""
    assert app.within("app", "ls", "-A", "/app").count(".env") == 0


def test_the_second_worker_ends_what_the_first_was_killed_over(app: Deployment) -> None:
    key, before = app.key(), len(app.rendered())
    videos = [app.order(key, prompt=PROMPT, num_frames="193", seed=str(seed)) for seed in (1, 2)]
    until(lambda: "in_progress" in [app.status(key, video) for video in videos])
    app.compose("up", "-d", "--scale", "worker=2", "worker")
    engine.podman("kill", "--signal", "KILL", app.container("worker"))
    until(lambda: [app.status(key, video) for video in videos] == ["completed"] * 2, seconds=180)
    assert len(app.rendered()) == before + 2  # none was sent twice
    assert "Traceback" not in engine.said(app.container("worker", 2))
    engine.podman("start", app.container("worker"))


def test_the_database_starts_again_in_the_middle(visit: Visit, app: Deployment) -> None:
    key, before = app.key(), len(app.rendered())
    visit.open("library")
    video = app.order(key, prompt=PROMPT, num_frames="193", seed="3")
    until(lambda: app.status(key, video) == "in_progress")
    engine.podman("restart", app.container("db"))
    until(lambda: app.status(key, video) == "completed", seconds=180)
    assert len(app.rendered()) == before + 1
    visit.reload()
    visit.sees("A girl in a red coat")


def test_down_and_up_again_keeps_what_was_made(visit: Visit, app: Deployment) -> None:
    key = app.key()
    video = app.order(key, prompt=PROMPT, num_frames="17", seed="4")
    until(lambda: app.status(key, video) == "completed")
    app.down()
    app.start()
    assert app.status(key, video) == "completed"
    visit.open("job", id=video).watch()
