#!/usr/bin/env bash
# Sets up .venv with everything the tests need and runs them. Arguments after the first go to pytest.
#   ./run_tests.sh             checks, types, and all tests but those below
#   ./run_tests.sh --browser   the journeys in a real Chromium
#   ./run_tests.sh --long      crash, load, unplug and soak tests: processes are really killed; whole runs of the command
#                              line and of the documents' commands; and all cases of what the first part tries a few of
#   ./run_tests.sh --all       all of these, one after the other
#   ./run_tests.sh --real      against SGLang itself, without a GPU, in .sglang-venv (3 GB and 3 minutes the first time)
#   ./run_tests.sh --containers  Dockerfile and compose.yaml, built and run by podman; as root, not part of CI
set -euo pipefail
unset CDPATH
unset PYTHONDONTWRITEBYTECODE  # every process that is started would compile all of it once more
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
browser=(tests/browser)
real=(tests/real)
containers=(tests/containers)
others=("${browser[@]}" "${real[@]}" "${containers[@]}")

# One more than there are cores: much of it waits for processes of its own.
more_than_cores=$(( $("$PYTHON" -c 'import os; print(os.cpu_count() or 1)') + 1 ))

set_up() {
  [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
  local stamp=.venv/installed-dev.sha256
  if ! sha256sum --status --check "$stamp" 2>/dev/null; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-voices.lock
    sha256sum requirements-dev.lock requirements-voices.lock > "$stamp"
  fi
}

# axe-core and what else comes from npm. Without it, or without Chromium, tests are skipped, and pytest says so.
set_up_node() {
  local node=tests/browser/node
  if command -v npm >/dev/null && ! cmp -s "$node/package-lock.json" "$node/node_modules/installed.json"; then
    npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$node"
    cp "$node/package-lock.json" "$node/node_modules/installed.json"
  fi
}

# Of several processes each begins with files that lie side by side, which share what is set up for them.
run() { .venv/bin/python -m pytest -rs --durations=15 --dist worksteal "$@"; }

quick() {
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  # Beside the tests: on a clean checkout it takes a core for a minute and a half.
  local types code=0
  types=$(mktemp)
  .venv/bin/mypy . >"$types" 2>&1 &
  local mypy=$!
  local not_here=("${others[@]/#/--ignore=}" -m "not long")
  [[ " $*" == *" tests/"* ]] && not_here=()  # what is named is run
  echo "Not in this part: what is marked as long, ${others[*]}. Run it with: ./run_tests.sh --long, --browser, --real, --containers"
  # One more again: a third of its time a test waits for a thread of its own.
  run -n "$((more_than_cores + 1))" "${not_here[@]}" "$@" || code=$?
  wait "$mypy" || code=1
  cat "$types"
  rm "$types"
  return "$code"
}

# Two at once: a browser waits for its app, and the app for its workers.
in_browser() { set_up_node; run -n 2 "${browser[@]}" "$@"; }

at_length() { run -n "$more_than_cores" "${others[@]/#/--ignore=}" -m long "$@"; }

with_sglang() {
  tests/real_sglang/setup.sh
  set_up_node
  # Two at once: a file starts a server or several and waits for them for a minute or more.
  REAL_SGLANG=1 run -n 2 --dist loadfile tests/contract "${real[@]}" "$@"
}

in_containers() {
  tests/containers/setup.sh
  run "${containers[@]}" "$@"
}

set_up
case "${1:-}" in
  --browser) shift; in_browser "$@" ;;
  --long) shift; at_length "$@" ;;
  --all) shift; quick "$@"; at_length "$@"; in_browser "$@" ;;
  --real) shift; with_sglang "$@" ;;
  --containers) shift; in_containers "$@" ;;
  *) quick "$@" ;;
esac
