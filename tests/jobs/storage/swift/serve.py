"""OpenStack Swift with its S3 API on loopback: proxy, account, container and object server in one process.

    .venv/swift/bin/python serve.py FOLDER

writes the port into ``FOLDER/port`` when it listens, and ends with its standard input. The folder's file system must
know extended attributes.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore", DeprecationWarning)  # eventlet, of itself
import eventlet  # noqa: E402

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from eventlet.green import os as green_os  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

KINDS = ("account", "container", "object", "proxy")
COMMON = """
[DEFAULT]
devices = {folder}/devices
swift_dir = {folder}
mount_check = false
fallocate_reserve = 0
bind_ip = 127.0.0.1
bind_port = {port}
[pipeline:main]
pipeline = {pipeline}
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:slo]
use = egg:swift#slo
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
"""


def main(folder: Path) -> None:
    for slow in ("fsync", "fdatasync"):  # nothing here outlives a test
        setattr(os, slow, lambda _: None)
    (folder / "devices" / "d0").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.set_swift_dir(str(folder))
    utils.validate_hash_conf()
    sockets = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in KINDS}
    ports = {kind: one.getsockname()[1] for kind, one in sockets.items()}
    for kind in KINDS[:3]:
        ring = RingBuilder(2, 1, 0)
        place = {"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": ports[kind], "device": "d0"}
        ring.add_dev(place)
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{kind}.ring.gz"))
    with (folder / "log").open("a") as log:
        for kind in KINDS:
            pipeline = "cache s3api tempauth slo proxy-server" if kind == "proxy" else f"{kind}-server"
            told = COMMON.format(folder=folder, port=ports[kind], pipeline=pipeline, kind=kind)
            (folder / f"{kind}.conf").write_text(told + (PROXY if kind == "proxy" else ""))
            app = loadapp(str(folder / f"{kind}.conf"), global_conf={"log_name": kind})
            eventlet.spawn(wsgi.server, sockets[kind], app, log, protocol=SwiftHttpProtocol)
        (folder / "port.part").write_text(str(ports["proxy"]))
        (folder / "port.part").rename(folder / "port")
        green_os.read(0, 1)  # until whoever started it ends


if __name__ == "__main__":
    main(Path(sys.argv[1]))
