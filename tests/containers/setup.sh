#!/usr/bin/env bash
# What ./run_tests.sh --containers needs: podman's storage in a folder of its own, podman-compose, and the images that
# Dockerfile and compose.yaml begin with. A few minutes and 1 GB, once; no engine of Docker and no registry of images is needed.
#   tests/containers/setup.sh             as root on Debian, with what apt has (below); does nothing where that is missing
#   tests/containers/setup.sh --remove    takes all of it away again
# The images are stand-ins made from Debian's packages: its Python 3.11 as python:3.11-slim, its PostgreSQL as postgres:17,
# its Caddy as caddy:2. Debian has no oauth2-proxy: a Caddy that believes a cookie stands in for it.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd)
root=${MOVA_CONTAINERS:-/var/tmp/mova-containers}
export CONTAINERS_CONF=$root/containers.conf CONTAINERS_STORAGE_CONF=$root/storage.conf

remove() {
  rm -f "$root/set-up.sha256"
  if [ -e "$CONTAINERS_CONF" ] && [ -e "$CONTAINERS_STORAGE_CONF" ]; then
    podman system reset --force >/dev/null || true  # it may stumble over one thing; the folder goes below
  fi
  rm -rf "$root"
}

if [ "${1:-}" = --remove ]; then
  remove
  exit 0
fi

for tool in podman buildah runc mmdebstrap iptables; do
  command -v "$tool" >/dev/null || exit 0  # tests/containers/engine.py says what is missing
done
{ [ "$(id -u)" = 0 ] && [ -e /etc/apt/sources.list.d/debian.sources ]; } || exit 0

stamp=$root/set-up.sha256
files=("$here/setup.sh" "$here/postgres.sh" "$here/oauth2-proxy.Caddyfile")
if [ "$(cat "${files[@]}" | sha256sum)" = "$(cat "$stamp" 2>/dev/null)" ]; then
  exit 0
fi
echo "Making images for the tests in $root; this happens once and takes one to four minutes." >&2
remove
mkdir -p "$root"

# Own folders: nobody's images and containers are touched. runc: crun refuses hybrid cgroups. Locks in files: those in
# shared memory are everybody's.
cat > "$CONTAINERS_STORAGE_CONF" <<C
[storage]
driver = "overlay"
graphroot = "$root/storage"
runroot = "$root/run"
C
cat > "$CONTAINERS_CONF" <<C
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
lock_type = "file"
events_logger = "file"
static_dir = "$root/storage/libpod"
tmp_dir = "$root/run/libpod"
volume_path = "$root/storage/volumes"
[network]
network_backend = "netavark"
network_config_dir = "$root/networks"
C

"$root/venv/bin/python" -m pip --version >/dev/null 2>&1 || "${PYTHON:-python3}" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --disable-pip-version-check podman-compose==1.6.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() { buildah build --quiet --isolation chroot --network host --pull=never --tag "$1" "$work" >/dev/null; }

packages=python3,python3-venv,python3-pip,ca-certificates
mmdebstrap --variant=minbase --mode=root --quiet --include="$packages" bookworm "$work/base.tar" \
  /etc/apt/sources.list.d/debian.sources
podman import --quiet "$work/base.tar" localhost/debian-minimal >/dev/null
rm "$work/base.tar"

# This machine's certificates, so that pip works behind its proxy too.
cp /etc/ssl/certs/ca-certificates.crt "$work/ca.crt"
cat > "$work/Dockerfile" <<'D'
FROM localhost/debian-minimal
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DEFAULT_TIMEOUT=180
RUN ln -s /usr/bin/python3 /usr/local/bin/python && rm -f /usr/lib/python3.*/EXTERNALLY-MANAGED
D
build docker.io/library/python:3.11-slim

cp "$here/postgres.sh" "$work/postgres.sh"
cat > "$work/Dockerfile" <<'D'
FROM localhost/debian-minimal
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null \
 && ln -s /usr/lib/postgresql/*/bin/pg_isready /usr/local/bin/ && rm -rf /var/lib/postgresql/*/main /var/lib/apt/lists/*
COPY postgres.sh /postgres.sh
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/bash", "/postgres.sh"]
D
build docker.io/library/postgres:17

# Debian's Caddy and nginx: caddy:2, and what stands in for oauth2-proxy, which Debian does not have.
cp "$here/oauth2-proxy.Caddyfile" "$work/Caddyfile"
cat > "$work/Dockerfile" <<'D'
FROM localhost/debian-minimal
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends caddy nginx-light \
  >/dev/null && rm -rf /var/lib/apt/lists/*
ENV XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
D
build docker.io/library/caddy:2
cat > "$work/Dockerfile" <<'D'
FROM docker.io/library/caddy:2
COPY Caddyfile /etc/caddy/Caddyfile
D
build quay.io/oauth2-proxy/oauth2-proxy:v7.14.0
cat "${files[@]}" | sha256sum > "$stamp"
