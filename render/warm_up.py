"""Whether a server could render in its warm-up, by what it counts in ``/metrics``.

SGLang 0.5.23 goes on after a failed warm-up: ``/health`` is 200 all the same, and only its log and this count tell. A
server without ``--enable-metrics`` counts nothing.
"""

from __future__ import annotations

import re
from collections import Counter

_COUNT = re.compile(rb"^sglang:diffusion_requests_total\{([^}]*)\} ([0-9.e+]+)$", re.MULTILINE)
_LABEL = re.compile(rb'(\w+)="([^"]*)"')


def could_not_render(metrics: bytes) -> bool:
    """Whether requests of the warm-up failed, and nothing at all has been rendered since."""
    counts = Counter[tuple[bytes, bytes]]()
    for labels, number in _COUNT.findall(metrics):
        told = dict(_LABEL.findall(labels))
        counts[told.get(b"is_warmup", b""), told.get(b"status", b"")] += round(float(number))
    rendered = sum(number for (_, status), number in counts.items() if status == b"success")
    return counts[b"true", b"error"] > 0 and rendered == 0
