"""compose.yaml, Dockerfile and .dockerignore against what is there: no Docker engine is needed, and none is proved."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from config import SECRET_HEADER, Settings
from launcher.options import wishes
from tests.launcher.made_up import checkpoint

REPO = Path(__file__).resolve().parent.parent
# Names that are other programs' own.
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
KEPT_FROM_OURS = {"POSTGRES_PASSWORD", "OIDC_CLIENT_SECRET", "OAUTH2_COOKIE_SECRET"}  # .env has them for others
SCRIPTS = {"MOVA_HOST"}  # of launch_streamlit.sh and of the note on open doors
OURS = {"app", "worker", "app-login"}
COMPOSE = (REPO / "compose.yaml").read_text()
DOCKERFILE = (REPO / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE))


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(compose["services"])


def ours(name: str) -> bool:
    return name.lower() in Settings.model_fields


def test_what_is_asked_for_is_there(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"app", "worker", "db", "sglang", "app-login", "oauth2-proxy", "caddy"}
    login = {name for name, one in services.items() if one.get("profiles") == ["login"]}
    assert login == {"app-login", "oauth2-proxy", "caddy"}


def test_services_and_volumes_that_are_named_exist(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for one in services.values():
        assert set(one.get("depends_on", ())) <= set(services)
        for volume in one.get("volumes", ()):
            source = volume.split(":", 1)[0]
            assert source in compose["volumes"] or source.startswith((".", "${MOVA_MODEL_PATH"))


def test_every_setting_exists(services: dict[str, dict[str, Any]]) -> None:
    for name in OURS:
        assert services[name]["env_file"] == ".env"
        assert all(ours(variable) for variable in services[name]["environment"].keys() - SCRIPTS - KEPT_FROM_OURS)
        assert {services[name]["environment"][variable] for variable in KEPT_FROM_OURS} == {""}
        known = services[name]["environment"]["TRUSTED_USER_SECRET"]
        assert known == ("${TRUSTED_USER_SECRET:-}" if name == "app-login" else "")
    set_in_image = set(re.findall(r"\b([A-Z_]{3,})=", "".join(re.findall(r"^ENV .*$", DOCKERFILE, re.MULTILINE))))
    assert all(ours(name) for name in set_in_image - NOT_OURS)


def test_the_settings_are_accepted(services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    import config

    for name, value in services["app-login"]["environment"].items():
        shown = re.sub(
            r"\$\{[A-Z0-9_]+(?::\?[^}]*|:?-([^}]*))?\}",
            lambda found: "abc123" if found[1] is None else found[1],
            str(value),
        )
        monkeypatch.setenv(name, shown)
    settings = config.fresh()
    assert settings.database_address == "postgresql://mova:abc123@db/mova"
    assert settings.sglang_servers[0].base_url == "http://sglang:30000"
    assert settings.embedded_worker is False
    assert settings.trusted_user_header == "X-Forwarded-Email"


@pytest.mark.parametrize("guide", ["docs/operator-guide.md", "docs/operator-guide.zh-CN.md"])
def test_every_variable_for_env_is_explained(guide: str) -> None:
    variables = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", COMPOSE)) - {"PORT"}
    text = (REPO / guide).read_text()
    assert not [name for name in variables if f"`{name}`" not in text and f"{name}=" not in text]


def test_only_what_has_a_door_is_published(services: dict[str, dict[str, Any]]) -> None:
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(published) == {"app", "caddy"}
    assert all(port.startswith("127.0.0.1:") for port in published["app"])
    assert [name for name, one in services.items() if "TRUSTED_USER_HEADER" in one.get("environment", ())] == [
        "app-login"
    ]
    assert services["oauth2-proxy"]["environment"]["OAUTH2_PROXY_UPSTREAMS"] == "http://app-login:8500"


def test_the_commands_exist(services: dict[str, dict[str, Any]]) -> None:
    python, minus_m, module = services["worker"]["command"]
    assert (python, minus_m) == ("python", "-m")
    assert (REPO / f"{module.replace('.', '/')}.py").is_file()
    (line,) = services["sglang"]["command"]
    script, *options = line.split("exec ", 1)[1].split()
    assert os.access(REPO / Path(script).relative_to("/mova"), os.X_OK)
    model = services["sglang"]["environment"]["MOVA_MODEL_PATH"].replace("${MOVA_MODEL:-mova-360p}", "mova-360p")
    (request,), dry_run = wishes([*options, "--dry-run"], {"MOVA_MODEL_PATH": model})
    assert dry_run
    assert str(request.port) == "30000"


def mounted_in_sglang(services: dict[str, dict[str, Any]]) -> list[str]:
    """What of this folder the container gets, below ``/mova``."""
    mounts = [volume.split(":") for volume in services["sglang"]["volumes"] if volume.startswith("./")]
    assert all(target == f"/mova/{source[2:]}" and mode == "ro" for source, target, mode in mounts)
    return [source[2:] for source, _, _ in mounts]


def test_sglang_gets_the_launcher_and_no_key(services: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    names = mounted_in_sglang(services)
    assert not {"", ".", ".env", ".streamlit", "config.py", "outputs"} & set(names)
    for name in names:
        copy = shutil.copytree if (REPO / name).is_dir() else shutil.copy
        copy(REPO / name, tmp_path / name)
    model = checkpoint(tmp_path / "MOVA-360p")
    command = [str(tmp_path / "launch_sglang_server.sh"), "--model-path", str(model), "--dry-run"]
    variables = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "MOVA_LANGUAGE": "zh_CN"}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--model-path" in done.stdout
    assert "请写入 config.py" in done.stderr  # the catalogues are there as well


def test_containers_meet_only_whom_they_need(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    inside = {name: set(one["networks"]) for name, one in services.items()}
    assert set().union(*inside.values()) == set(compose["networks"])

    def met_by(name: str) -> set[str]:
        return {other for other in services if other != name and inside[other] & inside[name]}

    assert met_by("db") == OURS
    assert met_by("sglang") == OURS
    assert met_by("oauth2-proxy") == {"app-login", "caddy"}
    assert met_by("caddy") == {"oauth2-proxy"}
    assert {name for name, one in compose["networks"].items() if one} == {"database", "login"}


def test_the_proxy_sends_the_secret_and_no_visitor_does(services: dict[str, dict[str, Any]]) -> None:
    caddy = services["caddy"]
    assert f"header_up {SECRET_HEADER} {{env.TRUSTED_USER_SECRET}}" in (REPO / "Caddyfile").read_text()
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in caddy["volumes"]
    assert caddy["environment"]["TRUSTED_USER_SECRET"] == "${TRUSTED_USER_SECRET:-}"
    assert "command" not in caddy  # the image's own reads that file


def test_the_gpus_are_asked_for(services: dict[str, dict[str, Any]]) -> None:
    (device,) = services["sglang"]["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}


def test_the_image_is_small_locked_and_not_roots() -> None:
    assert re.search(r"^FROM python:3\.11-slim$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    user = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert user == ["mova"]
    assert DOCKERFILE.index("USER mova") < DOCKERFILE.index("\nCMD")
    assert "HEALTHCHECK" in DOCKERFILE
    assert json.loads(DOCKERFILE.rsplit("CMD ", 1)[1])[:5] == ["python", "-m", "streamlit", "run", "app.py"]


def in_image() -> list[str]:
    """The tracked files that the rules of .dockerignore let into the image: the last rule that fits decides."""
    rules = [line for line in (REPO / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    listed = subprocess.run(["git", "ls-files"], cwd=REPO, capture_output=True, text=True, check=True)  # noqa: S607
    return [name for name in listed.stdout.splitlines() if _is_let_in(name, rules) and (REPO / name).exists()]


def _is_let_in(name: str, rules: list[str]) -> bool:
    let_in = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        parts = name.split("/")
        heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        if any(_fits(head, pattern.rstrip("/")) for head in heads):
            let_in = rule.startswith("!")
    return let_in


def _fits(head: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch.fnmatch(head.rsplit("/", 1)[-1], pattern[3:])
    return head.count("/") == pattern.count("/") and fnmatch.fnmatch(head, pattern)


def test_no_key_no_result_and_no_test_comes_into_the_image() -> None:
    rules = (REPO / ".dockerignore").read_text().splitlines()
    strangers = (".env", ".git/config", ".streamlit/secrets.toml", "outputs/jobs.db", "jobs.db", ".venv/bin/python")
    assert not [name for name in strangers if _is_let_in(name, rules)]
    hidden = [name for name in in_image() if name.startswith(("tests/", "benchmarks/", "docs/", "."))]
    assert hidden == [".streamlit/config.toml"]


def test_what_comes_into_the_image_runs(tmp_path: Path) -> None:
    for name in in_image():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPO / name, tmp_path / name)

    def run(*command: str) -> str:
        variables = {name: os.environ[name] for name in ("PATH", "OUTPUT_DIR", "MOVA_ENV_FILE")}
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    told = {one["key"]: one["verdict"] for one in json.loads(run("-m", "doctor", "--json"))["findings"]}
    assert {told[key] for key in ("packages", "fonts", "codecs")} == {"ok"}
    run("-m", "jobs.worker", "--help")
    run("-c", "import app, jobs.worker, preview.app, ui.settings.doctor")
