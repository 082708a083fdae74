"""The client of one SGLang server, as measured against SGLang 0.5.23.

It has no login, no abort and keeps its jobs in memory only: a restart forgets them.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from errors import (
    DownloadBroken,
    JobLost,
    JobNotReady,
    RequestRefused,
    ServerAnswerUnclear,
    ServerDead,
    ServerError,
    ServerMismatch,
    ServerSilent,
    ServerUnreachable,
    ServerWarmingUp,
    VideoRefused,
    WaitedTooLong,
    storage_error,
)
from input_limits import plain_id
from notes import N_
from render.waiting import OnProgress, Waiting

if TYPE_CHECKING:
    from pydantic import SecretStr

    from render.answers import ServerInfo, VideoJob
    from render_settings import RenderSettings

Found = TypeVar("Found")

_QUICK_SECONDS = 5.0  # for questions that a ready server answers at once
_SUBMIT_SECONDS = 120.0  # for a POST: the server stores the picture and prepares the request first
_LIST_SECONDS = 60.0  # for all pages of a list
_MAX_PAGES = 100
_SILENCE = 60.0  # the longest pause of a download
_REASON_BYTES = 2**16
_TROUBLES = (ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead)


class SGLangClient:
    """The contract of ``/v1/videos`` on one server.

    Every method raises ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead or ServerAnswerUnclear
    where the server is not well, and RequestRefused where it says no.
    """

    def __init__(self, base_url: str, *, name: str = "", token: SecretStr | None = None) -> None:
        from render.http import SGLangHTTP

        self.name = name or base_url
        self._http = SGLangHTTP(base_url, name=self.name, token=token)

    def close(self) -> None:
        """Let go of the server; between requests nothing is open."""

    def check_health(self, seconds: float = _QUICK_SECONDS) -> None:
        """Return when the server is ready to render, else raise what is the matter with it."""
        from render.answers import reason_of_body

        status, body = self._http.ask("GET", "/health", seconds=seconds)
        if status == 503 and not body:
            raise ServerWarmingUp(server=self.name)
        if status == 503:
            raise ServerDead(reason_of_body(body), server=self.name)
        if status != 200:
            raise ServerAnswerUnclear(reason_of_body(body), server=self.name)

    def info(self) -> ServerInfo:
        """What the server says it serves; it answers in warm-up too."""
        from render.answers import parsed, server_info

        status, body = self._http.ask("GET", "/server_info", seconds=_QUICK_SECONDS)
        if status != 200:
            raise ServerAnswerUnclear(server=self.name)
        return server_info(parsed(body, self.name), self.name)

    def description(self) -> Any:
        """The server's own description of its routes (OpenAPI); None where it serves none."""
        from render.answers import parsed

        status, body = self._http.ask("GET", "/openapi.json", seconds=_QUICK_SECONDS)
        return parsed(body, self.name) if status == 200 else None

    def check_model(self, model: str) -> ServerInfo:
        """Make sure that the server does not serve another resolution than ``model``.

        Raises:
            ServerMismatch: it does; nothing was sent.
        """
        info = self.info()
        if info.model and info.model != model:
            raise ServerMismatch(server=self.name, found=info.model, expected=model)
        return info

    def submit(self, prompt: str, first_frame: bytes, settings: RenderSettings, *, tag: str = "") -> VideoJob:
        """Send one render, once; ``first_frame`` is PNG bytes and ``tag`` comes back as the job's ``model``.

        Raises:
            ServerSilent: the answer was lost, so the server may or may not have the job.
        """
        fields = _form_fields(prompt, settings)
        if tag:
            fields["model"] = tag
        files = {"input_reference": ("first_frame.png", first_frame, "image/png")}
        return self._job(self._answer("POST", "/v1/videos", seconds=_SUBMIT_SECONDS, data=fields, files=files))

    def find(self, tag: str) -> VideoJob | None:
        """The newest job that carries this tag."""
        return next((job for job in self.all_jobs() if job.model == tag), None)

    def retrieve(self, job_id: str) -> VideoJob:
        """One job.

        Raises:
            JobLost: the server does not know it.
        """
        job = self._job(self._answer("GET", f"/v1/videos/{plain_id(job_id)}", seconds=_QUICK_SECONDS, job=job_id))
        if job.id != job_id:  # a proxy that mixes up its answers must not end our job with another's
            raise ServerAnswerUnclear(f"asked for {job_id}, told of {job.id}", server=self.name)
        if job.status == "deleted":  # somebody took it off the server
            raise JobLost(server=self.name, job=job_id)
        return job

    def list_jobs(self, *, limit: int = 100, after: str | None = None) -> list[VideoJob]:
        """Up to ``limit`` (1 to 100) jobs, newest first."""
        params = {"limit": limit, **({"after": plain_id(after)} if after else {})}
        answer = self._answer("GET", "/v1/videos", seconds=_QUICK_SECONDS, params=params)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise ServerAnswerUnclear(server=self.name)
        return [self._job(item) for item in data]

    def all_jobs(self) -> Iterator[VideoJob]:
        """Every job of the server, newest first, page after page.

        Raises:
            ServerSilent: also where all pages together take too long.
        """
        after, ends = None, time.monotonic() + _LIST_SECONDS
        for _ in range(_MAX_PAGES):
            if time.monotonic() > ends:
                raise ServerSilent(server=self.name)
            page = self.list_jobs(after=after)
            yield from page
            if not page or page[-1].id == after:
                return
            after = page[-1].id

    def forget(self, job_id: str) -> None:
        """Take the job off the server's list. A running render goes on: SGLang cannot abort one."""
        self._answer("DELETE", f"/v1/videos/{plain_id(job_id)}", seconds=_QUICK_SECONDS, job=job_id)

    def wait(
        self, job_id: str, *, timeout: float, patience: float, on_progress: OnProgress = lambda progress: None
    ) -> VideoJob:
        """Follow a job to its end: 0.2 s between questions near its start and end, 2 s in between.

        A server that warms up, restarts or cannot be reached is waited for, at most ``patience`` seconds at a
        stretch; the whole wait lasts at most ``timeout`` seconds.

        Raises:
            JobFailed, JobLost, WaitedTooLong, or the trouble that outlasted ``patience``.
        """
        waiting = Waiting(patience=patience, started=time.monotonic())
        while True:
            job, now = self._seen_or_trouble(job_id, waiting, on_progress), time.monotonic()
            if job and job.status == "completed":
                return job
            if job and job.status == "failed":
                raise job.failure(self.name)
            if now - waiting.started > timeout:
                raise WaitedTooLong(server=self.name, job=job_id, waited=round(timeout))
            time.sleep(waiting.pause(now))

    def download(
        self, job_id: str, path: Path, *, max_bytes: int, timeout: float, check: Callable[[Path], Found]
    ) -> Found:
        """Stream the finished video to a temporary file, ``check`` it, then rename it to ``path``.

        Returns:
            What ``check`` found; what it raises leaves no file behind.

        Raises:
            JobNotReady, JobLost, RequestRefused, StorageError.
            DownloadBroken: cut short, or longer than ``timeout`` seconds.
            VideoRefused: over ``max_bytes``.
        """
        # A name of its own: two processes may fetch the same video where one took the other for dead.
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        address = f"/v1/videos/{plain_id(job_id)}/content"
        try:
            with self._http.opened(address, seconds=timeout, largest=max_bytes, silence=_SILENCE) as response:
                if response.status_code != 200:
                    said = self._http.without_token(next(response.iter_raw(_REASON_BYTES), b""))
                    raise self._no_content(job_id, response.status_code, said)
                _write(part, response.iter_raw(2**16))
            found = check(part)
            part.replace(path)
            for left in path.parent.glob(f".{escape(path.name)}.*.part"):  # by a process that was killed
                left.unlink(missing_ok=True)
        except ServerAnswerUnclear as problem:
            raise VideoRefused(problem.raw, limit=max_bytes // 2**20) from None
        except ServerSilent as problem:
            raise DownloadBroken(problem.raw, reason=N_("too slow or cut off")) from None
        except OSError as problem:
            raise storage_error(path.parent, problem) from None
        finally:
            part.unlink(missing_ok=True)
        return found

    def _answer(self, method: str, path: str, *, job: str = "", **content: Any) -> Any:
        from render.answers import parsed, reason_of_body

        try:
            status, body = self._http.ask(method, path, **content)
        except ServerSilent:
            if method == "GET":
                self.check_health()  # in warm-up these paths hang: say that instead
            raise
        if status == 404 and job:
            raise JobLost(server=self.name, job=job)
        if status in (502, 503, 504):
            if method == "GET" or status == 503:  # a POST that a gateway answers so may have reached the server
                self.check_health()
            raise ServerSilent(reason_of_body(body), server=self.name)
        if status >= 300:
            raise RequestRefused(reason_of_body(body), server=self.name, status=status)
        return parsed(body, self.name)

    def _job(self, answer: Any) -> VideoJob:
        from render.answers import video_job

        return video_job(answer, self.name)

    def _seen_or_trouble(self, job_id: str, waiting: Waiting, on_progress: OnProgress) -> VideoJob | None:
        try:
            job = self.retrieve(job_id)
        except _TROUBLES as trouble:
            on_progress(waiting.trouble(trouble, time.monotonic()))
            return None
        on_progress(waiting.saw(job, time.monotonic()))
        return job

    def _no_content(self, job_id: str, status: int, body: bytes) -> ServerError:
        from render.answers import reason_of_body

        words = reason_of_body(body)
        if status != 404:
            return RequestRefused(words, server=self.name, status=status)
        if "not found" in words.casefold() and "variant" not in words.casefold():
            return JobLost(words, server=self.name, job=job_id)
        return JobNotReady(words, server=self.name, job=job_id)


def _form_fields(prompt: str, settings: RenderSettings) -> dict[str, str]:
    """The form fields of a render; a negative prompt of None is left out, so that the server's own applies."""
    fields = {
        "prompt": prompt,
        "size": settings.size,
        "num_frames": str(settings.num_frames),
        "fps": str(settings.fps),
        "num_inference_steps": str(settings.num_inference_steps),
        "guidance_scale": str(settings.guidance_scale),
        "seed": str(settings.seed),
    }
    if settings.negative_prompt is not None:
        fields["negative_prompt"] = settings.negative_prompt
    return fields


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
