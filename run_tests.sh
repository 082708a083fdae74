#!/usr/bin/env bash
# Sets up .venv with everything the tests need and runs the suite. Arguments go to pytest.
#   --browser  also runs the journeys in a real Chromium (about five minutes more)
set -euo pipefail
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
stamp=.venv/installed-dev.sha256
if ! sha256sum --status --check "$stamp" 2>/dev/null; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
  sha256sum requirements-dev.lock > "$stamp"
fi

browser=(--ignore tests/browser)
if [ "${1:-}" = --browser ]; then
  shift
  browser=()
  # axe-core, for the tests in a browser. Without it, or without Chromium, they are skipped, and pytest says so.
  node=tests/browser/node
  if command -v npm >/dev/null && ! cmp -s "$node/package-lock.json" "$node/node_modules/installed.json"; then
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$node"
    cp "$node/package-lock.json" "$node/node_modules/installed.json"
  fi
else
  echo "Left out: the journeys in a browser; run them with ./run_tests.sh --browser tests/browser"
fi

.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy .
exec .venv/bin/python -m pytest -n auto -rs ${browser[@]+"${browser[@]}"} "$@"
