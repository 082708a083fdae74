"""What a server says about itself."""

from __future__ import annotations

import pytest

from tests.contract.contract_target import Target

pytestmark = pytest.mark.engine_only("it describes its one model")


@pytest.mark.parametrize("path", ["/health", "/health_generate", "/liveness"])
def test_health_is_one_word(server: Target, path: str) -> None:
    assert server.get(path).json() == {"status": "ok"}


def test_server_info_names_the_model(server: Target) -> None:
    info = server.get("/server_info").json()
    assert info.keys() >= {"model_path", "served_model_name", "tp_size", "dp_size", "version"}
    assert "mova" in info["model_path"].lower()
    assert info["version"] == "0.5.23"


def test_model_info(server: Target) -> None:
    info = server.get("/model_info").json()
    assert info == {
        "model_path": server.get("/server_info").json()["model_path"],
        "is_generation": True,
        "model_type": "diffusion",
        "architectures": ["MOVAPipeline"],
        "has_image_understanding": True,
        "has_audio_understanding": False,
        "task_type": "I2V",
        "supported_task_types": ["I2V"],
        "output_types": ["VIDEO"],
        "is_image_gen": False,
    }


def test_v1_model_info_is_the_path_only(server: Target) -> None:
    assert server.get("/v1/model_info").json() == {"model_path": server.get("/server_info").json()["model_path"]}


def test_models_before_v1(server: Target) -> None:
    assert server.get("/models").json() == {
        "model_path": server.get("/server_info").json()["model_path"],
        "num_gpus": 1,
        "task_type": "I2V",
        "supported_task_types": ["I2V"],
        "dit_precision": "bf16",
        "vae_precision": "bf16",
        "vae_decode_precision": None,
        "pipeline_name": "MOVA",
        "pipeline_class": "MOVAPipeline",
    }


def test_models_lists_the_one_card(server: Target) -> None:
    name = server.get("/server_info").json()["served_model_name"]
    answer = server.get("/v1/models").json()
    assert answer["object"] == "list"
    (card,) = answer["data"]
    created = card.pop("created")
    assert isinstance(created, int)
    assert card == {
        "id": name,
        "object": "model",
        "owned_by": "sglang",
        "root": name,
        "parent": None,
        "max_model_len": None,
        "num_gpus": 1,
        "task_type": "I2V",
        "supported_task_types": ["I2V"],
        "dit_precision": "bf16",
        "vae_precision": "bf16",
        "pipeline_name": "MOVA",
        "pipeline_class": "MOVAPipeline",
    }
    assert server.get(f"/v1/models/{name}").json().keys() == {*card, "created"}


def test_unknown_model_has_the_openai_error_shape(server: Target) -> None:
    response = server.get("/v1/models/nope")
    assert response.status_code == 404
    assert response.json() == {
        "error": {
            "message": "The model 'nope' does not exist",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


def test_stats(server: Target) -> None:
    stats = server.get("/stats").json()
    assert stats.keys() == {"status", "model_path", "disagg"}


@pytest.mark.parametrize("path", ["/v1/videos/some-id/download", "/v1/videos/some-id/remix", "/nope"])
def test_routes_that_do_not_exist(server: Target, path: str) -> None:
    response = server.get(path)
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


def test_trailing_slash_redirects(server: Target) -> None:
    response = server.get("/v1/videos/", allow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"].endswith("/v1/videos")
