#!/usr/bin/env python3
"""Step 5: MOVA on an SGLang server. Submit a render, ask for its state, wait for it, download it, list all.

Measured against SGLang 0.5.23. It has no login, no abort and keeps its jobs in memory only: a restart forgets them.
"""

from __future__ import annotations

from render.client import SGLangClient

__all__ = ["SGLangClient"]

if __name__ == "__main__":
    from render.commands import main

    main(__doc__)
