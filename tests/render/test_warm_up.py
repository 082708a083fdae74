"""What SGLang 0.5.23 counts of its warm-up; the first as its real MOVA pipeline answered after a failed one."""

from __future__ import annotations

import pytest

from render.warm_up import could_not_render

FAILED = b"""\
# HELP sglang:diffusion_requests_total Completed original client requests.
# TYPE sglang:diffusion_requests_total counter
sglang:diffusion_requests_total{is_warmup="true",replica="tcp://127.0.0.1:41002",role="monolithic",status="error"} 1.0
sglang:diffusion_request_latency_seconds_count{is_warmup="true",role="monolithic",status="success"} 7.0
"""


def count(warm: str, status: str, number: str, replica: int = 1) -> bytes:
    labels = f'is_warmup="{warm}",replica="tcp://127.0.0.1:{replica}",role="monolithic",status="{status}"'
    return f"sglang:diffusion_requests_total{{{labels}}} {number}\n".encode()


def test_a_warm_up_that_failed() -> None:
    assert could_not_render(FAILED)
    assert could_not_render(FAILED + count("false", "error", "3.0"))
    assert could_not_render(FAILED + count("true", "success", "0.0"))


@pytest.mark.parametrize(
    "metrics",
    [
        b"",
        b"<html>sglang:diffusion_requests_total</html>",
        count("true", "success", "1.0"),
        FAILED + count("true", "success", "1.0"),  # a smaller shape
        FAILED + count("false", "success", "1e+06"),
        count("false", "error", "1.0"),  # without a warm-up
    ],
)
def test_all_else_is_no_failure(metrics: bytes) -> None:
    assert not could_not_render(metrics)


def test_every_replica_counts() -> None:
    assert not could_not_render(FAILED + count("true", "success", "1.0", replica=2))
