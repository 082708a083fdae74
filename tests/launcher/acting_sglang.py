"""Plays `sglang serve` for tests of the launcher: loads, warms up, serves or fails as ACT says; has its own worker.

ACT: serve | die-loading | die-warming | die-serving | lose-worker | deaf (to signals)
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
    if ACT != "deaf":
        os._exit(0)


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
        time.sleep(1.2)
        if act == ACT and act != "lose-worker":
            print("the very last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        state = after if act == "die-warming" or act == ACT else state
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
