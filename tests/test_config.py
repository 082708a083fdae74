"""Settings: defaults, the environment, .env, and one clear line for a wrong value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import config
from core.errors import ConfigError

REPO = Path(config.__file__).parent


def test_defaults_are_the_two_shipped_servers() -> None:
    settings = config.fresh()
    assert [(s.name, s.base_url) for s in settings.sglang_servers] == [
        ("mova-360p", "http://localhost:30000"),
        ("mova-720p", "http://localhost:30100"),
    ]
    assert settings.servers_are_defaults
    assert (settings.num_frames, settings.fps, settings.guidance_scale) == (193, 24, 5.0)
    assert (settings.num_inference_steps, settings.seed) == (50, 0)


def test_a_short_address_replaces_the_default_and_counts_as_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGLANG_360P_URL", "http://gpu:31000/v1/")
    settings = config.fresh()
    assert settings.sglang_servers[0].base_url == "http://gpu:31000"
    assert settings.sglang_servers[1].base_url == "http://localhost:30100"
    assert not settings.servers_are_defaults


def test_the_default_address_typed_in_counts_as_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGLANG_360P_URL", "http://localhost:30000")
    assert not config.fresh().servers_are_defaults


def test_servers_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[{"name": "a", "base_url": "http://h:1", "model": "mova-720p", "token": "s3cret", "jobs_sent_ahead": 2}]'
    monkeypatch.setenv("SGLANG_SERVERS", text)
    server = config.fresh().sglang_servers[0]
    assert (server.name, server.model, server.jobs_sent_ahead) == ("a", "mova-720p", 2)
    assert server.token is not None
    assert "s3cret" not in repr(config.fresh())


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUM_FRAMES", "")
    monkeypatch.setenv("SGLANG_360P_URL", "")
    assert config.fresh().num_frames == 193
    assert config.fresh().servers_are_defaults


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("NUM_FRAMES", "190", "4k+1"),
        ("NUM_FRAMES", "many", "integer"),
        ("FPS", "0", "greater than or equal to 1"),
        ("GUIDANCE_SCALE", "nan", "finite"),
        ("SEED", "-1", "greater than or equal to 0"),
        ("SGLANG_360P_URL", "localhost:30000", "http://"),
        ("SGLANG_360P_URL", "http://host:99999", "http://"),
        ("SGLANG_SERVERS", "[]", "at least one"),
        ("SGLANG_SERVERS", '[{"name": "a"', "JSON"),
    ],
)
def test_a_wrong_value_names_the_setting_the_value_and_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.fresh()
    assert name in str(caught.value)
    assert accepted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGLANG_SERVERS", '[{"name": "a", "base_url": "http://me:hunter2@h:1", "model": "mova-360p"}]')
    with pytest.raises(ConfigError) as caught:
        config.fresh()
    assert "hunter2" not in str(caught.value)


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "mine.env").write_text("FPS=12\nNUM_FRAMES=17\n")
    code = "import config; s = config.load(); print(s.fps, s.num_frames)"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPO,
        env={"MOVA_ENV_FILE": str(tmp_path / "mine.env"), "NUM_FRAMES": "21"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split() == ["12", "21"]


def test_a_wrong_value_stops_a_script_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "sglang_client.py", "list"],
        cwd=REPO,
        env={"FPS": "fast", "MOVA_ENV_FILE": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "FPS" in done.stderr
    assert "'fast'" in done.stderr
    assert "Traceback" not in done.stderr
