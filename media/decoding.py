"""Decoding whole films: more at once than there are cores end later, all of them, and take more memory."""

from __future__ import annotations

import os
from threading import BoundedSemaphore

# ``with DECODING:`` around work that reads a film from its first to its last frame; not around a service's answer.
DECODING = BoundedSemaphore(os.cpu_count() or 1)
