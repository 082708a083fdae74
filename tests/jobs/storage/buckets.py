"""A server of the S3 protocol for the tests: OpenStack Swift, or the one that ``STORAGE_TEST_ENDPOINT`` names.

That one's keys are ``STORAGE_TEST_KEY`` and ``STORAGE_TEST_SECRET``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import requests

import config
from config import Settings
from tests.postgres import WHY_MISSING, programs, throwaway_postgres
from tests.waiting import until

SWIFT = Path(__file__).parent / "swift"
# In memory, where the machine has that: each file is a few of Swift's.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
Fault = Literal["", "away", "refused", "half"]


@dataclass
class Bucket:
    """A bucket of its own; ``fault`` says how its server answers, ``asked`` what it was asked for."""

    endpoint: str
    name: str
    fault: Fault = ""
    asked: list[str] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of a machine names."""
        return {
            "STORAGE_URL": f"s3://{self.name}/mova",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": _KEY.get_secret_value(),
            "AWS_SECRET_ACCESS_KEY": _SECRET.get_secret_value(),
        }

    def settings(self, output_dir: Path, **more: Any) -> Settings:
        """The settings of one machine."""
        return config.fresh().model_copy(
            update={
                "output_dir": output_dir,
                "storage_url": f"s3://{self.name}/mova",
                "aws_endpoint_url": self.endpoint,
                "aws_access_key_id": _KEY,
                "aws_secret_access_key": _SECRET,
                **more,
            }
        )


def _secret(name: str, otherwise: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(os.environ.get(name, otherwise))


_KEY, _SECRET = _secret("STORAGE_TEST_KEY", "test:tester"), _secret("STORAGE_TEST_SECRET", "testing")


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked was killed."""


@contextmanager
def bucket_server() -> Iterator[str]:
    """The address of a server that is there for the block."""
    if real := os.environ.get("STORAGE_TEST_ENDPOINT"):
        yield real
        return
    environment = Path(sys.prefix) / "swift"
    subprocess.run([SWIFT / "setup.sh", sys.executable, environment], check=True)
    with tempfile.TemporaryDirectory(prefix="mova-swift-", dir=_MEMORY) as folder:
        said, port = Path(folder) / "said", Path(folder) / "port"
        with said.open("wb") as log:
            command = [str(environment / "bin" / "python"), str(SWIFT / "serve.py"), folder]
            server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            until(lambda: port.exists() or server.poll() is not None)
            assert server.poll() is None, said.read_text()
            yield f"http://127.0.0.1:{port.read_text()}"
        finally:
            server.kill()
            server.wait()


@contextmanager
def bucket_on(server: str) -> Iterator[Bucket]:
    """A new bucket on a server, behind a proxy that may stumble."""
    import obstore
    from obstore.store import S3Store

    name = f"mova-{uuid4().hex[:12]}"
    keys = {"access_key_id": _KEY.get_secret_value(), "secret_access_key": _SECRET.get_secret_value()}
    store = S3Store(name, endpoint=server, region="us-east-1", client_options={"allow_http": True}, **keys)
    made = requests.put(obstore.sign(store, "PUT", "", timedelta(minutes=1)), timeout=30)  # it makes no buckets itself
    made.raise_for_status()
    bucket = Bucket("", name)
    proxy = _Proxy(("127.0.0.1", 0), _stumbling(bucket, server))
    threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    bucket.endpoint = f"http://127.0.0.1:{proxy.server_port}"
    try:
        yield bucket
    finally:
        proxy.shutdown()
        proxy.server_close()


@contextmanager
def database_and_bucket() -> Iterator[tuple[str, Bucket]]:
    """The address of a new PostgreSQL and a bucket: all that machines need to share."""
    binaries = programs()
    if binaries is None:
        raise FileNotFoundError(WHY_MISSING)
    with throwaway_postgres(binaries) as database, bucket_server() as server, bucket_on(server) as bucket:
        yield database.url, bucket


def _stumbling(bucket: Bucket, server: str) -> type[BaseHTTPRequestHandler]:
    """Hands requests on as they are, their Host and so their signature included."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            bucket.asked.append(f"{self.command} {self.path}")
            if bucket.fault == "away":
                self.close_connection = True
                return
            if bucket.fault == "refused":
                self._send(403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
                return
            session = requests.Session()
            session.trust_env = False
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            asked = requests.Request(self.command, f"{server}{self.path}", headers=headers, data=body).prepare()
            asked.url = f"{server}{self.path}"  # as it was signed
            answer = session.send(asked, stream=True)
            data = answer.raw.read()
            kept = {
                n: v
                for n, v in answer.headers.items()
                if n.lower() not in ("connection", "transfer-encoding", "date", "server")
            }
            if bucket.fault == "half" and self.command == "GET" and len(data) > 8:
                data = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
            self._send(answer.status_code, kept, data)

        def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            length = headers.get("Content-Length") if self.command == "HEAD" else None
            if status != 204:
                self.send_header("Content-Length", length or str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer

        def log_message(self, *_: Any) -> None: ...

    return Handler
