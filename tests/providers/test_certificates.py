"""Whose certificates are trusted: a variable that names none is one line, and is not even read without encryption."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from core.certificates import certificates, nobody
from core.errors import CertificateNotTrusted, CertificatesUnreadable, ProviderError, ServerUnreachable
from core.messages import as_written
from core.translations import translator
from sglang_client import SGLangClient
from tests.providers.asking import ALL_ROUTES, ask, ask_route, provider
from tests.providers.fake_services import FakeServices
from tests.providers.test_proxies import ADDRESS


@pytest.fixture
def authority() -> trustme.CA:
    """One that nobody trusts yet, as that of a company's proxy."""
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[str]:
    """An https server that answers every request with 404 and a body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(418)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def failing(fake: FakeServices, route: str, address: str) -> ProviderError:
    """The error of a request to an https address."""
    service, step = route.split(".")
    there: dict[str, Any] = {ADDRESS[service]: address}
    with pytest.raises(ProviderError) as caught:
        ask(provider(fake, service, attempts=1, **there), step)
    for translate in (as_written, translator("zh_CN")):
        assert "{" not in caught.value.message(translate) + caught.value.next_step(translate)
    return caught.value


def named(kind: str, folder: Path) -> str:
    """A value of the variable that is of no use."""
    if kind == "not one":
        (folder / "text.pem").write_text("These are no certificates.")
        return str(folder / "text.pem")
    return str(folder / "gone")


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("kind", ["gone", "not one"])
def test_a_stale_variable_is_one_line_that_names_it(
    fake: FakeServices, route: str, variable: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, named(kind, tmp_path))
    problem = failing(fake, route, "https://service.example")
    assert isinstance(problem, CertificatesUnreadable)
    assert variable in str(problem)
    assert variable in problem.next_step()
    assert str(tmp_path) not in f"{problem} {problem.raw}"
    with pytest.raises(ServerUnreachable, match=f"{variable} cannot be used"):
        SGLangClient("https://server.example", name="a").check_health()


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_without_encryption_no_certificate_is_looked_for(
    fake: FakeServices, route: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nowhere/at/all")
    assert ask_route(fake, route)


@pytest.mark.parametrize("route", ALL_ROUTES)
def test_a_certificate_that_nobody_trusts_says_what_to_do(fake: FakeServices, route: str, secure: str) -> None:
    problem = failing(fake, route, secure)
    assert isinstance(problem, CertificateNotTrusted)
    assert "SSL_CERT_FILE" in problem.next_step()


@pytest.mark.parametrize("route", ALL_ROUTES)
def test_one_that_the_variable_names_is_trusted(
    fake: FakeServices,
    route: str,
    secure: str,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ours.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    problem = failing(fake, route, secure)
    assert problem.facts["status"] == 418  # it was asked and answered


def test_the_systems_own_are_loaded_once_and_checked() -> None:
    assert certificates() is certificates()
    assert (certificates().check_hostname, certificates().verify_mode) == (True, ssl.CERT_REQUIRED)
    assert nobody().verify_mode == ssl.CERT_REQUIRED  # where none is loaded none is believed
    assert not nobody().get_ca_certs()
