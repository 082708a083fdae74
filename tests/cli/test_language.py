"""The command line in Chinese: everything for people is; what programs read stays as it was."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import TINY, Shell

ENGLISH_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@pytest.mark.parametrize(
    "variables",
    [{"LANG": "zh_CN.UTF-8"}, {"MOVA_LANGUAGE": "zh_CN", "LANG": "en_US.UTF-8"}, {"LANGUAGE": "zh_CN:en"}],
)
def test_an_error_is_said_in_chinese_and_reported_in_english(shell: Shell, variables: dict[str, str]) -> None:
    done = shell("simple", "--prompt", "cat", "--image", "nowhere.png", "--json", **variables)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "错误：无法读取文件：nowhere.png（没有此文件或文件夹）。",
        "请检查文件名，并确认您有权读取。",
    ]
    assert done.json["error"]["what"] == "The file cannot be read: nowhere.png (No such file or directory)."


def test_a_wrong_setting_is_said_in_chinese(shell: Shell) -> None:
    done = shell("jobs", FPS="0", LANG="zh_CN.UTF-8")
    assert done.stderr.splitlines()[0] == "错误：设置项 FPS 不接受 '0'；可接受：不小于 1。"


def test_a_wrong_language_is_said_in_that_of_the_environment(shell: Shell) -> None:
    done = shell("jobs", MOVA_LANGUAGE="latin", LANG="zh_CN.UTF-8")
    assert done.stderr.startswith("错误：设置项 MOVA_LANGUAGE 不接受 'latin'")


def test_a_run_speaks_chinese_and_its_record_english(shell: Shell) -> None:
    request = ("--description", "猫追着毛线球跑。", "--until", "visual_elements")
    done = shell("full", *request, *TINY, LANG="zh_CN.UTF-8")
    assert done.returncode == 0
    assert "提示：离线生成，没有用模型" in done.stdout
    assert "已在画面元素之后停下。" in done.stdout
    assert "首帧 " in done.stderr
    said = re.sub(r"\S*outputs\S*|python workflow.py full --from", "", done.stdout)
    assert not ENGLISH_WORDS.search(said), said
    (path,) = shell.folder.glob("outputs/*/job.json")
    warnings = json.loads(Path(path).read_text())["warnings"]
    assert len(warnings) > 3
    assert all(warning.isascii() for warning in warnings)
    listed = shell("jobs", LANG="zh_CN.UTF-8").stdout
    assert "待确认" in listed
    assert "完整流程" in listed
    assert shell("jobs", "--json", LANG="zh_CN.UTF-8").json


def test_english_does_not_pay_for_the_catalogues(shell: Shell) -> None:
    done = subprocess.run(
        [shell.command()[0], "-X", "importtime", *shell.command("simple", "--prompt", " ", "--white-frame")[1:]],
        cwd=shell.folder,
        env=shell.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The prompt is empty." in done.stderr
    assert "babel" not in done.stderr
