"""CSV as Excel and its kin really write it: what can be meant only one way is taken, everything else is said once."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from cli.batch_manifest import Row, read_manifest
from cli.batch_rows import plan
from config import Settings
from jobs.model.request import QueueKey
from tests.pictures import picture

PROMPT = Row(prompt="A cat.", white_frame=True)


def rows_of(folder: Path, text: str | bytes) -> list[Row | list[str]]:
    """Each row as it was read, or what is wrong with it."""
    path = folder / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    read = read_manifest(path)
    return [one.row if one.row is not None else [str(error) for error in one.errors] for one in read]


@pytest.mark.parametrize(
    "text",
    [
        "prompt,white_frame,,,\nA cat.,true,,,\n",  # Excel keeps columns that were once filled
        "prompt,white_frame, ,\nA cat.,true, ,\n",
        ",prompt,,white_frame\n,A cat.,,true\n",
        "prompt,white_frame,seed,negative_prompt\nA cat.,true\n",  # and leaves a row's empty last cells out
        "prompt,white_frame\nA cat.,true,,,,\n",
        "sep=;\nprompt;white_frame\nA cat.;true\n",
        "SEP=;\r\nprompt;white_frame\r\nA cat.;true\r\n",
        '"sep=;"\r\nprompt;white_frame\r\nA cat.;true\r\n',
        "sep=;;;\nprompt;white_frame;;\nA cat.;true;;\n",
        "sep=,\nprompt,white_frame\nA cat.,true\n",
        "sep=\t\nprompt\twhite_frame\nA cat.\ttrue\n",
        "prompt;white_frame\rA cat.;true\r",  # an old Mac's line ends
        "sep=;\rprompt;white_frame\rA cat.;true\r",
        "Prompt;White_Frame\nA cat.;TRUE\n",  # a spreadsheet's own capitals
        "\n;;;\nprompt;white_frame\nA cat.;true\n",  # rows left empty above the table
        b"\xef\xbb\xbfsep=;\r\nprompt;white_frame\r\nA cat.;true\r\n",
        "sep=;\r\nprompt;white_frame\r\nA cat.;true\r\n".encode("utf-16"),
        "prompt;white_frame\nA cat.;TRUE\n".encode("utf-16"),
    ],
)
def test_taken_as_it_is_meant(tmp_path: Path, text: str | bytes) -> None:
    assert rows_of(tmp_path, text) == [PROMPT]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_decimal_comma_where_the_comma_separates_nothing(tmp_path: Path, sign: str) -> None:
    lines = ("prompt|white_frame|guidance_scale|crop_shift", "A cat, here.|true|4,5|-0,25", "A cat, here.|true|4.5|0")
    rows = rows_of(tmp_path, "\n".join(lines).replace("|", sign))
    comma = Row(prompt="A cat, here.", white_frame=True, guidance_scale=4.5, crop_shift=-0.25)
    assert rows == [comma, comma.model_copy(update={"crop_shift": 0.0})]


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ('prompt,guidance_scale\nA cat.,"4,5"\n', ["guidance_scale is '4,5'; accepted: a number."]),
        ("prompt;guidance_scale\nA cat.;1,000,000\n", ["guidance_scale is '1.000,000'; accepted: a number."]),
        ("prompt;num_frames\nA cat.;193,5\n", ["num_frames is '193,5'; accepted: an integer."]),
        ("prompt,white_frame\nA cat.,true,7\n", ["This row has 3 cells, but the header has 2."]),
        (
            "prompt,,white_frame\nA cat.,7,true\n",
            ["Cell 2 of this row belongs to no field: its column has no name in the header."],
        ),
        ("promt,white_frame\nA cat.,true\n", ["There is no field promt."]),
        ("prompt,seed,seed\nA cat.,7,7\n", ["The field seed is given twice."]),
    ],
)
def test_what_can_be_meant_two_ways_is_said_once(tmp_path: Path, text: str, errors: list[str]) -> None:
    assert rows_of(tmp_path, text) == [errors]


def test_a_row_keeps_its_line_below_a_separator_line(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('sep=;\nprompt;seed\n"two\nlines";x\nA cat.;y\n')
    assert [one.line for one in read_manifest(tmp_path / "rows.csv")] == [4, 5]


def test_a_wrong_first_line_adds_no_complaint_about_its_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("prompt,picture\nA cat.,cat.png\nA dog.,dog.png\n")
    read = read_manifest(tmp_path / "rows.csv")
    bad = plan(read, tmp_path / "rows.csv", Settings(), lambda _: QueueKey("mova-360p")).bad
    assert [(one.line, [str(error) for error in one.errors]) for one in bad] == [(1, ["There is no field picture."])]


@pytest.mark.parametrize(("written", "lies"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFC", "NFC"), ("NFD", "NFD")])
def test_a_name_in_another_unicode_form_is_the_same_name(tmp_path: Path, written: str, lies: str) -> None:
    """macOS and its archives write é as two characters, a spreadsheet as one."""
    folder = tmp_path / unicodedata.normalize(lies, "éte")  # type: ignore[arg-type]
    folder.mkdir()
    (folder / unicodedata.normalize(lies, "Müller à.png")).write_bytes(picture())  # type: ignore[arg-type]
    named = unicodedata.normalize(written, "éte/Müller à.png")  # type: ignore[arg-type]
    (tmp_path / "rows.csv").write_text(f"prompt,image\nA cat.,{named}\n", encoding="utf-8")
    read = read_manifest(tmp_path / "rows.csv")
    planned = plan(read, tmp_path / "rows.csv", Settings(), lambda _: QueueKey("mova-360p"))
    assert (len(planned.rows), planned.bad) == (1, ())
