"""Where a process is killed: at every write of a job's way from its creation to its end, before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline import PREPARATION
from tests.jobs.crash.kill_switch import Switch

_SAVE = "jobs.store.steps:Steps.save"
_MOVE = "jobs.store.jobs:Jobs.move_to"
_UPDATE = "jobs.store.jobs:Jobs.update"
_RENAME = "pathlib:Path.replace"
_WRITE = "jobs.store.folders:Folders.write_record"


def kill_points() -> dict[str, Switch]:
    """All of them by name, in about the order in which a job meets them."""
    return dict([*_beginning(), *_steps(), *_line(), *_sending(), *_rendering(), *_saving()])


def _both(name: str, target: str, needle: str = "", nth: int = 1) -> Iterator[tuple[str, Switch]]:
    yield f"before {name}", Switch(target, needle, nth)
    yield f"after {name}", Switch(target, needle, nth, after=True)


def _beginning() -> Iterator[tuple[str, Switch]]:
    yield "after the process takes its name", Switch("jobs.execution.lease:WorkerLease.claim", after=True)
    yield from _both("the engine starts", "jobs.execution.engine:launch")
    yield from _both("the job is recorded", "jobs.store.jobs:Jobs.create")
    yield from _both("its first record is written", _WRITE)
    yield from _both("it is accepted", _MOVE, "'preparing') {")
    yield from _both("its preparation is started", "jobs.execution.engine:start", "'prepare'")


def _steps() -> Iterator[tuple[str, Switch]]:
    for step in PREPARATION:
        running, done = (f"step='{step}', version=1, state='{state}'" for state in ("running", "done"))
        yield f"after {step} begins", Switch(_SAVE, running, after=True)
        yield from _both(f"{step} is recorded", _SAVE, done)
    for nth in range(1, 5):
        yield (
            f"between step {nth} and the next",
            Switch("jobs.execution.prepare:PrepareStage.advance", nth=nth, after=True),
        )
    yield "after the service's answer is kept", Switch(_RENAME, ".answer-first_frame", after=True)
    yield from _both("the original is renamed", _RENAME, ".first_frame_original")
    yield from _both("the original is on record", "jobs.store.files:Files.record", "kind='original'")
    yield from _both("the frame is renamed", _RENAME, ".first_frame.png")


def _line() -> Iterator[tuple[str, Switch]]:
    yield from _both("it enters the line", "jobs.store.queue:JobQueue.enqueue")
    yield from _both("it is claimed for a server", "jobs.store.queue:JobQueue.claim")
    yield from _both("its render is started", "jobs.execution.engine:start", "'render'")


def _sending() -> Iterator[tuple[str, Switch]]:
    yield from _both("it is noted as being sent", _UPDATE, "{'stage': 'sending'")
    yield from _both("the POST", "sglang_client:SGLangClient.submit")
    yield from _both("the server's id is recorded", _MOVE, "'rendering') {")
    yield "between sending and following", Switch("jobs.execution.render:RenderStage.advance", nth=1, after=True)


def _rendering() -> Iterator[tuple[str, Switch]]:
    yield from _both("a server's answer is taken", "jobs.execution.followed:FollowedRenders.saw")
    yield from _both("progress is shown", "jobs.store.jobs:Jobs.update_several", "'stage': 'in_progress'")
    yield from _both("the end of the render is recorded", _MOVE, "'saving') {")
    yield from _both("its time is learned", "jobs.store.render_times:RenderTimes.record")
    yield "between following and fetching", Switch("jobs.execution.followed:FollowedRenders._rendered", after=True)


def _saving() -> Iterator[tuple[str, Switch]]:
    yield from _both("the video is checked", "media.videos:check")
    yield from _both("its run is written into the video", "media.tags:write_tagged")
    yield from _both("the video with its run takes the place of the plain one", _RENAME, ".video.mp4")
    yield from _both("the video is renamed", _RENAME, ".video.mp4", nth=2)
    yield from _both("the render is recorded", _SAVE, "step='render'")
    yield from _both("the video is on record", "jobs.store.files:Files.record", "kind='video'")
    yield from _both("the last record is renamed", _RENAME, "/.job.json", nth=3)
    yield from _both("video and record are compared", "record.provenance:check_pair")
    yield from _both("it is completed", _MOVE, "'completed') {")
    yield "after its last run ends", Switch("jobs.execution.render:RenderStage.advance", nth=2, after=True)


# One job's way with a death at each stage: names of points in the order in which a job that is taken up meets them.
A_HARD_LIFE = (
    "after it is accepted",
    "after image_prompt begins",
    "before image_prompt is recorded",
    "after image_prompt is recorded",
    "after first_frame begins",
    "after the service's answer is kept",
    "before the original is renamed",
    "after the original is on record",
    "after first_frame is recorded",
    "before the frame is renamed",
    "after the frame is renamed",
    "before visual_elements is recorded",
    "after visual_elements is recorded",
    "before video_description is recorded",
    "after video_description is recorded",
    "before it enters the line",
    "after it enters the line",
    "after it is claimed for a server",
    "before it is noted as being sent",
    "after it is noted as being sent",
    "before the POST",
    "after the POST",
    "before the server's id is recorded",
    "after the server's id is recorded",
    "before the end of the render is recorded",
    "after the end of the render is recorded",
    "before the video is checked",
    "after its run is written into the video",
    "before the video is renamed",
    "after the video is renamed",
    "before the render is recorded",
    "after the render is recorded",
    "after the video is on record",
    "before it is completed",
    "after it is completed",
)
