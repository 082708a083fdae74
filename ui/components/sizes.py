"""Amounts of disk, as people read them."""

from __future__ import annotations

from ui.session import language

_UNITS = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


def disk_size(count: int) -> str:
    """Bytes such as ``870.0 kB`` or ``12.3 MB``."""
    from babel.numbers import format_decimal

    unit, size = next((unit, count / step) for unit, step in _UNITS if count < step * 1000 or unit == "GB")
    return f"{format_decimal(size, '#,##0.0', locale=language())} {unit}"
