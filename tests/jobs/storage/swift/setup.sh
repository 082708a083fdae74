#!/usr/bin/env bash
# Makes a virtual environment with OpenStack Swift, once, for the tests of tests/jobs/storage (10 seconds, 70 MB).
#   tests/jobs/storage/swift/setup.sh PYTHON FOLDER
set -euo pipefail
unset CDPATH
lock=$(cd "$(dirname "$0")" && pwd)/requirements.lock
mkdir -p "$2"
exec 9>"$2/setup.lock"
flock 9  # several processes of pytest
cmp -s "$lock" "$2/installed.lock" && exit 0
"$2/bin/python" -m pip --version >/dev/null 2>&1 || "$1" -m venv "$2"
"$2/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
cp "$lock" "$2/installed.lock"
