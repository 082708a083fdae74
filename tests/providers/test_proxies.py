"""One understanding of proxies for all traffic: every service, every way to write them, and never for this machine."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

import pytest

from core import proxies
from core.errors import (
    ProviderError,
    ProviderTimeoutByProxy,
    ProxyFailed,
    ProxyLogin,
    ProxyMisnamed,
    ServerUnreachable,
)
from core.messages import as_written
from core.proxies import proxy_for
from core.translations import translator
from sglang_client import SGLangClient
from tests.providers.asking import ALL_ROUTES, ask, ask_route, provider
from tests.providers.fake_services import FakeServices
from tests.providers.socks_server import socks_server

ADDRESS = {"gemini": "gemini_api_url", "dashscope": "dashscope_base_url", "openai": "openai_base_url"}
PUBLIC = {
    "gemini": "http://service.example/gemini",
    "dashscope": "http://service.example",
    "openai": "http://service.example/v1",
}
NOWHERE = "127.0.0.1:9"
ODD = [
    "socks5://127.0.0.1:9",
    "socks://127.0.0.1:9",
    "socks4://127.0.0.1:9",
    "ftp://x",
    "http://[",
    "nonsense://",
    "://",
]


@pytest.fixture(autouse=True)
def _by_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the tests' machine has."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def ask_public(fake: FakeServices, route: str, **options: Any) -> object:
    """One request to a service with a public name, which only a proxy can reach."""
    service, step = route.split(".")
    return ask(provider(fake, service, **{ADDRESS[service]: PUBLIC[service], **options}), step)


def failing(fake: FakeServices, route: str, **options: Any) -> ProviderError:
    """The error of such a request, in one attempt, which says all of it in both languages."""
    with pytest.raises(ProviderError) as caught:
        ask_public(fake, route, attempts=1, **options)
    for translate in (as_written, translator("zh_CN")):
        assert "{" not in caught.value.message(translate) + caught.value.next_step(translate)
    return caught.value


@pytest.mark.parametrize(
    ("route", "variable"),
    [
        (route, variable)
        for route in ALL_ROUTES
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
        if route != "dashscope.image" and (variable == "ALL_PROXY" or not route.endswith("hearing"))
    ],
)
@pytest.mark.parametrize("scheme", ["", "http://", "socks5://", "socks5h://", "socks://", "SOCKS5://"])
def test_every_service_goes_through_every_kind_of_proxy(
    fake: FakeServices, route: str, variable: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "socks" in scheme.lower():
        with socks_server(fake.url) as (place, asked):
            monkeypatch.setenv(variable, f"{scheme}{place}")
            ask_public(fake, route)
        assert asked == ["service.example:80"]  # the proxy looks the name up
        assert fake.count(route) == 1
        return
    monkeypatch.setenv(variable, f"{scheme}{fake.url.removeprefix('http://')}")
    with suppress(ProviderError):  # the fake is no proxy, and may not know the address
        ask_public(fake, route)
    assert [call.path.startswith("http://service.example/") for call in fake.received()] == [True]


def test_a_socks_proxy_with_a_name_and_a_password(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    with socks_server(fake.url, login=("ann", "s3cret")) as (place, asked):
        monkeypatch.setenv("ALL_PROXY", f"socks5://ann:s3cret@{place}")
        ask_public(fake, "openai.text")
    assert len(asked) == 1


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("beside", [False, True])
def test_no_proxy_ever_stands_before_this_machine(
    fake: FakeServices, route: str, odd: str, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gemini's client looked at all of them when it was made, and ended with a traceback."""
    for variable in ("all_proxy", "ALL_PROXY", *(() if beside else ("https_proxy", "http_proxy"))):
        monkeypatch.setenv(variable, odd)
    if beside:
        monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert ask_route(fake, route)


@pytest.mark.parametrize("route", [route for route in ALL_ROUTES if not route.endswith("vision")])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("socks4://127.0.0.1:1080", "not socks4"),
        ("ftp://127.0.0.1:21", "not ftp"),
        ("http://127.0.0.1:port", "not an address"),
        ("http://", "not an address"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_named_by_its_variable(
    fake: FakeServices, route: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    problem = failing(fake, route)
    assert isinstance(problem, ProxyMisnamed)
    assert "ALL_PROXY" in str(problem)
    assert words in str(problem)


@pytest.mark.parametrize("route", ALL_ROUTES)
def test_what_socks_needs_is_said_where_it_is_missing(
    fake: FakeServices, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setattr(proxies, "find_spec", lambda name: None if name == "socksio" else object())
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    problem = failing(fake, route)
    assert isinstance(problem, ProxyMisnamed)
    assert "pip install -r requirements-socks.txt" in str(problem)


@pytest.mark.parametrize("route", ALL_ROUTES)
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_not_there_is_named(
    fake: FakeServices, route: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://ann:s3cret@{NOWHERE}")
    problem = failing(fake, route)
    assert isinstance(problem, ProxyFailed)
    assert f"{scheme}://{NOWHERE}" in str(problem)
    assert "s3cret" not in f"{problem} {problem.raw} {problem.facts}"


def test_a_proxy_that_says_nothing_is_named(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        place = f"127.0.0.1:{deaf.getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", place)
        problem = failing(fake, "openai.text", seconds=0.3)
    assert isinstance(problem, ProviderTimeoutByProxy)
    assert f"http://{place}" in str(problem)


def test_a_proxy_that_wants_a_login_says_so(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gate:

        def refuse() -> None:
            client, _ = gate.accept()
            with client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        place = f"http://127.0.0.1:{gate.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", place)
        problem = failing(fake, "openai.text", openai_base_url="https://service.example/v1")
    assert isinstance(problem, ProxyLogin)
    assert place in str(problem)


@pytest.mark.parametrize("scheme", ["", "socks5://"])
def test_an_sglang_server_is_reached_through_it_too(
    fake: FakeServices, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}{NOWHERE}")
    with pytest.raises(ServerUnreachable) as caught:
        SGLangClient("http://server.example:30000", name="a").check_health()
    assert f"refused, through the proxy {scheme or 'http://'}{NOWHERE}" in str(caught.value)
    monkeypatch.setenv("ALL_PROXY", "socks4://x:1")
    with pytest.raises(ServerUnreachable, match="ALL_PROXY cannot be used"):
        SGLangClient("http://server.example:30000", name="a").check_health()


@pytest.mark.parametrize(
    ("excepted", "address", "straight"),
    [
        ("*", "https://a.example", True),
        ("a.example", "https://a.example", True),
        ("a.example", "https://b.a.example", True),
        ("a.example", "https://ba.example", False),
        (".a.example", "https://b.a.example", True),
        ("*.a.example", "https://b.a.example", True),
        ("A.Example", "https://a.example", True),
        ("x.example, a.example", "https://a.example", True),
        ("a.example:8443", "https://a.example:8443", True),
        ("a.example:8443", "https://a.example", False),
        ("a.example:443", "https://a.example", True),
        ("8.8.0.0/16", "https://8.8.4.4", True),
        ("8.8.0.0/16", "https://9.9.9.9", False),
        ("8.8.8.8", "https://8.8.8.8", True),
        ("2606:4700::/32", "https://[2606:4700::1]", True),
        ("[2606:4700::1]", "https://[2606:4700::1]", True),
        ("not/a/network,,", "https://a.example", False),
        ("", "https://localhost", True),
        ("", "http://127.0.0.1:30000", True),
        ("", "http://127.9.9.9", True),
        ("", "http://[::1]:30000", True),
        ("", "http://10.0.0.7:30000", True),
        ("", "http://gpu-box:30000", True),
        ("", "http://gpu.internal", True),
        ("", "https://api.example", False),
    ],
)
def test_who_needs_none(excepted: str, address: str, straight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", excepted)
    assert (proxy_for(address) is None) == straight


def test_the_one_for_the_scheme_comes_before_the_one_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks://127.0.0.1:7891/")
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:7890")
    secure, plain = proxy_for("https://a.example"), proxy_for("http://a.example")
    assert secure
    assert plain
    assert (secure.variable, secure.url, secure.error) == ("HTTPS_PROXY", "http://127.0.0.1:7890", "")
    assert (plain.variable, plain.shown, plain.error) == ("all_proxy", "socks5://127.0.0.1:7891", "")
