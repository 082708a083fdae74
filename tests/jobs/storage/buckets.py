"""A server of the S3 protocol for the tests: moto's, or the one that ``STORAGE_TEST_ENDPOINT`` names with its keys."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import requests

import config
from config import Settings

Fault = Literal["", "away", "refused", "half"]


@dataclass
class Bucket:
    """A bucket of its own; ``fault`` says how its server answers, ``asked`` what it was asked for."""

    endpoint: str
    name: str
    fault: Fault = ""
    asked: list[str] = field(default_factory=list)

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


_KEY, _SECRET = _secret("STORAGE_TEST_KEY", "test-key"), _secret("STORAGE_TEST_SECRET", "test-secret")


@contextmanager
def bucket_server() -> Iterator[str]:
    """The address of a server that is there for the block."""
    if real := os.environ.get("STORAGE_TEST_ENDPOINT"):
        yield real
        return
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def bucket_on(server: str) -> Iterator[Bucket]:
    """A new bucket on a server, behind a proxy that may stumble."""
    from botocore.auth import S3SigV4Auth  # type: ignore[import-untyped]
    from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
    from botocore.credentials import Credentials  # type: ignore[import-untyped]

    name = f"mova-{uuid4().hex[:12]}"
    request = AWSRequest("PUT", f"{server}/{name}")
    S3SigV4Auth(Credentials(_KEY.get_secret_value(), _SECRET.get_secret_value()), "s3", "us-east-1").add_auth(request)
    requests.put(f"{server}/{name}", headers=dict(request.headers), timeout=10).raise_for_status()
    bucket = Bucket("", name)
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), _stumbling(bucket, server))
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    bucket.endpoint = f"http://127.0.0.1:{proxy.server_port}"
    try:
        yield bucket
    finally:
        proxy.shutdown()
        proxy.server_close()


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
