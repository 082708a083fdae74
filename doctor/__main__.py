"""python -m doctor [--json]

Looks at everything that videos need: the machine, the database, the SGLang servers, the services for steps 1 to 4.
Each service that is set up is asked for one word.

Exit code: 0 where all is well or there are only warnings, 1 where something is broken, 2 for wrong options.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from unicodedata import east_asian_width

from core import output as terminal
from core.errors import OutputLost
from core.messages import Message, Translate, as_written, gettext_noop, message
from doctor.examination import configured, examine
from doctor.finding import Finding, Verdict, worst

_WORDS: dict[Verdict, str] = {
    "ok": gettext_noop("ok"),
    "warning": gettext_noop("note"),
    "broken": gettext_noop("broken"),
}
_MARKS: dict[Verdict, str] = {"ok": "✓", "warning": "!", "broken": "✗"}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m doctor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, in English, for programs")
    terminal.prepare()
    options = parser.parse_args()
    settings, error = configured()
    try:
        findings = [*error, *examine(settings)]
    except KeyboardInterrupt:
        sys.exit(130)
    verdict = worst(findings)
    if options.json:
        print(json.dumps({"verdict": verdict, "findings": [one.as_json() for one in findings]}))
    else:
        print("\n".join(told(findings, _language())))
    if reason := terminal.lost():
        print(OutputLost(reason=reason).message(_language()), file=sys.stderr)
    sys.exit(1 if verdict == "broken" or reason else 0)


def told(findings: Sequence[Finding], translate: Translate) -> list[str]:
    """The findings as lines for a terminal, what to do next under each, and the sum of them last."""
    lines = [line for one in findings for line in _lines(one, translate)]
    return [*lines, "", _sum(findings).text(translate)]


def _lines(one: Finding, translate: Translate) -> list[str]:
    width = max(map(_columns, map(translate, _WORDS.values())))
    word = translate(_WORDS[one.verdict])
    head = f"{_MARKS[one.verdict]} {word}{' ' * (width - _columns(word))}"
    indent = " " * (width + 2)
    below = [one.advice.text(translate)] if one.advice else []
    if one.raw:
        below.append(f"({one.raw})")
    places = [one.measured[name] for name in ("folder", "file") if name in one.measured]
    return [
        f"{head}  {one.says.text(translate)}",
        *(f"{indent}  {place}" for place in places),
        *(f"{indent}  → {line}" for line in below),
    ]


def _sum(findings: Sequence[Finding]) -> Message:
    broken, warnings, well = (sum(one.verdict == kind for one in findings) for kind in ("broken", "warning", "ok"))
    if broken:
        return message(
            gettext_noop("Broken: {broken}. Warnings: {warnings}. OK: {well}."),
            broken=broken,
            warnings=warnings,
            well=well,
        )
    if warnings:
        return message(
            gettext_noop("Nothing is broken. Warnings: {warnings}. OK: {well}."), warnings=warnings, well=well
        )
    return message(gettext_noop("Everything is OK."))


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _language() -> Translate:
    """The person's language; English where what reads the catalogue is missing itself."""
    try:
        translate = _spoken()
        translate("")
    except Exception:  # whatever a damaged package does
        return as_written
    return translate


def _spoken() -> Translate:
    """As every script; by the environment alone where config.py cannot be read."""
    from cli.terminal import terminal_translator
    from core.translations import language_of_environment, shown_here

    try:
        return terminal_translator()
    except (ImportError, SyntaxError):
        return shown_here(language_of_environment(os.environ))


if __name__ == "__main__":
    main()
