#!/usr/bin/env bash
# Starts SGLang serving MOVA with options that fit this machine. --dry-run shows them, --help lists what can be changed,
# --install puts SGLang into an environment of its own first (.venv-sglang).
#   export MOVA_MODEL_PATH=/path/to/MOVA-360p   PYTHON=python3
set -euo pipefail
unset CDPATH  # with it, cd says where it went, or goes elsewhere
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=${PYTHON:-python3}

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "launch_sglang_server.sh: $PYTHON is not there or is older than Python 3.11. Name one: PYTHON=python3.12 $0" >&2
  exit 1
fi

# From wherever it is called, and without a PYTHONPATH that SGLang would inherit.
exec "$PYTHON" -c 'import sys; sys.path[0] = sys.argv.pop(1); from launcher.__main__ import main; sys.exit(main())' \
  "$here" "$@"
