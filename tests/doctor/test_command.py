"""``python -m doctor`` as scripts and people run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import StoreBusy
from doctor import examination
from doctor.examination import Check, examine, outcome
from doctor.finding import Finding, broken, ok, warning, worst

REPO = Path(__file__).resolve().parents[2]
SECRETS = {
    "GEMINI_API_KEY": "gem-secret-1",
    "OPENAI_API_KEY": "sk-secret-2",
    "DATABASE_URL": "postgresql://mova:db-secret-3@127.0.0.1:9/mova",
}


def doctor(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return doctor_in(REPO, *options, **variables)


def doctor_in(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    needed = {name: os.environ[name] for name in ("PATH", "OUTPUT_DIR", "MOVA_ENV_FILE")}
    return subprocess.run(
        [sys.executable, "-m", "doctor", *options],
        cwd=folder,
        env={**needed, "MOVA_LANGUAGE": "en", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    told = json.loads(done.stdout)
    assert {one["verdict"] for one in told["findings"]} <= {"ok", "warning", "broken"}
    return {one["key"]: one for one in told["findings"]}


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return {"SGLANG_360P_URL": "http://127.0.0.1:9", "SGLANG_720P_URL": "http://127.0.0.1:9"}


def test_warnings_do_not_fail() -> None:
    given = json.dumps([{"name": "lab", "base_url": "http://127.0.0.1:9", "model": "mova-360p"}])
    assert doctor("--json", SGLANG_SERVERS=given).returncode == 1
    from jobs.servers.preview_process import preview_engine

    with preview_engine("mova-360p") as address:
        done = doctor("--json", SGLANG_SERVERS=given.replace("http://127.0.0.1:9", address))
    found = findings(done)
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "warning"
    assert found["server.lab"]["verdict"] == found["service"]["verdict"] == "warning"
    assert {found[key]["verdict"] for key in ("python", "packages", "codecs", "fonts", "contract.lab")} == {"ok"}
    assert found["service"]["next"]


def test_what_is_broken_is_named_and_fails(nowhere: dict[str, str]) -> None:
    done = doctor(**nowhere)
    assert done.returncode == 1
    assert "✗ broken  The server mova-360p cannot be reached: refused." in done.stdout
    assert "→ Start it, or check its address in config.py." in done.stdout
    assert "Broken: 2. " in done.stdout.splitlines()[-1]
    assert done.stderr == ""


def test_it_speaks_chinese(nowhere: dict[str, str]) -> None:
    said = doctor(MOVA_LANGUAGE="zh_CN", **nowhere).stdout
    assert "✗ 故障  无法连接服务器 mova-360p" in said
    assert "✓ 正常" in said


def test_a_wrong_setting_is_told_and_the_machine_is_looked_at_all_the_same() -> None:
    done = doctor("--json", NUM_FRAMES="18")
    found = findings(done)
    assert done.returncode == 1
    assert found["configuration"]["what"].startswith("Setting NUM_FRAMES: '18' is not accepted")
    assert found["python"]["verdict"] == found["codecs"]["verdict"] == "ok"
    assert "disk" not in found


@pytest.mark.long
def test_no_key_and_no_password_is_ever_told(nowhere: dict[str, str]) -> None:
    addresses = {"GEMINI_API_URL": "http://127.0.0.1:9", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    for options in ((), ("--json",)):
        done = doctor(*options, OPENAI_TEXT_MODEL="m", **SECRETS, **addresses, **nowhere)
        assert done.returncode == 1
        assert "secret" not in done.stdout + done.stderr
        assert "The job database mova on 127.0.0.1 cannot be reached." in done.stdout


def test_a_package_that_is_missing_does_not_make_the_doctor_ill(tmp_path: Path) -> None:
    """As in a half-made environment: pydantic and PyAV are not there, Babel breaks off."""
    for name in ("pydantic", "av"):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('No module', name={name!r})\n")
    (tmp_path / "babel.py").write_text("def broken(\n")
    done = doctor("--json", PYTHONPATH=str(tmp_path), MOVA_LANGUAGE="zh_CN", LANG="zh_CN.UTF-8")
    found = findings(done)
    assert done.returncode == 1
    assert "pydantic" in found["configuration"]["what"]
    assert "av" in found["codecs"]["what"]
    assert found["python"]["verdict"] == "ok"
    assert doctor(PYTHONPATH=str(tmp_path), LANG="zh_CN.UTF-8").returncode == 1


def test_a_config_py_that_was_edited_into_no_python_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("fps = 24\nservers = (\n")
    shutil.copytree(REPO / "doctor", tmp_path / "doctor")
    done = doctor_in(tmp_path, "--json", PYTHONPATH=f"{tmp_path}:{REPO}")
    assert done.returncode == 1
    assert findings(done)["configuration"]["what"] == "config.py is not Python in line 2."
    said = doctor_in(tmp_path, PYTHONPATH=f"{tmp_path}:{REPO}", LANG="zh_CN.UTF-8").stdout
    assert "config.py 第 2 行不是有效的 Python" in said


def test_help_says_what_the_exit_codes_mean() -> None:
    done = doctor("--help")
    assert done.returncode == 0
    assert "1 where something is broken" in done.stdout
    assert doctor("--nonsense").returncode == 2


# ---- the checks together -------------------------------------------------------------------------------------------


def found_by(check: object) -> list[Finding]:
    return outcome(Check("x", check))  # type: ignore[arg-type]


def test_a_check_that_cannot_run_is_a_finding_itself() -> None:
    def busy() -> Finding:
        raise StoreBusy("locked", store="jobs.db")

    def faulty() -> Finding:
        raise RuntimeError("key sk-secret")

    (locked,), (fault,) = found_by(busy), found_by(faulty)
    assert (locked.key, locked.verdict, locked.raw) == ("x", "broken", "locked")
    assert (fault.verdict, fault.says.text()) == ("broken", "This could not be checked: RuntimeError.")
    assert "secret" not in str(fault)


def test_the_worst_decides() -> None:
    well, known, bad = ok("a", "A."), warning("b", "B.", "Do."), broken("c", "C.", "Do.")
    assert [worst(ones) for ones in ((), (well,), (well, known), (bad, known, well))] == [
        "ok",
        "ok",
        "warning",
        "broken",
    ]


def test_findings_come_in_the_order_of_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [Check(name, lambda name=name: ok(name, "Well.")) for name in "abcdefgh"]  # type: ignore[misc]
    monkeypatch.setattr(examination, "checks", lambda _settings: listed)
    told: list[tuple[int, int]] = []
    assert "".join(one.key for one in examine(None, lambda done, of: told.append((done, of)))) == "abcdefgh"
    assert told == [(number, 8) for number in range(1, 9)]
