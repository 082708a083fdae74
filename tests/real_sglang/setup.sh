#!/usr/bin/env bash
# Makes a virtual environment in which the diffusion server of SGLang 0.5.23 runs without a GPU.
#   tests/real_sglang/setup.sh [FOLDER]     (default: .sglang-venv of this repository; 2 to 3 minutes, 3 GB)
# No CUDA package comes with it: sglang, torch and triton are installed without what they depend on. The versions are
# those that SGLang 0.5.23 names, except for torch (it names 2.14.1) and triton.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd)
venv=$(realpath -m "${1:-$here/../../.sglang-venv}")
PYTHON=${PYTHON:-python3}

stamp=$venv/set-up.sha256
files=("$here/setup.sh" "$here/sgl_cpu_shims.py")
if [ "$(cat "${files[@]}" | sha256sum)" = "$(cat "$stamp" 2>/dev/null)" ]; then
  exit 0
fi
echo "Setting up SGLang in $venv; this happens once, takes about 3 minutes and 3 GB." >&2
# A set-up that was interrupted may have left an environment without pip.
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 --timeout 60 "$@"; }

pip --no-deps torch==2.13.0 sglang==0.5.23 triton==3.9.0
pip filelock typing-extensions sympy networkx jinja2 fsspec numpy orjson fastapi \
  'uvicorn>=0.51' uvloop python-multipart pyzmq psutil httpx requests pillow pydantic \
  aiohttp msgspec packaging tqdm pybase64 setproctitle prometheus-client einops \
  transformers==5.19.0 diffusers==0.37.0 imageio==2.36.0 imageio-ffmpeg==0.5.1 av==16.1.0 \
  scipy PyYAML==6.0.1 cloudpickle==3.1.2 msgpack websockets zstandard xxhash IPython \
  soundfile==0.13.1 opencv-python-headless==4.10.0.84 addict==2.4.0 remote-pdb==2.1.0 \
  sentencepiece python-dateutil partial_json_parser regex nvidia-ml-py safetensors openai==2.8.0
# Imported at start, while what they depend on is not needed, or would bring another torch.
pip --no-deps apache-tvm-ffi==0.1.11 gguf compressed-tensors==0.18.0 interegular llguidance \
  pycountry dill loguru cache-dit==1.5.1

packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
cp "$here/sgl_cpu_shims.py" "$packages/sgl_cpu_shims.py"
echo 'import sgl_cpu_shims' > "$packages/sgl_cpu_shims.pth"
(cd "$venv" && "$venv/bin/python" -W ignore -c 'import sglang.multimodal_gen.runtime.entrypoints.http_server')
cat "${files[@]}" | sha256sum > "$stamp"
