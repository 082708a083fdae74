"""Bring the catalogues up to date with the source: ``python -m locales.refresh``.

Sentences are found by their marks: ``gettext_noop("…")`` where they are written, ``_("…")`` where they are shown at
once. New ones come into ``locales/<language>/LC_MESSAGES/messages.po`` untranslated, gone ones leave it, the rest
stays as it is. Then write the missing translations, with the same ``{placeholders}``; ``tests/test_catalogues.py``
names them.
"""

from __future__ import annotations

import ast
import io
import os
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
_MARKS = {"gettext_noop", "_"}
_NOT_SOURCE = {"benchmarks", "locales", "node_modules", "outputs", "real_sglang", "real_sglang_work", "tests"}


def sources() -> Iterator[Path]:
    """The program's own Python files."""
    for folder, inner, files in os.walk(ROOT):
        inner[:] = sorted(name for name in inner if name not in _NOT_SOURCE and not name.startswith((".", "_")))
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".py"))


def marked(source: ast.Module) -> list[ast.expr]:
    """What is marked in a file: sentences, and names of what is looked up when it is shown.

    Not by Babel's own reader, which does not look into f-strings before Python 3.12.
    """
    calls = (node for node in ast.walk(source) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    found = [call.args[0] for call in calls if ast.unparse(call.func) in _MARKS and call.args]
    return sorted(found, key=lambda expression: (expression.lineno, expression.col_offset))


def extracted() -> Catalog:
    """All marked sentences, with the files that they are in."""
    found = Catalog()
    for path in sources():
        for expression in marked(ast.parse(path.read_bytes())):
            if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
                found.add(expression.value, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return found


def catalogues() -> list[Path]:
    """The catalogue of every language."""
    return sorted(ROOT.glob("locales/*/LC_MESSAGES/messages.po"))


def refreshed(path: Path, source: Catalog) -> bytes:
    """A catalogue with exactly the sentences of ``source``."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    # No guesses: a sentence that changed is translated anew.
    catalogue.update(source, no_fuzzy_matching=True, update_creation_date=False)
    buffer = io.BytesIO()
    # Without line numbers and dates, which would change with every edit of the source.
    write_po(buffer, catalogue, width=0, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return buffer.getvalue()


def main() -> None:
    """Refresh every catalogue."""
    source = extracted()
    for path in catalogues():
        path.write_bytes(refreshed(path, source))


if __name__ == "__main__":
    main()
