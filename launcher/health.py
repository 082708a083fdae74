"""How a starting server is, by its port and ``/health`` (SGLang 0.5.23).

The port opens once the weights are loaded; then ``/health`` is 503 without a body while it warms up, 200 once it is
ready, and 503 with a reason where its worker has died. Other routes hang during the warm-up, so nothing else is asked.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException

LOADING, WARMING, READY, DEAD, SILENT = "loading", "warming up", "ready", "dead", "silent"
_SECONDS = 2.0


def health(host: str, port: int) -> str:
    """One of the five words above."""
    connection = HTTPConnection(_reached_by(host), port, timeout=_SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        if answer.status == 200:
            return READY
        return DEAD if answer.read(1000).strip() else WARMING
    except ConnectionRefusedError:
        return LOADING
    except (OSError, HTTPException):
        return SILENT
    finally:
        connection.close()


def _reached_by(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
