"""Keys and addresses resolved, and the one layer of retries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import api_utils
import config
from api_utils import dashscope_address, gemini_address, retried, retry_after_seconds, services
from config import Settings
from core.errors import ConfigError, KeyRefused, ProviderBusy, ProviderTimeout, ProviderUnreachable
from tests.providers.asking import resolved

hosts = st.from_regex(r"https?://[a-z][a-z0-9.-]{0,20}[a-z](:[1-9][0-9]{1,3})?(/[a-z]{1,8}){0,2}", fullmatch=True)
slashes = st.sampled_from(["", "/", "//"])


@given(hosts, st.sampled_from(["v1", "v1beta", "v1alpha"]), slashes)
def test_gemini_splits_a_version_from_the_end(host: str, version: str, end: str) -> None:
    assert gemini_address(f"{host}/{version}{end}") == (host, version)


@given(hosts, slashes)
def test_gemini_without_a_version_is_v1beta(host: str, end: str) -> None:
    assert gemini_address(host + end) == (host, "v1beta")


@given(hosts)
def test_gemini_address_is_stable(host: str) -> None:
    base, version = gemini_address(host)
    assert gemini_address(f"{base}/{version}") == (base, version)


@given(hosts, st.sampled_from(["", "/api/v1", "/compatible-mode/v1"]), slashes)
def test_dashscope_takes_all_three_forms(host: str, form: str, end: str) -> None:
    assert dashscope_address(host + form + end) == f"{host}/api/v1"


def test_nothing_set_is_no_service() -> None:
    found = resolved()
    assert (found.gemini, found.dashscope, found.openai) == (None, None, None)


def test_dashscope_is_beijing_without_an_address() -> None:
    found = resolved(dashscope_api_key="k").dashscope
    assert found
    assert found.native_url == "https://dashscope.aliyuncs.com/api/v1"


def test_an_openai_address_alone_is_enough() -> None:
    found = resolved(openai_base_url="http://localhost:8000/v1/").openai
    assert found
    assert (found.key, found.base_url) == ("EMPTY", "http://localhost:8000/v1")


def test_an_openai_key_alone_is_openai_itself() -> None:
    found = resolved(openai_api_key="k").openai
    assert found
    assert (found.base_url, found.text_model) == ("https://api.openai.com/v1", "")


def test_argument_before_environment_before_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("GEMINI_API_KEY=of-file\nDASHSCOPE_API_KEY=of-file\nOPENAI_API_KEY=of-file\n")
    monkeypatch.setitem(config.Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setenv("DASHSCOPE_API_KEY", "of-environment")
    monkeypatch.setenv("GEMINI_API_KEY", "of-environment")
    found = services(Settings(), {"gemini_api_key": " of-argument\n", "dashscope_api_key": ""})
    assert found.gemini
    assert found.dashscope
    assert found.openai
    keys = (found.gemini.key, found.dashscope.key, found.openai.key)
    assert keys == ("of-argument", "of-environment", "of-file")


@pytest.mark.parametrize("service", ["gemini", "dashscope", "openai"])
def test_a_configured_key_is_not_sent_to_an_address_of_the_argument(service: str) -> None:
    address = {"gemini": "gemini_api_url", "dashscope": "dashscope_base_url", "openai": "openai_base_url"}[service]
    settings = Settings(**{f"{service}_api_key": "secret-of-the-operator"})  # type: ignore[arg-type]
    found = services(settings, {address: "http://visitor.example"})
    assert "secret-of-the-operator" not in [getattr(getattr(found, service), "key", None)]
    own = services(settings, {address: "http://visitor.example", f"{service}_api_key": "own"})
    assert getattr(own, service).key == "own"


@pytest.mark.parametrize(
    "values",
    [
        {"gemini_api_key": "two words"},
        {"dashscope_api_key": "schlüssel"},
        {"gemini_api_url": "generativelanguage.googleapis.com"},
        {"openai_base_url": "http://user:hidden-word@host/v1"},
        {"dashscope_base_url": "ftp://host"},
        {"qwen_text_model": "a b"},
        {"gemini_text_model": "../files"},
        {"no_such_setting": "1"},
    ],
)
def test_a_wrong_override_is_refused_without_showing_a_secret(values: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        services(Settings(), values)
    assert not any(word in str(caught.value) for word in ("two words", "schlüssel", "hidden-word"))


def test_a_key_does_not_show_in_a_representation() -> None:
    found = resolved(gemini_api_key="sesame", dashscope_api_key="sesame", openai_api_key="sesame")
    assert "sesame" not in repr(found)


@pytest.mark.parametrize("path", ["/v1", "/v1beta", "/api/v1", "/compatible-mode/v1", "/openai/v1"])
def test_an_address_keeps_its_path(path: str) -> None:
    assert Settings(openai_base_url=f"http://host{path}/").openai_base_url == f"http://host{path}"


class Failing:
    """A call that fails with these, one after the other, and then returns."""

    def __init__(self, *problems: Exception) -> None:
        self.problems = list(problems)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.problems:
            raise self.problems.pop(0)
        return "done"


def test_passing_failures_are_tried_again_with_growing_pauses(waits: list[float]) -> None:
    call = Failing(ProviderBusy(provider="p", status=503), ProviderTimeout(provider="p", seconds=1))
    assert retried(call, 3) == "done"
    assert call.calls == 3
    assert 1 <= waits[0] <= 2 < waits[1] + 1 <= 4


def test_the_last_failure_is_raised(waits: list[float]) -> None:
    call = Failing(*[ProviderUnreachable(str(number), provider="p") for number in range(5)])
    with pytest.raises(ProviderUnreachable) as caught:
        retried(call, 3)
    assert (call.calls, caught.value.raw, len(waits)) == (3, "2", 2)


def test_other_failures_are_not_tried_again(waits: list[float]) -> None:
    call = Failing(KeyRefused(provider="p"))
    with pytest.raises(KeyRefused):
        retried(call, 3)
    assert (call.calls, waits) == (1, [])


def test_the_asked_pause_is_kept(waits: list[float]) -> None:
    retried(Failing(ProviderBusy(provider="p", status=429, retry_after=17.0)), 3)
    assert waits == [17.0]


def test_a_pause_of_more_than_a_minute_is_not_waited_for(waits: list[float]) -> None:
    call = Failing(ProviderBusy(provider="p", status=429, retry_after=3600.0))
    with pytest.raises(ProviderBusy):
        retried(call, 3)
    assert (call.calls, waits) == (1, [])


@given(st.integers(1, 10))
def test_all_pauses_together_are_bounded(attempts: int) -> None:
    noted: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api_utils, "sleep", noted.append)
        with pytest.raises(ProviderBusy):
            retried(Failing(*[ProviderBusy(provider="p", status=503)] * attempts), attempts)
    assert len(noted) == attempts - 1
    assert all(1 <= pause <= 30 for pause in noted)


NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@given(st.integers(0, 10**6))
def test_retry_after_in_seconds(seconds: int) -> None:
    assert retry_after_seconds(str(seconds)) == seconds


@given(st.integers(-(10**6), 10**6))
def test_retry_after_as_a_date(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_seconds(header, NOW) == max(0, seconds)


@given(st.text())
def test_any_other_retry_after_is_none_or_a_number(text: str) -> None:
    found = retry_after_seconds(text)
    assert found is None or found >= 0


@pytest.mark.parametrize("header", [None, "", "soon", "-3", "1e9"])
def test_a_retry_after_that_is_neither(header: str | None) -> None:
    assert retry_after_seconds(header) is None
