"""Everything that can go wrong, as one small tree. Each class says what happened and what to do next.

MovaError
├── ConfigError               a setting is wrong
├── InputError                what was given cannot be used; nothing was spent
│   ├── EmptyText             a text is missing
│   ├── TextTooLong
│   ├── NotText               a number or a list where a text belongs
│   ├── NumberOutOfRange      frames, fps, steps, guidance, seed
│   ├── BadId                 an id that is not a plain id
│   ├── BadAddress            a server address that is not one
│   ├── JobSent               a change to what a server has already
│   ├── UnknownJob            an id that no job has, or none of this person's
│   ├── NotLoggedIn
│   ├── NotAllowed            what only an administrator may do
│   ├── UnknownServer         a name that the configuration does not have
│   ├── FileMissing           a named file cannot be read
│   ├── FileTooLarge          a text file or manifest
│   ├── QuotaReached          a person has as much as one may have
│   │   ├── TooManyUnfinished
│   │   ├── TooManyToday
│   │   └── DiskQuota
│   ├── BadPreset             a file that is no preset of ours
│   ├── BadRunFile            a run of ours that was changed
│   │   └── NoRunInside       a file that is none
│   ├── RunIncomplete         a run of ours that cannot be sent again from what is there
│   ├── BadManifest           a file of many runs that cannot be read
│   ├── NothingToExtend       a job without a video to go on from
│   ├── ShotsDiffer           videos that make no one film
│   └── PictureError
│       ├── NotAPicture
│       ├── PictureDamaged    begins like a picture and breaks off
│       ├── PictureTooSmall
│       ├── PictureTooNarrow      a strip, of which a crop would leave nothing
│       └── PictureTooLarge
├── ServerError               step 5: SGLang
│   ├── ServerUnreachable     no connection
│   ├── ServerSilent          connected, no answer in time
│   ├── ServerWarmingUp
│   ├── ServerDead            its worker has exited
│   ├── ServerMismatch        it serves another model or resolution
│   ├── ServerAnswerUnclear   not the contract of /v1/videos
│   ├── NoServerReady         none of the configured ones
│   ├── RequestRefused        a 4xx or 5xx with a reason
│   ├── SubmissionUnclear     the answer to a submit was lost
│   ├── SubmissionNotTaken    it broke off, again and again
│   ├── JobNotReady           a download before the end
│   ├── JobLost               the server no longer knows the job
│   ├── JobFailed             the render failed, with the server's reason
│   │   ├── OutOfMemory
│   │   ├── WorkerDied
│   │   ├── PictureRefused    the server could not read the first frame
│   │   └── NothingRendered
│   └── WaitedTooLong
├── VideoError                the file that came back
│   ├── VideoUnplayable
│   ├── VideoRefused          more than the settings allow
│   └── DownloadBroken        cut short or too slow
├── StorageError              a folder or file of ours cannot be written
├── PreviewError              the preview engine did not start
├── LaunchError               an SGLang server cannot be started as asked; nothing was loaded
│   ├── OptionsUnclear        an option that there is not
│   ├── OptionMisplaced       one of the launcher's own, handed on to SGLang
│   ├── BadOption             a value that cannot be
│   ├── NoModelPath
│   ├── CheckpointMissing     no such folder
│   ├── NotACheckpoint        a folder with something else in it
│   ├── AnotherModel          a checkpoint, but not of MOVA
│   ├── HalfDownloaded        a part is missing, empty or cut short
│   ├── ResolutionUnknown     360p or 720p: nothing tells
│   ├── ResolutionUnclear     its name and its settings contradict each other
│   ├── NoGpu
│   ├── GpuMissing            a GPU that was named is not there
│   ├── TooFewGpus
│   ├── GpusShared            two servers on one GPU
│   ├── TooLittleMemory
│   ├── DegreesUnfit          ring x ulysses and the GPUs do not go together
│   ├── PortTaken
│   ├── BadHost
│   ├── FolderUnusable
│   ├── SGLangMissing
│   └── SGLangLacksDiffusion  SGLang is there without its part for videos
├── ProviderError             steps 1 to 4: Gemini, DashScope, an OpenAI-compatible service
│   ├── ProviderUnreachable
│   ├── ProviderTimeout
│   ├── ProviderBusy          429 or 5xx, still after the retries
│   ├── KeyRefused
│   ├── KeyGone               one that was typed into a session which has ended
│   ├── QuotaExhausted
│   ├── ModelGone             retired, or not for this key
│   ├── PromptBlocked         the service declined the text or the picture
│   ├── NoTextReturned        an empty answer, or one that breaks off
│   ├── NoImageReturned
│   ├── ImageFetchFailed      its picture's address could not be used
│   ├── ProviderRefused       any other 4xx
│   └── ProviderAnswerUnclear
├── NoProvider                no configured service can do the step
└── StoreError                the database of jobs
    ├── StoreUnavailable      not there, not answering, or not a database
    ├── StoreBusy             locked by another program for too long
    ├── StoreReadOnly
    ├── StoreFull             no space left
    ├── StoreDisk             an error of the disk itself
    └── StoreNewer            written by a newer version of the program
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from notes import N_, Fact, Note, Phrase, Translate, as_written
from plain_text import seen

_PATH = re.compile(r"(?<![\w:/.])(?:~/|[A-Za-z]:\\|/)(?:[\w.@+-]+[/\\])+[\w.@+-]*")
_RAW_LIMIT = 2000


def without_paths(text: str) -> str:
    """Take file paths of another machine, and what nobody sees, out of its message; the rest stays as it is."""
    return _PATH.sub("(path)", seen(text[: 2 * _RAW_LIMIT]))[:_RAW_LIMIT]


def _visible(fact: Fact) -> Fact:
    """A fact as it can be shown and recorded, whoever wrote it."""
    if isinstance(fact, dict):
        facts = {name: _visible(inner) for name, inner in fact["facts"].items()}
        return Phrase(template=fact["template"], facts=facts)
    return seen(fact)[:_RAW_LIMIT] if isinstance(fact, str) else fact


class MovaError(Exception):
    """Root of the tree.

    ``what`` and ``advice`` are catalogue templates filled from ``facts``; ``raw`` is the other side's
    own text, without paths, for the folded part of a message.
    """

    what: ClassVar[str] = N_("Something went wrong.")
    advice: ClassVar[str] = N_("Try again; if it happens again, report it.")
    exit_code: ClassVar[int] = 1

    def __init__(self, raw: str = "", **facts: Fact) -> None:
        self.raw = without_paths(raw)
        self.facts = {name: _visible(fact) for name, fact in facts.items()}
        super().__init__(self.message())

    def message(self, translate: Translate = as_written) -> str:
        """What happened, in one sentence."""
        return Note(self.what, self.facts).text(translate)

    def next_step(self, translate: Translate = as_written) -> str:
        """What to do about it, in one sentence."""
        return Note(self.advice, self.facts).text(translate)

    def phrase(self) -> Phrase:
        """What happened, as a fact of another sentence."""
        return Phrase(template=self.what, facts=self.facts)

    def as_json(self) -> dict[str, object]:
        """As scripts print it and records keep it, in English."""
        kind, what, advice = type(self).__name__, self.message(), self.next_step()
        return {"kind": kind, "what": what, "next": advice, "raw": self.raw}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.raw, self.facts)


def _rebuild(kind: type[MovaError], raw: str, facts: dict[str, Fact]) -> MovaError:
    return kind(raw, **facts)


class ConfigError(MovaError):
    what = N_("Setting {setting}: {value} is not accepted; accepted: {accepted}.")
    advice = N_("Change it in config.py, in .env or in the environment.")
    exit_code = 2


class InputError(MovaError):
    what = N_("The input cannot be used.")
    advice = N_("Change the input and try again.")
    exit_code = 2


class EmptyText(InputError):
    what = N_("The {name} is empty.")
    advice = N_("Write at least one word.")


class TextTooLong(InputError):
    what = N_("The {name} has {length} characters; at most {limit} are taken.")
    advice = N_("Shorten it.")


class NotText(InputError):
    what = N_("The {name} is not text.")
    advice = N_("Write it as text, in quotation marks where the file asks for them.")


class NumberOutOfRange(InputError):
    what = N_("{name} is {value}; accepted: {accepted}.")
    advice = N_("Choose a value in that range.")


class BadId(InputError):
    what = N_("This is not a job id: {value}")
    advice = N_("A job id has only letters, digits, '-' and '_'; copy it from the list of jobs.")


class BadAddress(InputError):
    what = N_("This is not a server address: {value}")
    advice = N_("Write it like http://localhost:30000, without a name or password in it.")


class JobSent(InputError):
    what = N_("The job {job} has gone to a server: its texts and its first frame stay as they were sent.")
    advice = N_("Change a copy of it instead.")


class UnknownJob(InputError):
    what = N_("There is no job {job}.")
    advice = N_("List them with: python workflow.py jobs")


class NotLoggedIn(InputError):
    what = N_("You are not logged in.")
    advice = N_("Load the page again and log in.")


class NotAllowed(InputError):
    what = N_("Only an administrator can do this.")
    advice = N_("Ask one of those whom the setting ADMINS names.")


class QuotaReached(InputError):
    what = N_("You have as much here as one person may have.")
    advice = N_("Ask an administrator.")


class TooManyUnfinished(QuotaReached):
    what = N_("Unfinished jobs of yours: {n}. At most {limit} are allowed at a time.")
    advice = N_("Wait until one has ended, or cancel one that you no longer need.")


class TooManyToday(QuotaReached):
    what = N_("Jobs that you have begun today: {n}. At most {limit} a day are allowed.")
    advice = N_("Go on tomorrow: a day begins at 00:00 UTC.")


class DiskQuota(QuotaReached):
    what = N_("Your files take up {used} MB; {limit} MB are allowed.")
    advice = N_("Delete videos that you no longer need.")


class UnknownServer(InputError):
    what = N_("There is no server named {value}; there are: {known}.")
    advice = N_("Choose one of them, or give an address such as http://localhost:30000.")


class FileMissing(InputError):
    what = N_("The file cannot be read: {name} ({reason}).")
    advice = N_("Check its name and that you may read it.")


class FileTooLarge(InputError):
    what = N_("The file {name} is larger than {limit}.")
    advice = N_("Split it, or take out what is not needed.")


class BadPreset(InputError):
    what = N_("This is not a preset that can be used: {reason}.")
    advice = N_("Use a file that was exported here, or correct it.")


class BadRunFile(InputError):
    what = N_("{name} cannot be restored: {reason}.")
    advice = N_("Choose a video or a job.json that this program saved, as it was saved.")


class NoRunInside(BadRunFile):
    pass


class RunIncomplete(InputError):
    what = N_("The run {run} cannot be sent again from this: {reason}.")
    advice = N_("Restore what there is of it on the Create page, and fill in the rest.")


class BadManifest(InputError):
    what = N_("The manifest {name} cannot be used: {reason}.")
    advice = N_("Correct it and start again; nothing was created.")


class NothingToExtend(InputError):
    what = N_("Job {job} has no finished video to go on from.")
    advice = N_("Wait for its end, or choose another job.")


class ShotsDiffer(InputError):
    what = N_("The shots cannot be joined: {reason}.")
    advice = N_("Render the odd one again like the others, or join shots that are alike.")


class PictureError(InputError):
    what = N_("The picture cannot be used.")
    advice = N_("Choose another picture.")


class NotAPicture(PictureError):
    what = N_("The file is not a picture that can be read.")
    advice = N_("Use a PNG, JPEG, WebP, GIF, BMP or TIFF file.")


class PictureDamaged(PictureError):
    what = N_("The picture breaks off or is damaged.")
    advice = N_("Save or download it again, or choose another one.")


class PictureTooSmall(PictureError):
    what = N_("The picture has {width}x{height} pixels; at least {minimum} on each side are needed.")
    advice = N_("Choose a larger picture.")


class PictureTooNarrow(PictureError):
    what = N_("The picture has {width}x{height} pixels: one side is more than {limit} times the other.")
    advice = N_("Cut the part that is to be seen out of it, and use that.")


class PictureTooLarge(PictureError):
    what = N_("The picture is too large: {size}; at most {limit}.")
    advice = N_("Make it smaller and try again.")


class ServerError(MovaError):
    what = N_("The server {server} had a problem.")
    advice = N_("Look at the server's log, then try again.")


class ServerUnreachable(ServerError):
    what = N_("The server {server} cannot be reached: {reason}.")
    advice = N_("Start it, or check its address in config.py.")


class ServerSilent(ServerError):
    what = N_("The server {server} is connected but does not answer.")
    advice = N_("It may be overloaded or still starting; try again in a minute.")


class ServerWarmingUp(ServerError):
    what = N_("The server {server} is warming up.")
    advice = N_("Wait until it is ready; the first start takes minutes.")


class ServerDead(ServerError):
    what = N_("The server {server} answers, but its worker has exited: it renders nothing any more.")
    advice = N_("Restart it.")


class ServerMismatch(ServerError):
    what = N_("The server {server} serves {found}, not {expected}.")
    advice = N_("Correct its model or its address in config.py; nothing was sent.")


class ServerAnswerUnclear(ServerError):
    what = N_("The server {server} gave an answer that is not SGLang's.")
    advice = N_("Check that the address is that of an SGLang server with MOVA.")


class NoServerReady(ServerError):
    what = N_("None of the configured servers is ready: {troubles}.")
    advice = N_("Start one, correct the addresses in config.py, or name another with --server.")


class SubmissionUnclear(ServerError):
    what = N_("The server {server} did not confirm the job, so it may or may not be rendering it.")
    advice = N_("Look at the server's list of jobs before sending it again; it was not sent twice.")


class SubmissionNotTaken(ServerError):
    what = N_("The server {server} has broken off every attempt to send it the job for {waited} s; it has not got it.")
    advice = N_("Look at the server and at what stands before it, then send the job again with the same seed.")


class RequestRefused(ServerError):
    what = N_("The server {server} refused the request ({status}).")
    advice = N_("Its reason is below; change the input or the server.")


class JobNotReady(ServerError):
    what = N_("Job {job} is not finished yet.")
    advice = N_("Wait for it, then download.")


class JobLost(ServerError):
    what = N_("Job {job} is unknown to the server {server}; it may have been restarted.")
    advice = N_("Send it again with the same seed.")


class JobFailed(ServerError):
    what = N_("The server {server} could not render job {job}.")
    advice = N_("Its reason is below; change the input, or try another seed.")


class OutOfMemory(JobFailed):
    what = N_("The GPU of {server} ran out of memory during job {job}.")
    advice = N_("Choose 360p or fewer frames, free the GPU, or start the server with more offloading.")


class WorkerDied(JobFailed):
    what = N_("The worker of {server} died during job {job}.")
    advice = N_("Restart the server, then send the job again with the same seed.")


class PictureRefused(JobFailed):
    what = N_("The server {server} could not read the first frame of job {job}.")
    advice = N_("Choose another picture.")


class NothingRendered(JobFailed):
    what = N_("The server {server} finished job {job} without a video.")
    advice = N_("Send it again; if it happens again, look at the server's log.")


class WaitedTooLong(ServerError):
    what = N_("Job {job} was not finished after {waited} s of waiting.")
    advice = N_("It may still finish: wait for it again, or look at the server.")


class VideoError(MovaError):
    what = N_("The video file is not right.")
    advice = N_("Download it again, or render it again with the same seed.")


class VideoUnplayable(VideoError):
    what = N_("What the server sent is not a playable video: {reason}.")


class VideoRefused(VideoError):
    what = N_("The video was not taken: it is larger than {limit} MB, or came compressed.")
    advice = N_("If it is really that large, raise MAX_VIDEO_MB; else render it again with the same seed.")


class DownloadBroken(VideoError):
    what = N_("The download broke off: {reason}.")
    advice = N_("Download it again; the server still has it.")


class StorageError(MovaError):
    what = N_("The folder {folder} cannot be written: {reason}.")
    advice = N_("Free some space, or choose another folder with OUTPUT_DIR or --output-dir.")


def storage_error(folder: Path, problem: OSError) -> StorageError:
    """What the operating system said of one of our folders."""
    return StorageError(folder=str(folder), reason=problem.strerror or type(problem).__name__)


class PreviewError(MovaError):
    what = N_("The preview engine did not start.")
    advice = N_("Its last words are below; reinstall the requirements, or name a server.")


class LaunchError(MovaError):
    what = N_("The SGLang server was not started.")
    advice = N_("Change the options and start it again.")
    exit_code = 2


class OptionsUnclear(LaunchError):
    what = N_("The options cannot be understood.")
    advice = N_("List them with: ./launch_sglang_server.sh --help")


class OptionMisplaced(LaunchError):
    what = N_("{option} stands after --, where only SGLang sees it; the launcher has to know it, too.")
    advice = N_("Put it before the --.")


class BadOption(LaunchError):
    what = N_("{option} is {value}; accepted: {accepted}.")
    advice = N_("Change it and start again.")


class NoModelPath(LaunchError):
    what = N_("It is not said which checkpoint to serve.")
    advice = N_("export MOVA_MODEL_PATH=/path/to/MOVA-360p, or give --model-path.")


class CheckpointMissing(LaunchError):
    what = N_("There is no folder {folder}.")
    advice = N_("Check the path. To download MOVA: hf download OpenMOSS-Team/MOVA-360p --local-dir MOVA-360p")


class NotACheckpoint(LaunchError):
    what = N_("{folder} is no MOVA checkpoint: {reason}.")
    advice = N_("Give the folder that has model_index.json in it, such as the one that `hf download` makes.")


class AnotherModel(LaunchError):
    what = N_("{folder} holds another model: {found} instead of MOVA.")
    advice = N_("Give the folder of MOVA-360p or MOVA-720p.")


class HalfDownloaded(LaunchError):
    what = N_("The checkpoint {folder} is not complete: {reason}.")
    advice = N_("Download it again with `hf download`, which takes up what is missing; with git, run `git lfs pull`.")


class ResolutionUnknown(LaunchError):
    what = N_("Neither the name nor the settings of {folder} tell whether it is MOVA 360p or 720p.")
    advice = N_("Say it with --model mova-360p or --model mova-720p.")


class ResolutionUnclear(LaunchError):
    what = N_("{folder} is called {name}, but its settings ({file}) say {settings}.")
    advice = N_("Say which it is with --model mova-360p or --model mova-720p.")


class NoGpu(LaunchError):
    what = N_("No NVIDIA GPU can be seen on this machine.")
    advice = N_(
        "See whether nvidia-smi lists them and what CUDA_VISIBLE_DEVICES says. Where only the look fails, say what "
        "there is: --num-gpus 1 --gpu-memory 80"
    )


class GpuMissing(LaunchError):
    what = N_("There is no GPU {gpu}; there are: {known}.")
    advice = N_("Choose among them with --gpus; nvidia-smi shows their numbers.")


class TooFewGpus(LaunchError):
    what = N_("{wanted} GPUs are asked for; there are {found}.")
    advice = N_("Lower --num-gpus, or name more with --gpus.")


class GpusShared(LaunchError):
    what = N_("Two models cannot share a GPU ({gpus}).")
    advice = N_("Give each its own, after its --model-path: --gpus 0-3 and --gpus 4-7, for example.")


class TooLittleMemory(LaunchError):
    what = N_("MOVA needs {needed} GB of GPU memory even layer by layer; {free} of {total} GB are free.")
    advice = N_("Stop other programs on the GPU (nvidia-smi lists them), or use a larger one; --gpus chooses.")


class DegreesUnfit(LaunchError):
    what = N_("A render cannot be spread over {gpus} GPUs like that: {reason}.")
    advice = N_("Leave --ring-degree and --ulysses-degree out, or change --num-gpus.")


class PortTaken(LaunchError):
    what = N_("Port {port} cannot be used: {holder}.")
    advice = N_("Stop what is there, or choose another: --port {other}")


class BadHost(LaunchError):
    what = N_("{host} is no address of this machine.")
    advice = N_("Use 127.0.0.1 for this machine alone, or 0.0.0.0 to let others in.")


class FolderUnusable(LaunchError):
    what = N_("The folder {folder} cannot be written: {reason}.")
    advice = N_("Choose other folders with --output-path and --input-save-path.")


class SGLangMissing(LaunchError):
    what = N_("The command sglang is not installed here.")
    advice = N_("pip install -r requirements-server.txt, or activate the environment that has it.")


class SGLangLacksDiffusion(LaunchError):
    what = N_("The SGLang that is installed cannot serve videos.")
    advice = N_("pip install -r requirements-server.txt")


class ProviderError(MovaError):
    what = N_("The service {provider} had a problem.")
    advice = N_("Try again in a minute; what was already made is kept.")


class ProviderUnreachable(ProviderError):
    what = N_("The service {provider} cannot be reached.")
    advice = N_("Check the connection and the service's address in the settings.")


class ProviderTimeout(ProviderError):
    what = N_("The service {provider} did not answer within {seconds} s.")


class ProviderBusy(ProviderError):
    what = N_("The service {provider} is overloaded or limits your rate ({status}).")
    advice = N_("Wait a few minutes and try again; what was already made is kept.")


class KeyRefused(ProviderError):
    what = N_("The service {provider} refused the key.")
    advice = N_("Check the key; a DashScope key works only in the region that issued it.")


class KeyGone(ProviderError):
    what = N_(
        "The key for {provider} that was typed into a session is gone: the session has ended, the key was cleared, "
        "or the program was started again."
    )
    advice = N_(
        "Type it in again on the Settings page, then go on with the job. "
        "Going on without it asks this server's services."
    )


class QuotaExhausted(ProviderError):
    what = N_("The account at {provider} has no quota left for {model}.")
    advice = N_("Check the plan and the billing of the account, or choose another model.")


class ModelGone(ProviderError):
    what = N_("The model {model} does not exist at {provider} or is not open to this key.")
    advice = N_("It may be retired: set another model in the settings.")


class PromptBlocked(ProviderError):
    what = N_("The service {provider} declined the request ({reason}).")
    advice = N_("Change the text or the picture, or provide the result yourself.")


class NoTextReturned(ProviderError):
    what = N_("The service {provider} returned no complete text ({reason}).")
    advice = N_("Try again, or choose another model in the settings.")


class NoImageReturned(ProviderError):
    what = N_("The service {provider} returned no picture ({reason}).")
    advice = N_("Edit the image prompt and try again, or give a first frame yourself.")


class ImageFetchFailed(ProviderError):
    what = N_("The picture made by {provider} could not be fetched: {reason}.")
    advice = N_("Its address is short-lived: make the picture again.")


class ProviderRefused(ProviderError):
    what = N_("The service {provider} refused the request ({status}).")
    advice = N_("Its reason is below; change the input or the model.")


class ProviderAnswerUnclear(ProviderError):
    what = N_("The service {provider} gave an answer that cannot be understood.")
    advice = N_("Check the service's address in the settings; a login page or a proxy may be in between.")


class NoProvider(MovaError):
    what = N_("No configured service can do this step: {step}.")
    advice = N_("Set GEMINI_API_KEY, DASHSCOPE_API_KEY or OPENAI_BASE_URL, and a model for the step.")


class StoreError(MovaError):
    what = N_("The job database {store} had a problem.")
    advice = N_("Its own words are below; nothing that was recorded is lost.")


class StoreUnavailable(StoreError):
    what = N_("The job database {store} cannot be reached.")
    advice = N_("Check that it is running and that DATABASE_URL is right; it is used again as soon as it answers.")


class StoreBusy(StoreError):
    what = N_("The job database {store} stayed locked by another program.")
    advice = N_("Close programs that have the file open, such as a database browser, and try again.")


class StoreReadOnly(StoreError):
    what = N_("The job database {store} cannot be written to.")
    advice = N_("Give the program the right to write to the file and its folder, or set another OUTPUT_DIR.")


class StoreFull(StoreError):
    what = N_("There is no space left for the job database {store}.")
    advice = N_("Free some disk space; it goes on from there.")


class StoreDisk(StoreError):
    what = N_("The disk does not take what the job database {store} writes.")
    advice = N_("Free some disk space and check the disk; what was recorded is not lost.")


class StoreNewer(StoreError):
    what = N_("The job database {store} was written by a newer version of this program (schema {found}).")
    advice = N_("Update the program, or use another database.")
