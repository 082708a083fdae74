"""What the log of SGLang 0.5.23 tells, in lines that it has written (its real MOVA pipeline, 2026-11-29)."""

from __future__ import annotations

from launcher.server_log import ServerLog

HEALTH = (
    '[2026-11-29 11:21:28] \x1b[32mINFO\x1b[0m: 127.0.0.1:5 - "\x1b[1mGET /health HTTP/1.1\x1b[0m" \x1b[91m503\x1b[0m'
)
FAILED = f"""\
RuntimeError: 0 active drivers ([]). There should only be one.\x1b[0;0m
{HEALTH}
\x1b[93m[11-29 11:21:28] server warmup req (352x640x17f, 2/50 steps) processing failed: Error executing request None: \
0 active drivers ([]). There should only be one.\x1b[0;0m
\x1b[93m[11-29 11:21:28] Synthetic server warmup failed; continuing startup
Traceback (most recent call last):
  File "server_warmup.py", line 246, in run_async_client_warmup
RuntimeError: Error executing request None: 0 active drivers ([]). There should only be one.\x1b[0;0m
[11-29 11:21:28] The server is fired up and ready to roll!
"""
ABORTED = """\
RuntimeError: 0 active drivers ([]). There should only be one.\x1b[0;0m
\x1b[91m[11-29 11:21:26] Server warmup failed; aborting startup: Error executing request None: 0 active drivers
Traceback (most recent call last):
  File "http_server.py", line 114, in _run_server_warmup_after_http_live
RuntimeError: Error executing request None: 0 active drivers ([]). There should only be one.\x1b[0;0m
[2026-11-29 11:21:26] \x1b[32mINFO\x1b[0m:     Shutting down
[2026-11-29 11:21:26] \x1b[32mINFO\x1b[0m:     Waiting for application shutdown.
[11-29 11:21:26] FastAPI app is shutting down...
[2026-11-29 11:21:26] \x1b[32mINFO\x1b[0m:     Application shutdown complete.
[2026-11-29 11:21:26] \x1b[32mINFO\x1b[0m:     Finished server process [\x1b[36m6571\x1b[0m]
resource_tracker.py:254: UserWarning: resource_tracker: There appear to be 1 leaked semaphore objects to clean up
  warnings.warn('resource_tracker: There appear to be %d '
"""
WELL = """\
[11-29 11:20:53] Starting FastAPI server.
[2026-11-29 11:20:54] \x1b[32mINFO\x1b[0m:     Waiting for application startup.
[11-29 11:21:28] The server is fired up and ready to roll!
"""
SHRUNK = "[11-29] %s (640x352x%sf, 2/50 steps) ran out of memory; retrying warmup at %s (640x352x%sf, 2/50 steps)"


def read(text: str) -> ServerLog:
    log = ServerLog()
    for line in text.splitlines():
        log.take(line)
    return log


def test_a_warm_up_that_failed_before_the_server_went_on() -> None:
    log = read(FAILED)
    assert log.warm_up_failure == "Error executing request None: 0 active drivers ([]). There should only be one."
    assert "/health" not in log.last_lines


def test_a_warm_up_that_failed_and_ended_the_server() -> None:
    log = read(ABORTED)
    assert log.warm_up_failure == "Error executing request None: 0 active drivers"
    assert log.last_lines == "RuntimeError: 0 active drivers ([]). There should only be one.\x1b[0;0m"


def test_a_warm_up_that_went_well() -> None:
    log = read(WELL)
    assert (log.warm_up_failure, log.too_large, log.worker_lost) == (None, None, False)
    assert log.last_lines.splitlines()[-1].endswith("ready to roll!")


def test_the_largest_shape_that_had_no_room_and_the_one_that_had() -> None:
    request = "server warmup req"
    log = read("\n".join(SHRUNK % (request, many, request, few) for many, few in ((193, 97), (97, 49))))
    assert log.too_large == ("640x352x193f", "640x352x49f")


def test_a_probe_that_is_too_large_on_purpose_is_no_failure() -> None:
    probe = "auto residency probe"
    assert read(SHRUNK % (probe, 193, probe, 97)).too_large is None


def test_a_lost_worker_is_noticed() -> None:
    lost = "\x1b[91m[11-29 11:21:58] Scheduler worker exited; restart the server.\x1b[0;0m"
    log = read(f"CUDA error\n{lost}\n{ABORTED}")
    assert log.worker_lost
    assert "CUDA error" in log.last_lines
    assert "Scheduler worker exited" not in log.last_lines


def test_a_record_behind_a_progress_bar_is_one() -> None:
    bar = "  0%|          | 1/200 [00:14<48:58, 14.76s/it]"
    log = read(f"CUDA error\n{bar}{HEALTH}\n{bar}\x1b[93m[11-29 11:54:05] Terminating worker process(es): w-0\x1b[0;0m")
    assert log.last_lines == "CUDA error"
    assert "Error" in read(f"{bar}[11-29 11:54:05] Error executing request").last_lines


def test_where_only_the_http_side_spoke_its_words_are_shown() -> None:
    assert "Shutting down" in read("[2026-11-29 11:21:26] INFO:     Shutting down").last_lines


def test_a_worker_that_dies_while_it_loads_says_why() -> None:
    log = ServerLog()
    for line in (
        '[11-29 12:01:15] server_args: {"model_path": "/m", "http_graceful_shutdown_timeout": 5}',
        "Process sglang-worker:",
        "RuntimeError: no kernel for this head size",
    ):
        log.take(line)
    assert log.last_lines.endswith("RuntimeError: no kernel for this head size")
