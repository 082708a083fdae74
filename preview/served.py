"""The routes that say what is served: health, server and model."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from preview.engine import engine_of
from preview.sizes import Model

SGLANG_VERSION = "0.5.23"  # whose contract is kept
TASK = {"task_type": "I2V", "supported_task_types": ["I2V"]}
PIPELINE = {"pipeline_name": "MOVA", "pipeline_class": "MOVAPipeline"}
PRECISION = {"dit_precision": "bf16", "vae_precision": "bf16"}
router = APIRouter()


@router.get("/health")
@router.get("/health_generate")
@router.get("/liveness")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/server_info")
async def server_info(request: Request) -> dict[str, Any]:
    """As SGLang's, and ``"preview": true``."""
    model = engine_of(request).model
    return {
        "model_path": model.path,
        "served_model_name": model.name,
        "tp_size": 1,
        "dp_size": 1,
        "version": SGLANG_VERSION,
        "preview": True,
    }


@router.get("/model_info")
async def model_info(request: Request) -> dict[str, Any]:
    return {
        "model_path": engine_of(request).model.path,
        "is_generation": True,
        "model_type": "diffusion",
        "architectures": ["MOVAPipeline"],
        "has_image_understanding": True,
        "has_audio_understanding": False,
        **TASK,
        "output_types": ["VIDEO"],
        "is_image_gen": False,
    }


@router.get("/v1/model_info")
async def model_path(request: Request) -> dict[str, str]:
    return {"model_path": engine_of(request).model.path}


@router.get("/models", deprecated=True)
async def models_before_v1(request: Request) -> dict[str, Any]:
    path = engine_of(request).model.path
    return {"model_path": path, "num_gpus": 1, **TASK, **PRECISION, "vae_decode_precision": None, **PIPELINE}


@router.get("/stats")
async def stats(request: Request) -> dict[str, Any]:
    not_split = {"role": "monolithic", "message": "not in disagg mode"}
    return {"status": "ok", "model_path": engine_of(request).model.path, "disagg": not_split}


@router.get("/v1/models")
async def models(request: Request) -> dict[str, Any]:
    return {"object": "list", "data": [_card(engine_of(request).model)]}


@router.get("/v1/models/{name:path}", response_model=None)
async def model(request: Request, name: str) -> dict[str, Any] | JSONResponse:
    served = engine_of(request).model
    if name == served.name:
        return _card(served)
    error = {
        "message": f"The model '{name}' does not exist",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }
    return JSONResponse({"error": error}, status_code=404)


def _card(served: Model) -> dict[str, Any]:
    return {
        "id": served.name,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "sglang",
        "root": served.name,
        "parent": None,
        "max_model_len": None,
        "num_gpus": 1,
        **TASK,
        **PRECISION,
        **PIPELINE,
    }
