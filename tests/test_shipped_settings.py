"""The settings of Streamlit that are shipped: what keeps pages safe must not be edited away unnoticed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit import config

SHIPPED = tomllib.loads((Path(__file__).resolve().parents[1] / ".streamlit" / "config.toml").read_text())


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("server", "enableXsrfProtection", True),
        ("server", "maxUploadSize", 40),
        ("browser", "gatherUsageStats", False),
        ("browser", "serverAddress", "localhost"),  # without it Streamlit asks an outside service for our address
        ("client", "showErrorDetails", "none"),
        ("client", "toolbarMode", "minimal"),
    ],
)
def test_it_is_set(section: str, name: str, value: object) -> None:
    assert SHIPPED[section][name] == value
    assert config.get_option(f"{section}.{name}") == value


@pytest.mark.parametrize(
    "name",
    ["server.enableAgentApi", "server.enableStaticServing", "server.trustedUserHeaders", "server.corsAllowedOrigins"],
)
def test_it_is_off(name: str) -> None:
    assert not config.get_option(name)


def test_secrets_are_not_committed() -> None:
    ignored = (Path(__file__).resolve().parents[1] / ".gitignore").read_text().splitlines()
    assert ".streamlit/secrets.toml" in ignored
