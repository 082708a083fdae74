"""The picture's address is the service's word: where it may lead, and what may come from there."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from core import bounded_http
from core.errors import ImageFetchFailed
from core.public_hosts import is_public
from providers import fetch
from providers.failure import Call
from tests.pictures import picture
from tests.providers.asking import ask, provider
from tests.providers.fake_services import Drip, FakeServices, Raw
from tests.providers.wire_formats import z_image_answer
from tests.resolver import resolved

HOST = "pictures.example"
CALL = Call(provider="dashscope", model="z-image-turbo", key="sk-never-sent", seconds=5)
PNG = Raw(200, picture(8, 8), {"Content-Type": "image/png"})


def fetched(fake: FakeServices, path: str, attempts: int = 3) -> bytes:
    return fetch.picture(path, CALL, fake.dashscope_url, attempts)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for pictures.example that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "pictures.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="session")
def _running_over_tls(certificate: Path) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer("127.0.0.1", 0, ssl_context=context) as server:
        yield server


@pytest.fixture
def public_host(_running_over_tls: HTTPServer, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """https://pictures.example on this machine, which counts as public, and whose certificate is trusted."""
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(bounded_http, "certificates", lambda: ssl.create_default_context(cafile=str(certificate)))
    _running_over_tls.clear()
    return _running_over_tls


def test_the_services_own_host_may_be_this_machine(fake: FakeServices) -> None:
    fake.script("picture", PNG)
    assert fetched(fake, f"{fake.url}/pictures/a.png") == PNG.body
    assert "authorization" not in fake.received()[0].headers


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_public_host_over_tls_only(public_host: HTTPServer, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    resolved(monkeypatch, ["127.0.0.1"])
    public_host.expect_request("/a.png", headers={"Host": f"{HOST}:{public_host.port}"}).respond_with_data(
        PNG.body, content_type="image/png"
    )
    url = f"{scheme}://{HOST}:{public_host.port}/a.png?Expires=1&Signature=a%2Bb"
    assert fetch.picture(url, CALL, "https://dashscope.example", 1) == PNG.body
    assert public_host.log[0][0].query_string == b"Expires=1&Signature=a%2Bb"


def test_the_connection_goes_to_the_address_that_was_checked(
    public_host: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolved(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    public_host.expect_request("/a.png").respond_with_data(PNG.body, content_type="image/png")
    fetch.picture(f"https://{HOST}:{public_host.port}/a.png", CALL, "https://dashscope.example", 1)
    assert asked == [HOST]


def test_a_certificate_of_another_name_is_refused(public_host: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, ["127.0.0.1"])
    with pytest.raises(ImageFetchFailed) as caught:
        fetch.picture(f"https://other.example:{public_host.port}/a.png", CALL, "https://dashscope.example", 1)
    assert "certificate" in caught.value.raw
    assert not public_host.log


def test_the_next_address_is_tried_where_one_is_dead(public_host: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "is_public", lambda address: address.startswith("127."))
    resolved(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    public_host.expect_request("/a.png").respond_with_data(PNG.body, content_type="image/png")
    assert fetch.picture(f"https://{HOST}:{public_host.port}/a.png", CALL, "https://dashscope.example", 1) == PNG.body


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["8.8.8.8", "192.168.0.1"], ["::1"], ["fd00::1"], []]
)
def test_a_name_that_leads_inside_is_not_connected_to(
    fake: FakeServices, monkeypatch: pytest.MonkeyPatch, answer: list[str]
) -> None:
    resolved(monkeypatch, answer)
    monkeypatch.setattr(fetch, "_got", lambda *_: pytest.fail("connected"))
    with pytest.raises(ImageFetchFailed, match="not a public address"):
        fetched(fake, f"https://{HOST}/latest/meta-data")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "[::ffff:10.0.0.1]"])
def test_an_address_inside_is_not_connected_to(fake: FakeServices, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(fetch, "_got", lambda *_: pytest.fail("connected"))
    with pytest.raises(ImageFetchFailed):
        fetched(fake, f"http://{host}:1/a.png", attempts=1)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host.example/a",
        "http://[",
        "http://user:word@host.example/a",
        "https://bücher.example/a",
        "javascript:1",
        "http://host.example:99999/a",
        "https:///a.png",
    ],
)
def test_what_is_no_web_address_is_refused(fake: FakeServices, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(fetch, "_got", lambda *_: pytest.fail("connected"))
    with pytest.raises(ImageFetchFailed):
        fetched(fake, url)


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/a", "file:///etc/passwd", "https://10.0.0.1/a", "http://["])
def test_a_redirect_is_checked_too(fake: FakeServices, target: str) -> None:
    fake.script("picture", Raw(302, "", {"Location": target}))
    with pytest.raises(ImageFetchFailed):
        fetched(fake, "/pictures/a.png")
    assert fake.count() == 1


def test_a_redirect_on_the_own_host_is_followed(fake: FakeServices) -> None:
    fake.script("picture", Raw(302, "", {"Location": "b.png"}), PNG)
    assert fetched(fake, "/pictures/a.png") == PNG.body
    assert [call.path for call in fake.received()] == ["/pictures/a.png", "/pictures/b.png"]


def test_redirects_without_end_are_given_up(fake: FakeServices) -> None:
    fake.script("picture", Raw(302, "", {"Location": "/pictures/a.png"}))
    with pytest.raises(ImageFetchFailed, match="too many redirects"):
        fetched(fake, "/pictures/a.png")
    assert fake.count() == 4


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_expired_picture_is_not_asked_for_again(fake: FakeServices, status: int) -> None:
    fake.script("picture", Raw(status, "<Error><Code>AccessDenied</Code></Error>"))
    with pytest.raises(ImageFetchFailed, match=f"status {status}"):
        ask(provider(fake, "dashscope"), "image")
    assert (fake.count("dashscope.image"), fake.count("picture")) == (1, 1)


def test_a_busy_store_is_asked_again_but_the_picture_not_bought_again(fake: FakeServices) -> None:
    fake.script("picture", Raw(503), Raw(503), PNG)
    assert ask(provider(fake, "dashscope"), "image")
    assert (fake.count("dashscope.image"), fake.count("picture")) == (1, 3)


def test_a_store_that_stays_busy(fake: FakeServices) -> None:
    fake.script("picture", Raw(503))
    with pytest.raises(ImageFetchFailed, match="503"):
        fetched(fake, "/pictures/a.png")
    assert fake.count() == 3


@pytest.mark.parametrize("kind", ["text/html", "application/json", "application/xml; charset=utf-8", "image/svg+xml"])
def test_a_page_instead_of_a_picture(fake: FakeServices, kind: str) -> None:
    fake.script("picture", Raw(200, "hello", {"Content-Type": kind}))
    with pytest.raises(ImageFetchFailed, match=r"not a picture but \w+"):
        fetched(fake, "/pictures/a.png")


def test_an_empty_picture(fake: FakeServices) -> None:
    fake.script("picture", Raw(200, b"", {"Content-Type": "image/png"}))
    with pytest.raises(ImageFetchFailed, match="not a picture"):
        fetched(fake, "/pictures/a.png")


def test_a_picture_that_is_too_large(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST_PICTURE", 1024)
    fake.script("picture", Raw(200, b"x" * 1025, {"Content-Type": "image/png"}))
    with pytest.raises(ImageFetchFailed, match="larger than"):
        fetched(fake, "/pictures/a.png")
    fake.script("picture", Raw(200, b"x" * 1024, {"Content-Type": "image/png"}))
    assert len(fetched(fake, "/pictures/a.png")) == 1024


def test_a_picture_that_drips(fake: FakeServices) -> None:
    fake.script("picture", Drip())
    call = Call(provider="dashscope", model="m", key="k", seconds=0.15)
    with pytest.raises(ImageFetchFailed, match=r"within 0\.15 s"):
        fetch.picture("/pictures/a.png", call, fake.url, 1)


def test_a_name_that_nobody_knows(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fake.script("dashscope.image", Raw(200, z_image_answer(f"http://{HOST}/a.png")))
    with pytest.raises(ImageFetchFailed):
        fetch.picture(f"http://{HOST}/a.png", CALL, fake.url, 2)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_wrapping_makes_an_inner_address_public(inner: ipaddress.IPv4Address) -> None:
    plain = int(inner)
    wrapped = [f"::ffff:{inner}", str(ipaddress.IPv6Address((0x64FF9B << 96) + plain))]
    wrapped.append(str(ipaddress.IPv6Address((0x2002 << 112) + (plain << 80))))
    assert not any(is_public(address) for address in [str(inner), *wrapped])


@pytest.mark.parametrize("address", ["8.8.8.8", "47.93.1.1", "2606:4700:4700::1111", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["100.64.0.1", "0.1.2.3", "224.0.0.1", "255.255.255.255", "fe80::1%eth0", "ff02::1"]
)
def test_reserved_addresses_are_not(address: str) -> None:
    assert not is_public(address)


def test_no_proxy_stands_between_the_check_and_a_public_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    resolved(monkeypatch, ["8.8.8.8"])
    proxies: list[object] = []

    def transport(**options: object) -> None:
        proxies.append(options["proxy"])
        raise KeyboardInterrupt

    monkeypatch.setattr(httpx2, "HTTPTransport", transport)
    with pytest.raises(KeyboardInterrupt):
        fetch.picture(f"https://{HOST}/a.png", CALL, "https://dashscope.example", 1)
    assert proxies == [None]
