"""The engine as a process: starting, ending, and what it refuses where SGLang does not."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.pictures import encoded
from tests.preview.preview_samples import gradient

ROOT = Path(__file__).resolve().parents[2]
READY = "preview engine ready: "
PROMPT = {"prompt": (None, "a cat")}
ONE_FRAME = {"num_frames": (None, "1"), "num_inference_steps": (None, "1")}


def png() -> bytes:
    return encoded(gradient((64, 64)))


def picture() -> dict[str, Any]:
    return {"input_reference": ("frame.png", png(), "image/png")}


@contextmanager
def engine(*options: str, temporary: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "preview", "--port", "0", *options]
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().removeprefix(READY).strip()
        finally:
            process.kill()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with engine() as (_, address):
        yield address


def ended(url: str, job_id: str) -> dict[str, Any]:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        job: dict[str, Any] = requests.get(f"{url}/v1/videos/{job_id}", timeout=10).json()
        if job["status"] in ("completed", "failed"):
            return job
        time.sleep(0.01)
    raise AssertionError(job)


def test_help_is_quick_and_needs_no_server() -> None:
    code = (
        "import sys; sys.argv = ['preview', '--help']; import runpy; runpy.run_module('preview', run_name='__main__')"
    )
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--stop-with-parent" in done.stdout
    assert not any(heavy in done.stderr for heavy in ("fastapi", "uvicorn", "numpy", "PIL", "| av"))


@pytest.mark.parametrize("model", ["mova-360p", "mova-720p"])
def test_server_info_says_preview_and_names_the_resolution(model: str) -> None:
    with engine("--model", model) as (_, url):
        assert url.startswith("http://127.0.0.1:")
        assert requests.get(f"{url}/server_info", timeout=10).json() == {
            "model_path": f"preview/{model.replace('mova', 'MOVA')}",
            "served_model_name": model,
            "tp_size": 1,
            "dp_size": 1,
            "version": "0.5.23",
            "preview": True,
        }


def test_it_ends_with_its_parent_even_while_rendering_and_leaves_nothing(tmp_path: Path) -> None:
    with engine("--stop-with-parent", temporary=tmp_path) as (process, url):
        requests.post(f"{url}/v1/videos", files={**PROMPT, **picture()}, timeout=10).raise_for_status()
        assert list(tmp_path.iterdir())
        assert process.stdin
        process.stdin.close()
        assert process.wait(timeout=10) == 0
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with engine(temporary=tmp_path) as (process, _):
        process.send_signal(number)
        process.wait(timeout=10)
        assert list(tmp_path.iterdir()) == []
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_output_path_keeps_the_videos(tmp_path: Path) -> None:
    kept = tmp_path / "new" / "videos"
    with engine("--output-path", str(kept), "--stop-with-parent") as (process, url):
        files = {**PROMPT, **ONE_FRAME, **picture()}
        job = ended(url, requests.post(f"{url}/v1/videos", files=files, timeout=10).json()["id"])
        assert job["file_path"] == str(kept / f"{job['id']}.mp4")
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=10)
    assert [path.name for path in kept.iterdir()] == [f"{job['id']}.mp4"]


def test_a_port_that_is_taken_is_an_error(url: str) -> None:
    command = [sys.executable, "-m", "preview", "--port", url.rsplit(":", 1)[1]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "address already in use" in done.stderr


@pytest.mark.parametrize("name", ["input_reference", "reference_url"])
@pytest.mark.parametrize("source", ["{file}", "file://{file}", "{url}/health", "~/picture.png"])
def test_json_names_no_file_and_no_address(url: str, tmp_path: Path, name: str, source: str) -> None:
    (tmp_path / "picture").write_bytes(png())
    body = {"prompt": "a cat", name: source.format(file=tmp_path / "picture", url=url)}
    response = requests.post(f"{url}/v1/videos", json=body, timeout=10)
    assert response.status_code == 400
    assert "Failed to process image source: " in response.json()["detail"]


@pytest.mark.parametrize("field", ["output_path", "perf_dump_path", "enable_upscaling", "enable_frame_interpolation"])
def test_what_a_preview_never_does_is_refused(url: str, tmp_path: Path, field: str) -> None:
    value = str(tmp_path / "out") if field.endswith("path") else "true"
    files = {**PROMPT, **ONE_FRAME, **picture(), field: (None, value)}
    response = requests.post(f"{url}/v1/videos", files=files, timeout=10)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(field)
    assert list(tmp_path.iterdir()) == []


def test_no_foreign_page_may_read_its_answers(url: str) -> None:
    foreign = {"origin": "http://foreign.example"}
    asked = {**foreign, "access-control-request-method": "POST"}
    answers = [
        requests.get(f"{url}/v1/videos", headers=foreign, timeout=10),
        requests.options(f"{url}/v1/videos", headers=asked, timeout=10),
    ]
    for answer in answers:
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://foreign.example", "null", "https://127.0.0.1", "http://[", ""])
def test_no_foreign_page_may_have_anything_rendered(url: str, origin: str) -> None:
    files = {**PROMPT, **ONE_FRAME, **picture()}
    answer = requests.post(f"{url}/v1/videos", files=files, headers={"origin": origin}, timeout=10)
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "host", ["foreign.example", "foreign.example:80", "localhost.foreign.example", "127.0.0.1.nip.io", "[", ""]
)
def test_it_does_not_answer_under_a_foreign_name(url: str, host: str) -> None:
    assert requests.get(f"{url}/v1/videos", headers={"host": host}, timeout=10).status_code == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.2:80", "[::1]:80", "192.0.2.7", "Gpu-Box.:80"]
)
def test_it_answers_under_its_own_names_and_to_its_own_pages(host: str) -> None:
    with engine("--allowed-host", "gpu-box") as (_, url):
        headers = {"host": host, "origin": f"http://{host}"}
        assert requests.get(f"{url}/v1/videos", headers=headers, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"num_frames": 10**9}, "num_frames"),
        ({"num_frames": 2_001}, "num_frames"),
        ({"num_frames": 10**400}, "num_frames"),
        ({"num_frames": None, "seconds": 10**9}, "num_frames"),
        ({"fps": 10**9}, "fps"),
        ({"width": 10**400}, "width"),
        ({"height": 10**9}, "height"),
        ({"size": f"640x{10**400}"}, "height"),
        ({"num_inference_steps": 10**400}, "num_inference_steps"),
    ],
    ids=str,
)
def test_no_number_blocks_the_worker(url: str, fields: dict[str, Any], named: str) -> None:
    data = "data:image/png;base64," + base64.b64encode(png()).decode()
    body = {"prompt": "a cat", "num_frames": 1, "num_inference_steps": 1, "input_reference": data, **fields}
    answer = requests.post(f"{url}/v1/videos", json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{named} must be at most ")


def test_a_body_over_50_mib_is_refused(url: str) -> None:
    head = b'--b\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na\r\n--b\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b", "content-length": str(51 * 1024 * 1024)}
    request = requests.Request("POST", f"{url}/v1/videos", headers=headers).prepare()
    request.body = head
    request.headers["content-length"] = headers["content-length"]
    with requests.Session() as session:
        assert session.send(request, timeout=10).status_code == 413


def test_errors_name_no_path(url: str) -> None:
    bad: dict[str, Any] = {"input_reference": ("frame.png", b"no picture", "image/png")}
    files = {**PROMPT, **ONE_FRAME, **bad}
    job = ended(url, requests.post(f"{url}/v1/videos", files=files, timeout=10).json()["id"])
    assert job["status"] == "failed"
    assert "/" not in json.dumps(job["error"])


def test_a_data_url_is_taken_everywhere(url: str) -> None:
    data = "data:image/png;base64," + base64.b64encode(png()).decode()
    body = {"prompt": "a cat", "num_frames": 1, "num_inference_steps": 1, "input_reference": data}
    job = ended(url, requests.post(f"{url}/v1/videos", json=body, timeout=10).json()["id"])
    assert job["status"] == "completed"
