"""Python, packages, folders, disk, codecs, fonts: each well, to be known of, and broken."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest

import config
from doctor import machine, media_tools
from doctor.finding import Finding
from storyboard import lettering


def test_this_python_and_these_packages_are_well() -> None:
    assert machine.python().verdict == "ok"
    assert machine.packages().verdict == "ok"


def test_a_python_that_is_too_old_is_broken() -> None:
    found = machine.python((3, 10, 4))
    assert (found.verdict, found.says.text()) == ("broken", "This is Python 3.10.4; 3.11 or later is needed.")
    assert machine.python((3, 11, 0)).verdict == machine.python((4, 0, 0)).verdict == "ok"


def installed(**versions: str) -> Callable[[str], str]:
    def version(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    return version


@pytest.mark.parametrize(
    ("versions", "verdict", "named"),
    [
        ({"av": "18.1.0", "psycopg": "3.3"}, "ok", "2"),
        ({"av": "17.0.0", "psycopg": "3.3"}, "warning", "av 17.0.0 (<19,>=18)"),
        ({"av": "18.1.0"}, "broken", "psycopg"),
    ],
)
def test_packages_are_compared_with_the_ranges(
    tmp_path: Path, versions: dict[str, str], verdict: str, named: str
) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# a comment\nav>=18,<19\n\npsycopg[binary]>=3.2,<4  # the driver\n")
    found = machine.packages(file, installed(**versions))
    assert found.verdict == verdict
    assert named in found.says.text()


def output(settings: config.Settings) -> Finding:
    (found,) = (one for one in machine.folders(settings) if one.key == "folder.output")
    return found


def test_a_folder_that_is_not_there_yet_is_well_and_is_not_made() -> None:
    settings = config.fresh()
    assert output(settings).verdict == "ok"
    assert not settings.output_dir.exists()
    settings.output_dir.mkdir()
    assert output(settings).verdict == "ok"
    assert not list(settings.output_dir.iterdir())


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that other accounts can get at: those of pytest they cannot."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def access(settings: config.Settings) -> tuple[str, str] | None:
    found = [one for one in machine.folders(settings) if one.key == "folder.access"]
    return (found[0].verdict, found[0].says.text()) if found else None


@pytest.mark.parametrize(
    ("mode", "told", "verdict"),
    [
        (0o700, "owner", "ok"),
        (0o755, "owner", "warning"),
        (0o750, "owner", "warning"),
        (0o704, "owner", "warning"),
        (0o770, "group", "ok"),
        (0o775, "group", "warning"),
    ],
)
def test_results_that_other_accounts_can_read_are_named(
    reachable: Path, monkeypatch: pytest.MonkeyPatch, mode: int, told: str, verdict: str
) -> None:
    monkeypatch.setenv("OUTPUT_DIR", str(reachable / "outputs"))
    monkeypatch.setenv("FILE_ACCESS", told)
    assert access(config.fresh()) is None
    (reachable / "outputs").mkdir()
    (reachable / "outputs").chmod(mode)
    found = access(config.fresh())
    assert found
    assert found[0] == verdict
    assert ("OUTPUT_DIR" in found[1]) == (verdict == "warning")
    reachable.chmod(0o700)
    assert access(config.fresh()) == ("ok", "No other account on this machine can read the results.")


def test_a_database_elsewhere_is_looked_at_too(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (reachable / "my.db").touch(mode=0o644)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{reachable}/my.db")
    found = access(config.fresh())
    assert found
    assert found[0] == "warning"
    assert "DATABASE_URL" in found[1]


def test_a_folder_that_cannot_be_written_is_broken_and_its_path_is_for_programs_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("OUTPUT_DIR", str(tmp_path / "a-file" / "outputs"))
    found = output(config.fresh())
    assert (found.verdict, found.says.text()) == (
        "broken",
        "The folder OUTPUT_DIR cannot be written to: Not a directory.",
    )
    assert found.measured["folder"] == str(tmp_path / "a-file" / "outputs")


def test_without_a_folder_for_temporary_files_it_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(machine.tempfile, "gettempdir", none)  # type: ignore[attr-defined]
    (found,) = (one for one in machine.folders(config.fresh()) if one.key == "folder.temporary")
    assert found.verdict == "broken"


@pytest.mark.parametrize(("free", "verdict"), [(2**40, "ok"), (3 * 2**30, "warning"), (2**27, "broken")])
def test_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, verdict: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    assert machine.disk(config.fresh()).verdict == verdict


def test_the_codecs_of_this_machine_are_well() -> None:
    assert media_tools.codecs().verdict == "ok"


@pytest.mark.parametrize(("name", "verdict"), [("_READ", "broken"), ("_WRITTEN", "warning")])
def test_a_codec_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str, verdict: str) -> None:
    monkeypatch.setattr(media_tools, name, ("h264", "no-such-codec"))
    found = media_tools.codecs()
    assert found.verdict == verdict
    assert "no-such-codec" in found.says.text()


def test_the_fonts_of_this_program_are_well() -> None:
    assert media_tools.fonts().verdict == "ok"


def test_a_font_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts"
    shutil.copytree(lettering._FOLDER, fonts)
    (fonts / lettering._file("cyrillic")).unlink()
    found = media_tools.fonts(fonts)
    assert (found.verdict, found.says.text()) == ("warning", "Fonts cannot be used: cyrillic.")
    (fonts / lettering._file(lettering.CHINESE)).write_bytes(b"not a font")
    assert media_tools.fonts(fonts).verdict == "broken"
    shutil.copy(lettering._FOLDER / lettering._file("cyrillic"), fonts / lettering._file(lettering.CHINESE))
    assert media_tools.fonts(fonts).verdict == "broken"  # a font, but without Chinese
