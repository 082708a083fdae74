#!/usr/bin/env bash
# Starts the web app: makes .venv, installs what is needed, prints the address. Ctrl-C stops it.
#   --install only makes .venv, for the command line:  ./launch_streamlit.sh --install && source .venv/bin/activate
#   PORT=8500  MOVA_HOST=127.0.0.1 (0.0.0.0 lets other machines in)  PYTHON=python3
set -euo pipefail
unset CDPATH  # with it, cd may go elsewhere
cd "$(dirname "${BASH_SOURCE[0]}")"
PORT=${PORT:-8500}
MOVA_HOST=${MOVA_HOST:-127.0.0.1}
PYTHON=${PYTHON:-python3}
export HOME=${HOME:-~} # Streamlit does not start without one; a user whom no list names has none

say() { echo "launch_streamlit.sh: $*" >&2; }

case ${1-} in
  "" | --install) ;;
  *) say "there is no option $1; --install only makes .venv"; exit 2 ;;
esac

if ! command -v "$PYTHON" >/dev/null; then
  say "there is no $PYTHON. Install Python 3.11 or later, or name it: PYTHON=/path/to/python3 $0"
  exit 1
fi

"$PYTHON" - "$PORT" "$MOVA_HOST" "${1-}" <<'PY' || exit 1
import errno, socket, sys
port, host, only = sys.argv[1:]
def stop(words):
    sys.exit("launch_streamlit.sh: " + words)
if sys.version_info < (3, 11):
    stop("this is Python %d.%d; 3.11 or later is needed. Name one: PYTHON=python3.12" % sys.version_info[:2])
if only:
    sys.exit()
if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
    stop("PORT is %r; a number from 1 to 65535 is needed." % port)
try:
    family, kind, proto, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, proto) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
except socket.gaierror:
    stop("MOVA_HOST is %r; it is not an address of this machine." % host)
except OSError as problem:
    stop({
        errno.EADDRINUSE: "port %s is in use by another program. Stop it, or choose another: PORT=%d" % (port, int(port) % 65535 + 1),
        errno.EACCES: "port %s needs administrator rights. Choose one above 1023." % port,
        errno.EADDRNOTAVAIL: "MOVA_HOST is %r; it is not an address of this machine." % host,
    }.get(problem.errno, "port %s cannot be used: %s." % (port, problem.strerror)))
PY

if ! cmp -s requirements.lock .venv/installed.lock; then
  # A set-up that was interrupted may have left a .venv without pip.
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making .venv with $("$PYTHON" --version); this may take a minute"
    "$PYTHON" -m venv .venv
  fi
  say "installing what is needed into .venv; this happens once and takes a few minutes"
  env -u PIP_TARGET -u PIP_PREFIX PIP_USER=0 \
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  cp requirements.lock .venv/installed.lock
fi

if [ "${1-}" = --install ]; then
  exit
fi
shown=$MOVA_HOST
case $shown in
  0.0.0.0 | ::) shown=localhost ;;
  *:*) shown="[$shown]" ;;
esac
echo "MOVA: open http://$shown:$PORT in a browser. Ctrl-C stops it."
exec .venv/bin/python -m streamlit run app.py \
  --server.port "$PORT" --server.address "$MOVA_HOST" --logger.hideWelcomeMessage true
