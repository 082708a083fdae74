#!/usr/bin/env python3
"""Step 5: MOVA on an SGLang server. Submit a render, ask for its state, wait for it, download it, list all.

Measured against SGLang 0.5.23. It has no login, no abort and keeps its jobs in memory only: a restart forgets them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import (
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
    WarmUpFailed,
    storage_error,
)
from core.files import atomic_file, clear_parts
from core.limits import plain_id
from core.messages import gettext_noop
from render.waiting import OnProgress, Waiting

if TYPE_CHECKING:
    from pydantic import SecretStr

    from core.bounded_http import KeptOpen
    from core.render_settings import RenderSettings
    from render.answers import ServerInfo, VideoJob

Found = TypeVar("Found")

_QUICK_SECONDS = 5.0  # for questions that a ready server answers at once
_SUBMIT_SECONDS = 120.0  # for a POST: the server stores the picture and prepares the request first
_LIST_SECONDS = 60.0  # for all pages of a list
_MAX_PAGES = 100
_LISTED = 100  # jobs a page
_SILENCE = 60.0  # the longest pause of a download
_REASON_BYTES = 2**16
_QUALITY = "output_quality"
_TROUBLES = (ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead)


class SGLangClient:
    """The contract of ``/v1/videos`` on one server; between requests nothing is open.

    Every method raises ServerUnreachable, ServerSilent, ServerWarmingUp, ServerDead or ServerAnswerUnclear
    where the server is not well, and RequestRefused where it says no.
    """

    def __init__(self, base_url: str, *, name: str = "", token: SecretStr | None = None) -> None:
        from render.http import SGLangHTTP

        self.name = name or base_url
        self._http = SGLangHTTP(base_url, name=self.name, token=token)

    def check_health(self, seconds: float = _QUICK_SECONDS) -> None:
        """Return when the server is ready to render, else raise what is the matter with it."""
        from render.answers import BEFORE_A_SERVER, reason_of_body, refusal

        status, body = self._http.ask("GET", "/health", seconds=seconds)
        if status == 503 and not body:
            raise ServerWarmingUp(server=self.name)
        if status == 503:
            raise ServerDead(reason_of_body(body), server=self.name)
        if status in BEFORE_A_SERVER:
            raise refusal(status, body, self.name)
        if status != 200:
            raise ServerAnswerUnclear(reason_of_body(body), server=self.name)

    def check_warm_up(self, seconds: float = _QUICK_SECONDS) -> None:
        """Return where the warm-up went well, or where that cannot be told.

        Raises:
            WarmUpFailed: a server that says it is ready could not render.
        """
        from render.warm_up import could_not_render

        try:
            status, body = self._http.ask("GET", "/metrics", seconds=seconds)
        except ServerError:
            return
        if status == 200 and could_not_render(body):
            raise WarmUpFailed(server=self.name)

    def info(self) -> ServerInfo:
        """What the server says it serves; it answers in warm-up too."""
        from render.answers import BEFORE_A_SERVER, parsed, refusal, server_info

        status, body = self._http.ask("GET", "/server_info", seconds=_QUICK_SECONDS)
        if status in BEFORE_A_SERVER:
            raise refusal(status, body, self.name)
        if status != 200:
            raise ServerAnswerUnclear(server=self.name)
        return server_info(parsed(body, self.name), self.name)

    def description(self) -> Any:
        """The server's own description of its routes (OpenAPI); None where it serves none."""
        from render.answers import parsed

        status, body = self._http.ask("GET", "/openapi.json", seconds=_QUICK_SECONDS)
        return parsed(body, self.name) if status == 200 else None

    def check_model(self, model: str, info: ServerInfo | None = None) -> ServerInfo:
        """Make sure that the server, by what it has just said (``info``) or says now, serves no other resolution.

        Raises:
            ServerMismatch: it does; nothing was sent.
        """
        info = info or self.info()
        if info.model and info.model != model:
            raise ServerMismatch(server=self.name, found=info.model, expected=model)
        return info

    def submit(self, prompt: str, first_frame: bytes, settings: RenderSettings, *, tag: str = "") -> VideoJob:
        """Send one render, once; ``first_frame`` is PNG bytes and ``tag`` comes back as the job's ``model``.

        A server that refuses the output quality gets the job without it, which the answer says in ``left_out``.

        Raises:
            ServerSilent: the answer was lost, so the server may or may not have the job.
        """
        fields = _form_fields(prompt, settings)
        if tag:
            fields["model"] = tag
        files = {"input_reference": ("first_frame.png", first_frame, "image/png")}
        try:
            return self._posted(fields, files)
        except RequestRefused as refused:
            if fields.pop(_QUALITY, None) is None or _QUALITY not in refused.raw:
                raise
        return replace(self._posted(fields, files), left_out=(_QUALITY,))

    def _posted(self, fields: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> VideoJob:
        return self._job(self._answer("POST", "/v1/videos", seconds=_SUBMIT_SECONDS, data=fields, files=files))

    def find(self, tag: str) -> VideoJob | None:
        """The newest job that carries this tag."""
        return next((job for job in self.all_jobs() if job.model == tag), None)

    def retrieve(self, job_id: str) -> VideoJob:
        """One job.

        Raises:
            JobLost: the server does not know it.
        """
        answer = self._answer("GET", f"/v1/videos/{plain_id(job_id)}", seconds=_QUICK_SECONDS, job=job_id)
        return self._asked_for(answer, job_id)

    def _asked_for(self, answer: Any, job_id: str) -> VideoJob:
        job = self._job(answer)
        if job.id != job_id:  # a proxy that mixes up its answers must not end our job with another's
            raise ServerAnswerUnclear(f"asked for {job_id}, told of {job.id}", server=self.name)
        if job.status == "deleted":  # somebody took it off the server
            raise JobLost(server=self.name, job=job_id)
        return job

    async def seen(self, kept: KeptOpen, job_ids: Collection[str]) -> dict[str, VideoJob]:
        """These jobs by one quick question, from an event loop; those are left out that it does not answer for.

        A server in trouble answers for none: ``retrieve`` then says what the matter is.
        """
        from render.answers import parsed

        (only,) = job_ids if len(job_ids) == 1 else ("",)
        path = f"/v1/videos/{plain_id(only)}" if only else f"/v1/videos?limit={_LISTED}"
        try:
            status, body = await self._http.ask_kept_open(kept, path, seconds=_QUICK_SECONDS)
            answer = parsed(body, self.name) if status == 200 else None
            if only:
                return {only: self._asked_for(answer, only)}
            data = answer.get("data") if isinstance(answer, dict) else None
            ours = (
                [one for one in data if isinstance(one, dict) and one.get("id") in job_ids]
                if isinstance(data, list)
                else []
            )
            return {job.id: job for job in map(self._job, ours) if job.status != "deleted"}
        except ServerError:
            return {}

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
        address = f"/v1/videos/{plain_id(job_id)}/content"
        try:
            with atomic_file(path) as part:
                with self._http.opened(address, seconds=timeout, largest=max_bytes, silence=_SILENCE) as response:
                    if response.status_code != 200:
                        said = self._http.without_token(next(response.iter_raw(_REASON_BYTES), b""))
                        raise self._no_content(job_id, response.status_code, said)
                    with part.open("wb") as file:
                        file.writelines(response.iter_raw(2**16))
                found = check(part)
            clear_parts(path)
        except ServerAnswerUnclear as problem:
            raise VideoRefused(problem.raw, limit=max_bytes // 2**20) from None
        except ServerSilent as problem:
            raise DownloadBroken(problem.raw, reason=gettext_noop("too slow or cut off")) from None
        except OSError as problem:
            raise storage_error(path.parent, problem) from None
        return found

    def _answer(self, method: str, path: str, *, job: str = "", **content: Any) -> Any:
        from render.answers import parsed, reason_of_body, refusal

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
                self._say_trouble(method)
            raise ServerSilent(reason_of_body(body), server=self.name)
        if status >= 300:
            raise refusal(status, body, self.name)
        return parsed(body, self.name)

    def _say_trouble(self, method: str) -> None:
        """Raise what the matter with the server is, where that can be told; of a POST only what it says itself."""
        try:
            self.check_health()
        # Gone since then, or a gateway is in front of it: what it was sent may have arrived nevertheless.
        except (ServerUnreachable, ServerSilent, ServerAnswerUnclear):
            if method == "GET":
                raise

    def _job(self, answer: Any) -> VideoJob:
        from render.answers import video_job

        return video_job(answer, self.name)

    def _seen_or_trouble(self, job_id: str, waiting: Waiting, on_progress: OnProgress) -> VideoJob | None:
        try:
            job = self.retrieve(job_id)
        except _TROUBLES as error:
            on_progress(waiting.error(error, time.monotonic()))
            return None
        on_progress(waiting.saw(job, time.monotonic()))
        return job

    def _no_content(self, job_id: str, status: int, body: bytes) -> ServerError:
        from render.answers import reason_of_body, refusal

        words = reason_of_body(body)
        if status != 404:
            return refusal(status, body, self.name)
        if "not found" in words.casefold() and "variant" not in words.casefold():
            return JobLost(words, server=self.name, job=job_id)
        return JobNotReady(words, server=self.name, job=job_id)


def _form_fields(prompt: str, settings: RenderSettings) -> dict[str, str]:
    """The form fields of a render; what is None is left out, so that the server's own applies."""
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
    if settings.output_quality is not None:
        fields[_QUALITY] = settings.output_quality
    return fields


if __name__ == "__main__":
    import runpy

    runpy.run_module("cli.server_commands", run_name="__main__")
