"""What the tools of the MCP server answer: short, with ids that stay, without a path of this machine."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

FilmPart = Literal["frames", "takes", "joined"]
Answer = Literal["go_on", "go_on_to_the_end", "write", "make_again", "keep_results", "make_results_anew", "look_again"]
WORDS: dict[str, str] = {
    "draft": "It is a draft: nothing of it was made or spent. make_video starts it.",
    "waiting": "It waits for its person: put the question to them.",
    "preparing": "Its texts and its first frame are being made.",
    "queued": "It waits for a free server; cancelling it is free.",
    "submitted": "It was sent to a server.",
    "unclear": "It may or may not have reached its server: its person is asked.",
    "rendering": "A server renders it.",
    "saving": "It is rendered; the video is being fetched and checked.",
    "completed": "The video is ready: get_file gives its address.",
    "failed": "It has failed.",
    "cancelled": "It was cancelled; nothing was sent.",
    "abandoned": "Nobody waits for it any more; the GPU may still finish it.",
    "lost": "Its server was restarted and forgot it.",
}


class StepToMake(BaseModel):
    """``requests`` is how often the service is asked, at least and at most; 0 where it is made offline. ``service`` is
    empty where a key is gone.
    """

    step: str
    service: str
    model: str
    requests: tuple[int, int]


class Estimate(BaseModel):
    """What will happen and what it takes. ``id`` is what acts that spend ask for; it holds until anything changes."""

    id: str
    job: str
    steps: list[StepToMake] = Field(description="What is made before the render")
    requests: tuple[int, int] = Field(description="Requests to paid services to its end, hearing the video included")
    stops_before: str | None = Field(description="The step before which the job asks its person again")
    rendered_by: str | None = Field(description="The server; None where it is not known yet")
    preview: bool = Field(description="Rendered by the preview engine: a sketch, not MOVA")
    ahead: int = Field(description="Jobs ahead in the queue")
    starts_in_seconds: float | None
    seconds_to_render: tuple[float, float, float] | None = Field(description="Median, and the middle 80 %, as learned")
    takes: int = Field(description="How many are rendered at most")
    gpu_seconds: float | None = Field(description="Of all takes at most, as learned")
    held_up_by: str | None
    cautions: list[str]
    refused: str | None = Field(description="Why it would not be accepted, such as a limit that is reached")


class Question(BaseModel):
    """Put this to the person who the job is for, with what it is about; do not answer it yourself."""

    ask: str
    about_step: str | None
    text: str | None = Field(description="The text that the person should read, where it is about one")
    picture: str | None = Field(description="The address of the picture to look at, for an hour")
    answers: list[Answer]
    estimate: Estimate | None = Field(description="What happens if the person says go_on")


class Job(BaseModel):
    """``question`` is there where its person is asked, ``again`` where it ended without a video and can be retried."""

    id: str
    state: str
    in_words: str
    mode: str
    text: str
    model: str
    size: str
    seconds: float
    seed: int
    preview: bool
    progress: int
    place_in_queue: int | None = None
    seconds_left: float | None = None
    has_video: bool = False
    error: str | None = None
    notes: list[str] = Field(default_factory=list)
    question: Question | None = None
    again: Estimate | None = None


class JobLine(BaseModel):
    """One job of a list."""

    id: str
    state: str
    text: str
    created: str


class JobList(BaseModel):
    """``older`` is what ``after`` takes for the next page; None at the end."""

    jobs: list[JobLine]
    older: int | None


class Model(BaseModel):
    """What one model renders: ``num_frames`` are 4k+1, at 24 frames a second; the sound comes with the picture."""

    model: str
    sizes: list[str]
    num_frames: tuple[int, int]
    usual_num_frames: int
    steps: tuple[int, int]
    usual_steps: int
    ready: bool
    preview: bool
    why_not: str | None
    ahead: int
    seconds_to_render: tuple[float, float, float] | None


class Models(BaseModel):
    models: list[Model]


class FilmLine(BaseModel):
    """One film of a list: how many shots it has, and how many of them have a first frame, and a take as it is now."""

    id: str
    title: str
    shots: int
    frames: int
    takes: int
    edited: str


class FilmList(BaseModel):
    """``older`` is what ``after`` takes for the next page; None at the end."""

    films: list[FilmLine]
    older: str | None


class FilmShot(BaseModel):
    """A shot as it stands; ``job`` is the one that makes it, whose gates are questions as any job's."""

    number: int
    id: str
    text: str
    has_frame: bool
    has_take: bool
    changed_since: bool = Field(description="Its take, or its frame, was made from something else than it is now")
    held: bool = Field(description="Its person has held it back")
    job: str | None
    in_words: str | None


class FilmEstimate(BaseModel):
    """What can be made of a film next and what that takes. ``id`` holds until anything of it changes."""

    id: str
    makes: FilmPart
    shots: int
    requests: tuple[int, int] = Field(description="Requests to paid services, at least and at most")
    services: list[str] = Field(description="Which are asked, with their models")
    drafted: int = Field(description="Steps that are made offline, without a model")
    preview: bool = Field(description="Rendered by the preview engine: a sketch, not MOVA")
    gpu_seconds: float | None = Field(description="How long a GPU is busy with it, as learned")
    held_up_by: str | None


class FilmStatus(BaseModel):
    """``film`` is the address of the joined film as it is now, ``joining`` the percentage while it is being joined."""

    id: str
    title: str
    seconds: float
    shots: list[FilmShot]
    can_be_made: list[FilmEstimate]
    film: FileAddress | None
    joining: int | None
    error: str | None = Field(description="Why joining it failed")


class FileAddress(BaseModel):
    """An address that gives one file, to whoever has it, for an hour."""

    job: str
    address: str
    kind: str
    bytes: int
    expires_in_seconds: int
