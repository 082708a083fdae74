"""A job on the command line that a server did not confirm: said, looked for, and sent again only when asked to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.cli.shell import TINY, Shell
from tests.jobs.load.video_server import VideoServer


def test_an_unclear_submit_is_said_and_sent_again_only_when_asked_to(shell: Shell) -> None:
    with VideoServer(seconds=0.1, drop_answer_to_posts=True) as server:
        one: dict[str, Any] = {"name": "gpu", "base_url": server.url, "model": "mova-360p", "tag_jobs": False}
        settings = {"SGLANG_SERVERS": json.dumps([one])}
        first = shell("simple", "--prompt", "a cat", "--white-frame", "--json", *TINY, **settings)
        assert (first.returncode, first.json["state"]) == (1, "unclear")
        assert f"resume {first.json['id']} --retry" in first.stderr
        looked = shell("resume", first.json["id"], "--json", **settings)
        assert (looked.json["state"], server.posts()) == ("unclear", 1)
        server.drop_answer_to_posts = False
        again = shell("resume", first.json["id"], "--retry", "--json", **settings)
        assert (again.returncode, again.json["state"], server.posts()) == (0, "completed", 2)
        assert again.json["seed"] == first.json["seed"]
        assert server.most_at_once == 1


@dataclass
class Away(VideoServer):
    """Takes the first job, breaks its answer off, and answers no question for a while: ``questions`` so many."""

    questions: int = 2

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> tuple[int, Any]:
        self.drop_answer_to_posts = method == "POST"
        found = super().answer(method, path, query, body, kind)
        if method == "POST" or not self.accepted or not self.questions:
            return found
        self.questions -= path == "/v1/videos"
        return 502, None


def test_a_server_that_takes_a_job_and_is_away_is_waited_for(shell: Shell) -> None:
    """Neither does the command line give up nor is the job rendered twice."""
    with Away(seconds=0.1) as server:
        done = shell("simple", "--prompt", "a cat", "--white-frame", "--json", "--server", server.url, *TINY)
    assert (done.returncode, done.json["state"], server.posts()) == (0, "completed", 1)
    assert "Still waiting" in done.stderr
