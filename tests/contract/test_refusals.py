"""Requests that are refused, with the text and the shape of each refusal."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.contract.contract_target import PROMPT, Target
from tests.pictures import gradient

NO_PICTURE = "Served model with task type 'I2V' requires an 'image_path' input, but none was provided"
BAD_SIZE = "size must be formatted as positive WIDTHxHEIGHT"
NOT_BASE64 = "Failed to decode base64 image. Expected format: `data:[<media-type>];base64,<data>` "
IGNORED = pytest.mark.engine_only("such a field is taken and changes nothing")
PREFIX = "Failed to process image source: "


def _check(server: Target, response: requests.Response, detail: str) -> None:
    """A refusal with these words, or where our queue refuses with its own."""
    assert response.status_code == 400
    told = response.json()
    assert told == {"detail": detail} or (server.is_queue and isinstance(told["detail"], str))


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"size": "640*352"}, BAD_SIZE),
        ({"size": "abc"}, BAD_SIZE),
        ({"size": "0x352"}, BAD_SIZE),
        ({"size": "-640x352"}, BAD_SIZE),
        ({"width": 0}, "width must be positive"),
        ({"height": -1}, "height must be positive"),
        ({"num_frames": 0}, "num_frames must be positive"),
        ({"num_frames": -5}, "num_frames must be positive"),
        ({"seconds": -1}, "num_frames must be positive"),
        ({"fps": 0, "num_frames": 17}, "fps must be a positive int, got 0"),
        ({"fps": -1, "num_frames": 17}, "fps must be a positive int, got -1"),
        ({"fps": 0}, "num_frames must be positive"),
        ({"num_inference_steps": 0}, "num_inference_steps must be positive"),
        ({"num_inference_steps": -1}, "num_inference_steps must be positive"),
        ({"seed": -1}, "seed must be a non-negative int or list of ints, got -1"),
        ({"guidance_scale": -1}, "guidance_scale must be non-negative, got -1.0"),
        ({"guidance_scale": "nan"}, "guidance_scale must be finite, got nan"),
        pytest.param({"task_type": "T2V"}, "Unsupported task_type T2V; this pipeline supports ['I2V']", marks=IGNORED),
        pytest.param({"enhance_prompt": "true"}, "Prompt enhancement requires --prompt-enhancer-config", marks=IGNORED),
        pytest.param(
            {"quality": "standard"},
            "quality must be one of ['exact', 'lossless', 'high', 'extra-high'], got 'standard'",
            marks=IGNORED,
        ),
        (
            {"output_quality": "best"},
            "Invalid output_quality 'best'. Expected one of: ['maximum', 'high', 'medium', 'low', 'default']",
        ),
        ({"extra_body": "{bad"}, "extra_body is not valid JSON"),
        pytest.param({"extra_params": "{bad"}, "extra_params is not valid JSON", marks=IGNORED),
        ({"prompt": ""}, "prompt is required"),
        ({"prompt": None}, "prompt is required"),
        # the first thing wrong is named
        ({"size": "abc", "num_frames": 0}, BAD_SIZE),
        ({"seed": -1, "fps": 0, "num_frames": 17}, "seed must be a non-negative int or list of ints, got -1"),
    ],
)
def test_value_refused_in_words(server: Target, fields: dict[str, Any], detail: str) -> None:
    _check(server, server.create(**fields), detail)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"num_frames": "abc"}, "int_parsing"),
        ({"num_frames": "17.5"}, "int_parsing"),
        ({"seconds": "8.05"}, "int_parsing"),
        ({"seed": "1.5"}, "int_parsing"),
        ({"seed": "abc"}, "int_parsing"),
        ({"guidance_scale": "abc"}, "float_parsing"),
    ],
)
def test_value_of_the_wrong_type_is_422(server: Target, fields: dict[str, str], kind: str) -> None:
    ((name, value),) = fields.items()
    response = server.create(**fields)
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert error.keys() == {"type", "loc", "msg", "input"}
    assert (error["type"], error["loc"], error["input"]) == (kind, ["body", name], value)


@pytest.mark.parametrize("field", ["seed", "num_frames", "guidance_scale"])
@pytest.mark.engine_only("an empty field counts as none")
def test_empty_number_is_refused(server: Target, field: str) -> None:
    response = server.create(**{field: ""})
    assert response.status_code == 400
    assert "for VideoGenerationsRequest" in response.json()["detail"]


@pytest.mark.parametrize("model", ["42", '{"a": 1}'])
@pytest.mark.engine_only("any name is taken")
def test_model_that_reads_as_json_is_refused(server: Target, model: str) -> None:
    response = server.create(model=model)
    assert response.status_code == 400
    assert "Input should be a valid string" in response.json()["detail"]


@pytest.mark.parametrize(
    "upload",
    [
        None,
        ("frame.png", gradient(640, 352), "video/mp4"),
        ("frame.mp4", gradient(640, 352), "image/png"),
    ],
)
@pytest.mark.engine_only("a text alone is rendered from a white frame")
def test_no_picture(server: Target, upload: Any) -> None:
    response = server.create(upload)
    assert (response.status_code, response.json()) == (400, {"detail": NO_PICTURE})


@pytest.mark.engine_only("a text alone is rendered from a white frame")
def test_picture_in_another_field_counts_as_none(server: Target) -> None:
    response = server.post(files={"prompt": (None, PROMPT), "image": ("frame.png", gradient(640, 352), "image/png")})
    assert (response.status_code, response.json()) == (400, {"detail": NO_PICTURE})


def test_picture_as_text_is_422(server: Target) -> None:
    response = server.post(files={"prompt": (None, PROMPT), "input_reference": (None, "hello")})
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert error["loc"] == ["body", "input_reference"]
    assert error["msg"] == "Value error, Expected UploadFile, received: <class 'str'>"


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("some/file.png", PREFIX + "Unsupported image url format"),
        ("data:text/plain;base64,aaaa", PREFIX + "Unsupported image url format"),
        ("data:image/png,abc", PREFIX + NOT_BASE64 + "(missing ;base64 marker)"),
        ("data:image/png;base64,", PREFIX + NOT_BASE64 + "(empty data payload)"),
    ],
)
def test_reference_url_refused(server: Target, url: str, detail: str) -> None:
    _check(server, server.create(None, reference_url=url), detail)


def test_address_that_cannot_be_fetched(server: Target) -> None:
    response = server.create(None, reference_url="http://127.0.0.1:9/frame.png")
    assert response.status_code == 400
    assert response.json()["detail"].startswith(PREFIX)


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"num_frames": 17}},
        {"data": "{bad", "headers": {"content-type": "application/json"}},
        {"data": {"prompt": PROMPT}},
        {"data": "hello", "headers": {"content-type": "text/plain"}},
        {},
        {"json": [1]},
        {"json": {"prompt": PROMPT, "num_frames": "abc"}},
    ],
)
def test_body_that_is_no_request(server: Target, body: dict[str, Any]) -> None:
    response = server.post(**body)
    assert response.status_code == 400
    assert response.json()["detail"].startswith("Invalid request body: ")


@pytest.mark.engine_only("a text alone is rendered from a white frame")
def test_json_without_a_picture(server: Target) -> None:
    response = server.post(json={"prompt": PROMPT})
    assert (response.status_code, response.json()) == (400, {"detail": NO_PICTURE})


def test_multipart_without_boundary(server: Target) -> None:
    response = server.post(data="x", headers={"content-type": "multipart/form-data"})
    assert (response.status_code, response.json()) == (400, {"detail": "Missing boundary in multipart."})
