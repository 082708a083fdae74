#!/usr/bin/env bash
# Sets up .venv with everything the tests need and runs the suite. Arguments go to pytest.
#   --all  also runs what takes long: the journeys in a real Chromium, the crash, load and unplug tests (10 minutes more)
#  --real runs what is tested against SGLang itself, on a real server without a GPU (the first time 3 GB and 3 minutes)
set -euo pipefail
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
stamp=.venv/installed-dev.sha256
if ! sha256sum --status --check "$stamp" 2>/dev/null; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
  sha256sum requirements-dev.lock > "$stamp"
fi

# --real: everything that is tested against SGLang itself, whose server is set up in .sglang-venv where it is missing.
if [ "${1:-}" = --real ]; then
  shift
  tests/real_sglang/setup.sh
  export REAL_SGLANG=1
  exec .venv/bin/python -m pytest -rs tests/real tests/contract "$@"
fi

long=(tests/browser tests/jobs/crash tests/jobs/load tests/jobs/unplug)
left_out=(--ignore=tests/real "${long[@]/#/--ignore=}")
if [ "${1:-}" = --all ]; then
  shift
  left_out=(--ignore=tests/real)
  # axe-core, for the tests in a browser. Without it, or without Chromium, they are skipped, and pytest says so.
  node=tests/browser/node
  if command -v npm >/dev/null && ! cmp -s "$node/package-lock.json" "$node/node_modules/installed.json"; then
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$node"
    cp "$node/package-lock.json" "$node/node_modules/installed.json"
  fi
else
  echo "Left out: ${long[*]}. Run them with: ./run_tests.sh --all ${long[*]}"
fi

echo "Left out: tests/real, which needs SGLang itself. Run it with: ./run_tests.sh --real"

.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy .
exec .venv/bin/python -m pytest -n auto -rs ${left_out[@]+"${left_out[@]}"} "$@"
