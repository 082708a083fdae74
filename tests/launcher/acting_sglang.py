"""Plays `sglang serve` for tests of the launcher: loads, warms up, serves or fails as ACT says; has its own worker.

ACT: serve | die-loading | die-warming | die-serving | lose-worker | deaf (to signals) | slow-to-end
     fail-warm-up (and go on) | abort-warm-up (and end) | shrink-warm-up (for memory, and go on)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACT = os.environ.get("ACT", "serve")
HELP = "--model-type --model-path --served-model-name --host --port --num-gpus --ring-degree --ulysses-degree"
state = "warming"


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"status":"unhealthy","error":"Scheduler worker exited"}' if state == "dead" else b""
        self.send_response(200 if state == "ready" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def end(number: int, _frame: object) -> None:
    print(f"shutting down after signal {number}", flush=True)
    farewell()
    if ACT == "slow-to-end":
        time.sleep(3)  # SGLang waits for its worker
    if ACT != "deaf":
        os._exit(0)


def farewell() -> None:
    """The last words of the HTTP side."""
    print('[2026-11-29 11:21:59] INFO:     127.0.0.1:1 - "GET /health HTTP/1.1" 503 Service Unavailable', flush=True)
    print("[2026-11-29 11:21:59] INFO:     Shutting down", flush=True)
    print("[11-29 11:21:59] FastAPI app is shutting down...\nUserWarning: 1 leaked semaphore", flush=True)


def warm_up() -> None:
    """What SGLang 0.5.23 says of a warm-up that fails."""
    request = "[11-29 11:21:26] server warmup req (640x352x193f, 2/50 steps)"
    if ACT == "shrink-warm-up":
        print(
            f"{request} ran out of memory; retrying warmup at server warmup req (640x352x97f, 2/50 steps)", flush=True
        )
    if ACT in ("fail-warm-up", "abort-warm-up"):
        print(f"{request} processing failed: Error executing request None: no kernel for this GPU", flush=True)
    if ACT == "fail-warm-up":
        print("[11-29 11:21:26] Synthetic server warmup failed; continuing startup", flush=True)
    if ACT == "abort-warm-up":
        print("[11-29 11:21:26] Server warmup failed; aborting startup: no kernel\nTraceback", flush=True)
        farewell()
        os._exit(143)


def main() -> None:
    global state
    words = sys.argv[1:]
    if "--help" in words:
        print(HELP)
        return
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    worker = subprocess.Popen(["sleep", "300"], stdin=subprocess.DEVNULL)  # noqa: S607
    print(f"pids {os.getpid()} {worker.pid} gpus {os.environ.get('CUDA_VISIBLE_DEVICES')}", flush=True)
    print("\rLoading shards:  50%\rLoading shards: 100%", flush=True)
    time.sleep(0.7)
    if ACT == "die-loading":
        print("torch.OutOfMemoryError: CUDA out of memory.", flush=True)
        os._exit(3)
    port = int(words[words.index("--port") + 1])
    server = ThreadingHTTPServer(("127.0.0.1", port), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for act, after in (("die-warming", "ready"), ("die-serving", "gone"), ("lose-worker", "dead")):
        time.sleep(1)
        if act == "die-warming":
            warm_up()
        if act == ACT == "lose-worker":
            print("the worker's own words\n[11-29 11:21:58] Scheduler worker exited; restart the server.", flush=True)
        if act == ACT and act != "lose-worker":
            print("the very last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        state = after if act == "die-warming" or act == ACT else state
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
