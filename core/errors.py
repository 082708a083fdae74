"""Everything that can go wrong, as one small tree. Each class says what happened and what to do next.

MovaError
├── ConfigError               a setting is wrong
│   └── EnvFileUnreadable     the file .env is in an encoding that is not known
├── InputError                what was given cannot be used; nothing was spent
│   ├── ApiKeyMissing         a program that brings no key
│   ├── ApiKeyRefused         one that is not known, or was revoked
│   ├── ScopeMissing          a key that may not do this
│   ├── TooManyTries          with keys that are none
│   ├── UnknownApiKey         a name that no key has
│   ├── ApiKeyExists          a name that one has already
│   ├── RequestDiffers        an Idempotency-Key that another request had
│   ├── ActRefused            what a job's state does not allow
│   ├── MatchMissing          a change that does not say of which version
│   ├── FilmExists            a film's id that is taken
│   ├── EmptyText             a text is missing
│   ├── TextTooLong
│   ├── NotText               a number or a list where a text belongs
│   ├── NotInEncoding         bytes on the command line that are no text here
│   ├── NumberOutOfRange      frames, fps, steps, guidance, seed
│   ├── BadId                 an id that is not a plain id
│   ├── BadAddress            a server address that is not one
│   ├── PlanChanged           a job that has moved on since its plan was shown
│   ├── JobSent               a change to what a server has already
│   ├── UnknownJob            an id that no job has, or none of this person's
│   ├── NotLoggedIn
│   ├── NotAllowed            what only an administrator may do
│   ├── UnknownServer         a name that the configuration does not have
│   ├── FileMissing           a named file cannot be read
│   │   └── ReferenceMissing  the picture of a card is gone
│   ├── FileTooLarge          a text file or manifest
│   ├── NameTooLong           of a file that is to be written
│   ├── QuotaReached          a person has as much as one may have
│   │   ├── TooManyUnfinished
│   │   ├── TooManyToday
│   │   └── DiskQuota
│   ├── BadPreset             a file that is no preset of ours
│   ├── BadRunFile            a run of ours that was changed
│   │   └── NoRunInside       a file that is none
│   │       └── NoFilmInside
│   ├── RunIncomplete         a run of ours that cannot be sent again from what is there
│   ├── BadManifest           a file of many runs that cannot be read
│   ├── BadFilm               a film's document that cannot be used
│   ├── BadCards              a file of people and places that cannot be used
│   ├── CardsNotNamed         a description without anybody of the cards chosen for it
│   ├── FilmChanged           a film that somebody else has changed meanwhile
│   ├── UnknownFilm
│   ├── UnknownWebhook        an id that no webhook of this person has
│   ├── BadWebhook            an address that may not be posted to
│   ├── TooManyWebhooks
│   ├── FilmEditRefused       a change that the film's own rules forbid
│   ├── ShotNotReady          more takes of a shot that has no frame and texts
│   ├── FilmIncomplete        a film of which a shot has no video yet
│   ├── DescriptionTagged     a model's tag in the text that is to be rendered
│   ├── NoDraft               a final is wanted of what is no draft
│   ├── NothingToReuse        a job of which nothing fits these words
│   ├── NothingToExtend       a job without a video to go on from
│   ├── ShotsDiffer           videos that make no one film
│   ├── BadMusic              a file that is no music for a film
│   ├── BadSubtitles          a file that is none, or does not fit its film
│   ├── LibraryMissing        a format whose package is not installed
│   └── PictureError
│       ├── NotAPicture
│       ├── VideoWithoutFrame     a film of which the last frame was wanted
│       ├── PictureDamaged    begins like a picture and breaks off
│       ├── PictureTooSmall
│       ├── PictureTooNarrow      a strip, of which a crop would leave nothing
│       └── PictureTooLarge
├── ServerError               step 5: SGLang
│   ├── ServerUnreachable     no connection
│   ├── ServerSilent          connected, no answer in time
│   ├── ServerWarmingUp
│   ├── ServerDead            its worker has exited
│   ├── WarmUpFailed          it says that it is ready, and could not render in its warm-up
│   ├── ServerStalled         a job on it stands still
│   ├── ServerMismatch        it serves another model or resolution
│   ├── ServerAnswerUnclear   not the contract of /v1/videos
│   ├── NoServerReady         none of the configured ones
│   ├── RequestRefused        a 4xx or 5xx with a reason
│   │   ├── LoginBeforeServer     401, 403, 407 of a proxy
│   │   ├── ServerMovedElsewhere  301 and its like
│   │   └── UploadTooLarge        413 of a proxy
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
│   └── FilesNotRemoved       of a job that was deleted
├── OutputLost                what is printed did not get where it should
├── BackupFailed
├── PreviewError              the preview engine does not run
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
│   ├── QuantizationRefused
│   ├── SetUpUnfit            what the machine lacks for it
│   ├── NoNumerics            a tuning compares with numpy, which is missing
│   ├── TuneFailed            no set of options could be measured
│   ├── PortTaken
│   ├── BadHost
│   ├── FolderUnusable
│   ├── SGLangMissing
│   ├── SGLangLacksDiffusion  SGLang is there without its part for videos
│   ├── TooLittleDisk         for an environment of SGLang's own
│   └── InstallFailed
├── ProviderError             steps 1 to 4: Gemini, DashScope, an OpenAI-compatible service
│   ├── ProviderUnreachable
│   │   └── ProxyFailed       a proxy of the environment was asked and did not bring it there
│   ├── ProviderTimeout
│   │   └── ProviderTimeoutByProxy
│   ├── ProxyLogin            a proxy that wants a name and a password
│   ├── ProxyMisnamed         a variable that names no proxy which can be used
│   ├── CertificatesUnreadable   a variable that names no certificates
│   ├── CertificateNotTrusted
│   ├── ProviderBusy          429 or 5xx, still after the retries
│   ├── KeyRefused
│   │   └── DashScopeKeyRefused  DashScope's: one of its regions knows nothing of another's
│   ├── AccessRefused         a 403: the key is known and may not do this
│   ├── NotActivated          the account has not switched the service on
│   ├── OrganisationUnverified   OpenAI wants to know who asks
│   ├── RegionRefused         not from this country
│   ├── TextTooLongForModel
│   ├── RequestTooLarge       a 413, mostly of a proxy
│   ├── OtherMaker            results of another service, model or prompt than there is now
│   ├── KeyGone               one that was typed into a session which has ended
│   ├── ServiceMissing        what a job was ordered from is set up in no process
│   ├── QuotaExhausted
│   ├── ModelGone             retired, or not for this key
│   ├── PromptBlocked         the service declined the text or the picture
│   │   └── ReferencesDeclined   with the pictures of cards
│   ├── ReferencesNotTaken    the service draws from words alone
│   ├── TooManyReferences
│   ├── NoTextReturned        an empty answer, or one that breaks off
│   ├── NoImageReturned
│   ├── ImageFetchFailed      its picture's address could not be used
│   ├── ProviderRefused       any other 4xx
│   └── ProviderAnswerUnclear
├── NoProvider                no configured service can do the step
└── StoreError                the database of jobs
    ├── StoreUnavailable      not there or not answering
    │   └── StoreDamaged      a file that is no database, or a broken one
    ├── StoreEncoding         it cannot hold every language
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

from core.messages import Fact, Message, Phrase, Translate, as_written, gettext_noop
from core.plain_text import visible_text

_PATH = re.compile(r"(?<![\w:/.])(?:~/|[A-Za-z]:\\|/)(?:[\w.@+-]+[/\\])+[\w.@+-]*")
_RAW_LIMIT = 2000


def without_paths(text: str) -> str:
    """Take file paths of another machine, and what nobody sees, out of its message; the rest stays as it is."""
    return _PATH.sub("(path)", visible_text(text[: 2 * _RAW_LIMIT]))[:_RAW_LIMIT]


def _visible(fact: Fact) -> Fact:
    """A fact as it can be shown and recorded, whoever wrote it."""
    if isinstance(fact, dict):
        facts = {name: _visible(inner) for name, inner in fact["facts"].items()}
        return Phrase(template=fact["template"], facts=facts)
    return visible_text(fact)[:_RAW_LIMIT] if isinstance(fact, str) else fact


class MovaError(Exception):
    """Root of the tree.

    ``what`` and ``advice`` are catalogue templates filled from ``facts``; ``raw`` is the other side's
    own text, without paths, for the folded part of a message.
    """

    what: ClassVar[str] = gettext_noop("Something went wrong.")
    advice: ClassVar[str] = gettext_noop("Try again; if it happens again, report it.")
    exit_code: ClassVar[int] = 1

    def __init__(self, raw: str = "", **facts: Fact) -> None:
        self.raw = without_paths(raw)
        self.facts = {name: _visible(fact) for name, fact in facts.items()}
        super().__init__(self.message())

    def message(self, translate: Translate = as_written) -> str:
        """What happened, in one sentence."""
        return Message(self.what, self.facts).text(translate)

    def next_step(self, translate: Translate = as_written) -> str:
        """What to do about it, in one sentence."""
        return Message(self.advice, self.facts).text(translate)

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
    what = gettext_noop("Setting {setting}: {value} is not accepted; accepted: {accepted}.")
    advice = gettext_noop("Change it in config.py, in .env or in the environment.")
    exit_code = 2


class EnvFileUnreadable(ConfigError):
    what = gettext_noop("The settings file {file} cannot be read: {reason}.")
    advice = gettext_noop("Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8")


class InputError(MovaError):
    what = gettext_noop("The input cannot be used.")
    advice = gettext_noop("Change the input and try again.")
    exit_code = 2


class ApiKeyMissing(InputError):
    what = gettext_noop("This address answers with a key only.")
    advice = gettext_noop(
        "Make one on the Settings page or with python workflow.py key create NAME, and send it along: "
        "Authorization: Bearer KEY"
    )


class ApiKeyRefused(InputError):
    what = gettext_noop("The key is not known here, or it was revoked.")
    advice = gettext_noop("Check that it is complete, or make another one on the Settings page.")


class ScopeMissing(InputError):
    what = gettext_noop("The key may not do this: it lacks the scope {scope}.")
    advice = gettext_noop("Use a key that has it; the Settings page shows what each one may do.")


class TooManyTries(InputError):
    what = gettext_noop("Too many requests with wrong keys came from this address.")
    advice = gettext_noop("Wait {seconds} s, then send the right one.")


class UnknownApiKey(InputError):
    what = gettext_noop("There is no key {key}.")
    advice = gettext_noop("List them with: python workflow.py key list")


class ApiKeyExists(InputError):
    what = gettext_noop("There is a key named {key} already.")
    advice = gettext_noop("Choose another name, or revoke that one first.")


class RequestDiffers(InputError):
    what = gettext_noop("The Idempotency-Key {key} belongs to another request.")
    advice = gettext_noop("Send the same request again, or this one with a new key. Nothing was made.")


class ActRefused(InputError):
    what = gettext_noop("Job {job} is {state}: this cannot be done now.")
    advice = gettext_noop("Look at the job again; its acts say what can be done in this state.")


class MatchMissing(InputError):
    what = gettext_noop("The request does not say which version it changes.")
    advice = gettext_noop("Send the ETag of the version that you have read as If-Match.")


class FilmExists(InputError):
    what = gettext_noop("There is a film {film} already.")
    advice = gettext_noop("Change that one with PUT, or give this one another id.")


class EmptyText(InputError):
    what = gettext_noop("The {name} is empty.")
    advice = gettext_noop("Write at least one word.")


class TextTooLong(InputError):
    what = gettext_noop("The {name} has {length} characters; at most {limit} are allowed.")
    advice = gettext_noop("Shorten it.")


class NotText(InputError):
    what = gettext_noop("The {name} is not text.")
    advice = gettext_noop("Write it as text, in quotation marks where the file asks for them.")


class NotInEncoding(InputError):
    what = gettext_noop("The {name} is not text in {encoding}, which this terminal is set to: {value}")
    advice = gettext_noop(
        "Set terminal and locale to UTF-8 (export LC_ALL=C.UTF-8, without PYTHONUTF8=0); nothing was sent."
    )


class NumberOutOfRange(InputError):
    what = gettext_noop("{name} is {value}; accepted: {accepted}.")
    advice = gettext_noop("Choose a value in that range.")


class BadId(InputError):
    what = gettext_noop("This is not a job id: {value}")
    advice = gettext_noop("A job id has only letters, digits, '-' and '_'; copy it from the list of jobs.")


class BadAddress(InputError):
    what = gettext_noop("This is not a server address: {value}")
    advice = gettext_noop("Write it like http://localhost:30000, without a name or password in it.")


class PlanChanged(InputError):
    what = gettext_noop("Job {job} has changed since you last saw it: its next step is now {step}.")
    advice = gettext_noop("Nothing was done. Open the job again, and continue from there.")


class JobSent(InputError):
    what = gettext_noop("Job {job} has been sent to a server: its texts and its first frame can no longer be changed.")
    advice = gettext_noop("Change a copy of it instead.")


class UnknownJob(InputError):
    what = gettext_noop("There is no job {job}.")
    advice = gettext_noop("List them with: python workflow.py jobs")


class NotLoggedIn(InputError):
    what = gettext_noop("You are not logged in.")
    advice = gettext_noop("Load the page again and log in.")


class NotAllowed(InputError):
    what = gettext_noop("Only an administrator can do this.")
    advice = gettext_noop("Ask one of the administrators named in the setting ADMINS.")


class QuotaReached(InputError):
    what = gettext_noop("You have reached the limit for one person.")
    advice = gettext_noop("Ask an administrator.")


class TooManyUnfinished(QuotaReached):
    what = gettext_noop("Your unfinished jobs: {n}. At most {limit} are allowed at a time.")
    advice = gettext_noop("Wait until one has ended, or cancel one that you no longer need.")


class TooManyToday(QuotaReached):
    what = gettext_noop("Jobs you have started today: {n}. At most {limit} a day are allowed.")
    advice = gettext_noop("Continue tomorrow: a new day starts at 00:00 UTC.")


class DiskQuota(QuotaReached):
    what = gettext_noop("Your files take up {used} MB; {limit} MB are allowed.")
    advice = gettext_noop("Delete videos that you no longer need.")


class UnknownServer(InputError):
    what = gettext_noop("There is no server named {value}; known servers: {known}.")
    advice = gettext_noop("Choose one of them, or give an address such as http://localhost:30000.")


class FileMissing(InputError):
    what = gettext_noop("The file cannot be read: {name} ({reason}).")
    advice = gettext_noop("Check its name and that you are allowed to read it.")


class ReferenceMissing(FileMissing):
    what = gettext_noop("The picture of {name} cannot be read here: it is missing or was changed.")
    advice = gettext_noop("Give the card its picture again, or choose words only. Nothing was sent.")


class NameTooLong(InputError):
    what = gettext_noop("A file cannot be named {name}…: {bytes} bytes are more than this disk allows.")
    advice = gettext_noop("Choose a shorter name for --output.")


class FileTooLarge(InputError):
    what = gettext_noop("The file {name} is larger than {limit}.")
    advice = gettext_noop("Split it, or remove what is not needed.")


class BadPreset(InputError):
    what = gettext_noop("This preset cannot be used: {reason}.")
    advice = gettext_noop("Use a file that was exported here, or correct it.")


class BadRunFile(InputError):
    what = gettext_noop("{name} cannot be restored: {reason}.")
    advice = gettext_noop("Choose a video or a job.json that this program saved, as it was saved.")


class NoRunInside(BadRunFile):
    pass


class NoFilmInside(NoRunInside):
    what = gettext_noop("{name} contains no film of this program.")
    advice = gettext_noop("Choose a joined film, or the film.json that this program saved.")


class RunIncomplete(InputError):
    what = gettext_noop("The run {run} cannot be sent again from this: {reason}.")
    advice = gettext_noop("Restore what it contains on the Create page, and fill in the rest.")


class NoDraft(InputError):
    what = gettext_noop("The run {run} is not a draft, so it has no final.")
    advice = gettext_noop("To run it once more as it is, leave --final out.")


class BadManifest(InputError):
    what = gettext_noop("The manifest {name} cannot be used: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was created.")


class BadFilm(InputError):
    what = gettext_noop("The film {name} cannot be used, at {where}: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was made.")


class BadCards(InputError):
    what = gettext_noop("The file of cards {name} cannot be used, at {where}: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was made or sent.")


class CardsNotNamed(InputError):
    what = gettext_noop("The description names none of the chosen cards: {names}.")
    advice = gettext_noop("Write in it who is seen, by the name on the card, or choose no card; nothing was sent.")


class FilmChanged(InputError):
    what = gettext_noop("The film {film} was changed elsewhere since it was opened here.")
    advice = gettext_noop("Load it again and repeat your change; both versions are kept.")


class UnknownFilm(InputError):
    what = gettext_noop("There is no film {film}.")
    advice = gettext_noop("Check its id; it is in the film's document.")


class UnknownWebhook(InputError):
    what = gettext_noop("There is no webhook {webhook}.")
    advice = gettext_noop("It may have been removed; the Settings page lists yours.")


class BadWebhook(InputError):
    what = gettext_noop("This webhook cannot be used: {reason}.")
    advice = gettext_noop(
        "Give a public https address. Other hosts and networks are named in WEBHOOK_ALLOW by who runs the server."
    )


class TooManyWebhooks(InputError):
    what = gettext_noop("You have {limit} webhooks, which is as many as one person may have.")
    advice = gettext_noop("Remove one that you no longer need.")


class FilmEditRefused(InputError):
    what = gettext_noop("The film stays as it was: {reason}.")
    advice = gettext_noop("Choose something else; nothing of the film was changed.")


class ShotNotReady(InputError):
    what = gettext_noop("Shot {shot} has no first frame and texts to make another take from yet.")
    advice = gettext_noop("Make its first take, then ask for more.")


class FilmIncomplete(InputError):
    what = gettext_noop("Shot {shot} has no finished video yet.")
    advice = gettext_noop("Render it first, or take it out of the film.")


class DescriptionTagged(InputError):
    what = gettext_noop("The video description still contains “{words}”, which is a model's tag and not a description.")
    advice = gettext_noop(
        "Correct it or have it rewritten, then continue; if you continue without a change, it is sent as it is."
    )


class NothingToReuse(InputError):
    what = gettext_noop("Nothing from job {job} can be reused: {reason}.")
    advice = gettext_noop("Choose another job, or leave out --reuse to make everything from scratch.")


class NothingToExtend(InputError):
    what = gettext_noop("Job {job} has no finished video to continue from.")
    advice = gettext_noop("Wait until it is done, or choose another job.")


class ShotsDiffer(InputError):
    what = gettext_noop("The shots cannot be joined: {reason}.")
    advice = gettext_noop(
        "Render the one that differs again with the settings of the others, or join only shots that match."
    )


class BadMusic(InputError):
    what = gettext_noop("The music {name} cannot be used: {reason}.")
    advice = gettext_noop("Choose another file: MP3, WAV, FLAC, Ogg, AIFF or M4A, from 1 s to an hour long.")


class LibraryMissing(InputError):
    what = gettext_noop("{what_for} cannot be written: a package for it is not installed.")
    advice = gettext_noop(
        "Install what hand-overs need, pip install -r requirements-film.txt, or choose another format; "
        "timelines need Python 3.13 or older."
    )


class BadSubtitles(InputError):
    what = gettext_noop("The subtitles {name} cannot be used: {reason}.")
    advice = gettext_noop("Correct the file, or leave it away to have them made from the film's lines.")


class PictureError(InputError):
    what = gettext_noop("The picture cannot be used.")
    advice = gettext_noop("Choose another picture.")


class NotAPicture(PictureError):
    what = gettext_noop("The file is not a picture that can be read.")
    advice = gettext_noop("Use a PNG, JPEG, HEIC, AVIF, WebP, GIF, BMP or TIFF file.")


class VideoWithoutFrame(PictureError):
    what = gettext_noop("No first frame can be taken from the video {name}: {reason}.")
    advice = gettext_noop("Use an MP4 or MOV video that plays elsewhere, or save one of its frames as a picture.")


class PictureDamaged(PictureError):
    what = gettext_noop("The picture is incomplete or damaged.")
    advice = gettext_noop("Save or download it again, or choose another one.")


class PictureTooSmall(PictureError):
    what = gettext_noop("The picture has {width}x{height} pixels; at least {minimum} on each side are needed.")
    advice = gettext_noop("Choose a larger picture.")


class PictureTooNarrow(PictureError):
    what = gettext_noop("The picture has {width}x{height} pixels: one side is more than {limit} times the other.")
    advice = gettext_noop("Crop it to the part that should be seen, and use that.")


class PictureTooLarge(PictureError):
    what = gettext_noop("The picture is too large: {size}; at most {limit}.")
    advice = gettext_noop("Make it smaller and try again.")


class ServerError(MovaError):
    what = gettext_noop("The server {server} had a problem.")
    advice = gettext_noop("Check the server's log, then try again.")


class ServerUnreachable(ServerError):
    what = gettext_noop("The server {server} cannot be reached: {reason}.")
    advice = gettext_noop("Start it, or check its address in config.py.")


class ServerSilent(ServerError):
    what = gettext_noop("The server {server} is connected but does not answer.")
    advice = gettext_noop("It may be overloaded or still starting; try again in a minute.")


class ServerWarmingUp(ServerError):
    what = gettext_noop("The server {server} is warming up.")
    advice = gettext_noop("Wait until it is ready; the first start takes minutes.")


class ServerDead(ServerError):
    what = gettext_noop("The server {server} answers, but its worker has exited: it can no longer render.")
    advice = gettext_noop("Restart it.")


class WarmUpFailed(ServerError):
    what = gettext_noop("The server {server} answers, but its warm-up failed: it could not render anything yet.")
    advice = gettext_noop("Its log says why. Correct that and restart it; nothing is sent there until then.")


class ServerStalled(ServerError):
    what = gettext_noop(
        "The job on the server {server} has made no progress for {time}, where {usual} is usual; nothing new is sent "
        "there."
    )
    advice = gettext_noop("Look at the server's log. If it is stuck, restart it, or send the job to another server.")


class ServerMismatch(ServerError):
    what = gettext_noop("The server {server} serves {found}, not {expected}.")
    advice = gettext_noop("Correct its model or its address in config.py; nothing was sent.")


class ServerAnswerUnclear(ServerError):
    what = gettext_noop("The server {server} gave an answer that is not SGLang's.")
    advice = gettext_noop("Check that the address is that of an SGLang server with MOVA.")


class NoServerReady(ServerError):
    what = gettext_noop("None of the configured servers is ready: {troubles}.")
    advice = gettext_noop("Start one, correct the addresses in config.py, or name another with --server.")


class SubmissionUnclear(ServerError):
    what = gettext_noop("The server {server} did not confirm the job, so it may or may not be rendering it.")
    advice = gettext_noop("Check the server's list of jobs before you send it again; it has been sent only once.")


class SubmissionNotTaken(ServerError):
    what = gettext_noop(
        "For {waited} s every attempt to send the job to the server {server} was cut off; the server has not "
        "received it."
    )
    advice = gettext_noop("Check the server and any proxy in front of it, then send the job again with the same seed.")


class RequestRefused(ServerError):
    what = gettext_noop("The server {server} refused the request ({status}).")
    advice = gettext_noop("Its reason is below; change the input or the server.")


class LoginBeforeServer(RequestRefused):
    what = gettext_noop(
        "Something in front of the server {server} asks for a login or refuses the one given ({status}); SGLang "
        "itself has no login."
    )
    advice = gettext_noop("Give the server its token in the configuration, or name an address that no proxy guards.")


class ServerMovedElsewhere(RequestRefused):
    what = gettext_noop(
        "The address of the server {server} redirects to another one ({status}); redirects are not followed."
    )
    advice = gettext_noop("Set the address that it redirects to: usually https instead of http, or another path.")


class UploadTooLarge(RequestRefused):
    what = gettext_noop("Something in front of the server {server} does not accept a request of this size ({status}).")
    advice = gettext_noop(
        "Raise the limit of the proxy there (nginx: client_max_body_size 50m), then send the job again."
    )


class JobNotReady(ServerError):
    what = gettext_noop("Job {job} is not finished yet.")
    advice = gettext_noop("Wait for it, then download.")


class JobLost(ServerError):
    what = gettext_noop("Job {job} is unknown to the server {server}; it may have been restarted.")
    advice = gettext_noop("Send it again with the same seed.")


class JobFailed(ServerError):
    what = gettext_noop("The server {server} could not render job {job}.")
    advice = gettext_noop("Its reason is below; change the input, or try another seed.")


class OutOfMemory(JobFailed):
    what = gettext_noop("The GPU of {server} ran out of memory during job {job}.")
    advice = gettext_noop("Choose 360p or fewer frames, free the GPU, or start the server with more offloading.")


class WorkerDied(JobFailed):
    what = gettext_noop("The worker of {server} died during job {job}.")
    advice = gettext_noop("Restart the server, then send the job again with the same seed.")


class PictureRefused(JobFailed):
    what = gettext_noop("The server {server} could not read the first frame of job {job}.")
    advice = gettext_noop("Choose another picture.")


class NothingRendered(JobFailed):
    what = gettext_noop("The server {server} finished job {job} without a video.")
    advice = gettext_noop("Send it again; if it happens again, check the server's log.")


class WaitedTooLong(ServerError):
    what = gettext_noop("Job {job} was not finished after {waited} s of waiting.")
    advice = gettext_noop("It may still finish: wait for it again, or check the server.")


class VideoError(MovaError):
    what = gettext_noop("The video file is not right.")
    advice = gettext_noop("Download it again, or render it again with the same seed.")


class VideoUnplayable(VideoError):
    what = gettext_noop("What the server sent is not a playable video: {reason}.")


class VideoRefused(VideoError):
    what = gettext_noop("The video was not accepted: it is larger than {limit} MB, or was sent compressed.")
    advice = gettext_noop(
        "If it is really that large, raise MAX_VIDEO_MB; otherwise render it again with the same seed."
    )


class DownloadBroken(VideoError):
    what = gettext_noop("The download was interrupted: {reason}.")
    advice = gettext_noop("Download it again; the server still has it.")


class StorageError(MovaError):
    what = gettext_noop("The folder {folder} cannot be written to: {reason}.")
    advice = gettext_noop("Free some space, or choose another folder with OUTPUT_DIR or --output-dir.")


def storage_error(folder: Path, problem: OSError) -> StorageError:
    """What the operating system said of one of our folders."""
    return StorageError(folder=str(folder), reason=problem.strerror or type(problem).__name__)


class FilesNotRemoved(StorageError):
    what = gettext_noop("The job {job} is deleted, but {n} of its files could not be removed: {reason}.")
    advice = gettext_noop("They are removed as soon as OUTPUT_DIR is writable again; nothing more has to be done here.")


class OutputLost(MovaError):
    what = gettext_noop("The output is incomplete: {reason}.")
    advice = gettext_noop(
        "Redirect it elsewhere; what was done is kept, and can be listed with: python workflow.py jobs"
    )


class BackupFailed(MovaError):
    what = gettext_noop("The backup {folder} was not made: {reason}.")
    advice = gettext_noop(
        "Nothing was changed. Name a new folder, on a disk with enough space, and see python -m doctor."
    )


class PreviewError(MovaError):
    what = gettext_noop("The preview engine is not running.")
    advice = gettext_noop("Reinstall the requirements, or name a server. Its last output, if any, is below.")


class LaunchError(MovaError):
    what = gettext_noop("The SGLang server was not started.")
    advice = gettext_noop("Change the options and start it again.")
    exit_code = 2


class OptionsUnclear(LaunchError):
    what = gettext_noop("The options are not valid.")
    advice = gettext_noop("List them with: ./launch_sglang_server.sh --help")


class OptionMisplaced(LaunchError):
    what = gettext_noop("{option} comes after --, where only SGLang sees it; the launcher needs it, too.")
    advice = gettext_noop("Put it before the --.")


class BadOption(LaunchError):
    what = gettext_noop("{option} is {value}; accepted: {accepted}.")
    advice = gettext_noop("Change it and start again.")


class NoModelPath(LaunchError):
    what = gettext_noop("No checkpoint to serve was given.")
    advice = gettext_noop("export MOVA_MODEL_PATH=/path/to/MOVA-360p, or give --model-path.")


class CheckpointMissing(LaunchError):
    what = gettext_noop("There is no folder {folder}.")
    advice = gettext_noop("Check the path. To download MOVA: hf download OpenMOSS-Team/MOVA-360p --local-dir MOVA-360p")


class NotACheckpoint(LaunchError):
    what = gettext_noop("{folder} is not a MOVA checkpoint: {reason}.")
    advice = gettext_noop("Give the folder that has model_index.json in it, such as the one that `hf download` makes.")


class AnotherModel(LaunchError):
    what = gettext_noop("{folder} contains another model: {found} instead of MOVA.")
    advice = gettext_noop("Give the folder of MOVA-360p or MOVA-720p.")


class HalfDownloaded(LaunchError):
    what = gettext_noop("The checkpoint {folder} is not complete: {reason}.")
    advice = gettext_noop(
        "Download it again with `hf download`, which fetches only what is missing; with git, run `git lfs pull`."
    )


class ResolutionUnknown(LaunchError):
    what = gettext_noop("Neither the name nor the settings of {folder} tell whether it is MOVA 360p or 720p.")
    advice = gettext_noop("Choose with --model mova-360p or --model mova-720p.")


class ResolutionUnclear(LaunchError):
    what = gettext_noop("{folder} is called {name}, but its settings ({file}) say {settings}.")
    advice = gettext_noop("Choose the right one with --model mova-360p or --model mova-720p.")


class NoGpu(LaunchError):
    what = gettext_noop("No NVIDIA GPU can be seen on this machine.")
    advice = gettext_noop(
        "Check whether nvidia-smi lists them and what CUDA_VISIBLE_DEVICES says. If only the detection fails, "
        "say what there is: --num-gpus 1 --gpu-memory 80"
    )


class GpuMissing(LaunchError):
    what = gettext_noop("There is no GPU {gpu}; available: {known}.")
    advice = gettext_noop("Choose among them with --gpus; nvidia-smi shows their numbers.")


class TooFewGpus(LaunchError):
    what = gettext_noop("{wanted} GPUs are asked for; there are {found}.")
    advice = gettext_noop("Lower --num-gpus, or name more with --gpus.")


class GpusShared(LaunchError):
    what = gettext_noop("Two models cannot share a GPU ({gpus}).")
    advice = gettext_noop("Give each its own, after its --model-path: --gpus 0-3 and --gpus 4-7, for example.")


class TooLittleMemory(LaunchError):
    what = gettext_noop("MOVA needs {needed} GB of GPU memory even layer by layer; {free} of {total} GB are free.")
    advice = gettext_noop(
        "Stop other programs on the GPU (nvidia-smi lists them), or use a larger one; --gpus chooses."
    )


class DegreesUnfit(LaunchError):
    what = gettext_noop("A render cannot be spread over {gpus} GPUs like that: {reason}.")
    advice = gettext_noop("Leave --cfg-parallel-size, --ring-degree and --ulysses-degree out, or change --num-gpus.")


class QuantizationRefused(LaunchError):
    what = gettext_noop(
        "{option} is refused: SGLang accepts any word for it, and MOVA would turn the values that it computes with "
        "into the type of the quantized weights, so the first step is expected to fail."
    )
    advice = gettext_noop("Leave it out; --residency layerwise-offload needs less memory. To try it anyway: --force")


class TuneFailed(LaunchError):
    what = gettext_noop("The launcher's own options could not be measured, so there is nothing to compare with.")
    advice = gettext_noop("Start the server without --tune, mend what it says, then tune it.")


class NoNumerics(LaunchError):
    what = gettext_noop("Clips cannot be compared: neither this Python nor SGLang's has numpy and PyAV.")
    advice = gettext_noop("Name a Python that has both: PYTHON=.venv/bin/python ./launch_sglang_server.sh --tune …")


class PortTaken(LaunchError):
    what = gettext_noop("Port {port} cannot be used: {holder}.")
    advice = gettext_noop("Stop what is using it, or choose another: --port {other}")


class BadHost(LaunchError):
    what = gettext_noop("{host} is not an address of this machine.")
    advice = gettext_noop("Use 127.0.0.1 for this machine alone, or 0.0.0.0 to let others in.")


class FolderUnusable(LaunchError):
    what = gettext_noop("The folder {folder} cannot be written to: {reason}.")
    advice = gettext_noop("Choose other folders with --output-path and --input-save-path.")


class SGLangMissing(LaunchError):
    what = gettext_noop("The command sglang is not installed here.")
    advice = gettext_noop(
        "./launch_sglang_server.sh --install makes an environment for it; or activate the one that has it."
    )


class SGLangLacksDiffusion(LaunchError):
    what = gettext_noop("The SGLang that is installed cannot serve videos.")
    advice = gettext_noop("./launch_sglang_server.sh --install makes an environment with one that can.")


class SetUpUnfit(LaunchError):
    what = gettext_noop("MOVA would not run like this: {reason}.")
    advice = gettext_noop("{advice}. To start it anyway: --force")


class TooLittleDisk(LaunchError):
    what = gettext_noop("SGLang needs {needed} GB of disk while it is installed; {free} GB are free in {folder}.")
    advice = gettext_noop("Free some space, or put this program on a larger disk.")


class InstallFailed(LaunchError):
    what = gettext_noop("SGLang was not installed into {folder}.")
    advice = gettext_noop("The reason is above. Fix it and start again: what was downloaded is kept.")
    exit_code = 1


class ProviderError(MovaError):
    what = gettext_noop("The service {provider} had a problem.")
    advice = gettext_noop("Try again in a minute; what was already made is kept.")


class ProviderUnreachable(ProviderError):
    what = gettext_noop("The service {provider} cannot be reached.")
    advice = gettext_noop("Check the connection and the service's address in the settings.")


class ProviderTimeout(ProviderError):
    what = gettext_noop("The service {provider} did not answer within {seconds} s.")


class ProxyFailed(ProviderUnreachable):
    what = gettext_noop("The service {provider} cannot be reached through the proxy {proxy}.")
    advice = gettext_noop("Check that the proxy runs and is the right one, or name the service's host in NO_PROXY.")


class ProviderTimeoutByProxy(ProviderTimeout):
    what = gettext_noop("The service {provider} did not answer within {seconds} s through the proxy {proxy}.")
    advice = gettext_noop("Check that the proxy runs and is the right one, or name the service's host in NO_PROXY.")


class ProxyLogin(ProviderError):
    what = gettext_noop("A proxy in front of {provider} asks for a user name and a password ({proxy}).")
    advice = gettext_noop("Put both into the proxy's variable: http://name:password@host:port")


class ProxyMisnamed(ProviderError):
    what = gettext_noop("The proxy that {variable} names cannot be used: {reason}.")
    advice = gettext_noop("Correct {variable} or remove it, and restart the program.")


class CertificatesUnreadable(ProviderError):
    what = gettext_noop("The certificates that {variable} names cannot be used: {reason}.")
    advice = gettext_noop(
        "Correct {variable} or remove it: without it the certificates of the operating system are used."
    )


class CertificateNotTrusted(ProviderError):
    what = gettext_noop("The certificate of {provider} is not trusted on this machine.")
    advice = gettext_noop(
        "If a proxy in your network signs it, add the proxy's certificate to the system's, or name it in SSL_CERT_FILE."
    )


class ProviderBusy(ProviderError):
    what = gettext_noop("The service {provider} is overloaded or limits your rate ({status}).")
    advice = gettext_noop("Wait a few minutes and try again; what was already made is kept.")


class KeyRefused(ProviderError):
    what = gettext_noop("The service {provider} refused the key.")
    advice = gettext_noop("Check that the key is complete, belongs to this service and has not been revoked.")


class DashScopeKeyRefused(KeyRefused):
    advice = gettext_noop(
        "Check the key and DASHSCOPE_BASE_URL; a DashScope key works only in the region that issued it."
    )


class AccessRefused(ProviderError):
    what = gettext_noop("The service {provider} does not allow this key to do what was asked for ({reason}).")
    advice = gettext_noop("Its reason is below; check the key's permissions in the account, or choose another model.")


class NotActivated(ProviderError):
    what = gettext_noop("The account at {provider} has not enabled what {model} needs ({reason}).")
    advice = gettext_noop("Enable it in the account's console, as the reason below says, and wait a few minutes.")


class OrganisationUnverified(ProviderError):
    what = gettext_noop("{provider} offers {model} to verified organisations only.")
    advice = gettext_noop(
        "Verify the organisation in the account's settings and wait 15 minutes, or choose another model."
    )


class RegionRefused(ProviderError):
    what = gettext_noop("The service {provider} does not serve the country that the request came from.")
    advice = gettext_noop("Use another service, or a proxy where that is allowed (HTTPS_PROXY).")


class TextTooLongForModel(ProviderError):
    what = gettext_noop("The text is longer than {model} accepts at once.")
    advice = gettext_noop("Shorten the description, or choose a model that accepts more.")


class RequestTooLarge(ProviderError):
    what = gettext_noop("The request is larger than {provider}, or a proxy in front of it, accepts (413).")
    advice = gettext_noop("Choose a smaller picture; your proxy may need a higher limit for request bodies.")


class OtherMaker(ProviderError):
    what = gettext_noop(
        "Some of what was made for this job would now be made by another service, model or prompt: {steps}."
    )
    advice = gettext_noop(
        "Keep it or remake it: on the job's page, or on the command line with --other-maker keep or "
        "--other-maker remake. Nothing was sent or made in the meantime."
    )


class KeyGone(ProviderError):
    what = gettext_noop(
        "The key for {provider} that this job was to use was entered in another session, or it is gone: that session "
        "has ended, the key was cleared, or the program was restarted."
    )
    advice = gettext_noop(
        "Enter it again on the Settings page, then continue the job. Without it, the job continues with this "
        "server's services."
    )


class ServiceMissing(ProviderError):
    what = gettext_noop("This job was to be made by {provider}, and no program running here has a key for it.")
    advice = gettext_noop(
        "Set its key where a worker runs: the job then continues by itself. To have the rest made by the "
        "services available here: on the job's page, or python workflow.py resume JOB --other-maker remake."
    )


class QuotaExhausted(ProviderError):
    what = gettext_noop("The account at {provider} has no quota left for {model}.")
    advice = gettext_noop("Check the plan and the billing of the account, or choose another model.")


class ModelGone(ProviderError):
    what = gettext_noop("The model {model} does not exist at {provider} or is not open to this key.")
    advice = gettext_noop("It may be retired: set another model in the settings.")


class PromptBlocked(ProviderError):
    what = gettext_noop("The service {provider} declined the request ({reason}).")
    advice = gettext_noop("Change the text or the picture, or provide the result yourself.")


class ReferencesDeclined(PromptBlocked):
    what = gettext_noop("The service {provider} declined to draw with the pictures of {names} ({reason}).")
    advice = gettext_noop(
        "Give the card another picture, choose words only, or use another service; what was already made is kept."
    )


class ReferencesNotTaken(ProviderError):
    what = gettext_noop("{model} of {provider} draws from words only: the pictures of {names} cannot be sent to it.")
    advice = gettext_noop(
        "Choose words only, or a service that takes pictures: set GEMINI_API_KEY, QWEN_IMAGE_EDIT_MODEL, or "
        "OPENAI_IMAGE_MODEL of a service with images/edits. Nothing was sent."
    )


class TooManyReferences(ProviderError):
    what = gettext_noop("{n} reference pictures are to be sent; {model} of {provider} takes {most}.")
    advice = gettext_noop("Take pictures off the cards, choose words only, or use another service. Nothing was sent.")


class NoTextReturned(ProviderError):
    what = gettext_noop("The service {provider} returned no complete text ({reason}).")
    advice = gettext_noop("Try again, or choose another model in the settings.")


class NoImageReturned(ProviderError):
    what = gettext_noop("The service {provider} returned no picture ({reason}).")
    advice = gettext_noop("Edit the image prompt and try again, or give a first frame yourself.")


class ImageFetchFailed(ProviderError):
    what = gettext_noop("The picture made by {provider} could not be fetched: {reason}.")
    advice = gettext_noop("Its address is short-lived: make the picture again.")


class ProviderRefused(ProviderError):
    what = gettext_noop("The service {provider} refused the request ({status}).")
    advice = gettext_noop("Its reason is below; change the input or the model.")


class ProviderAnswerUnclear(ProviderError):
    what = gettext_noop("The service {provider} gave an answer that this program does not understand.")
    advice = gettext_noop("Check the service's address in the settings; a login page or a proxy may be in between.")


class NoProvider(MovaError):
    what = gettext_noop("No configured service can do this step: {step}.")
    advice = gettext_noop("Set GEMINI_API_KEY, DASHSCOPE_API_KEY or OPENAI_BASE_URL, and a model for the step.")


class StoreError(MovaError):
    what = gettext_noop("The job database {store} had a problem.")
    advice = gettext_noop("Its own message is below; nothing that was recorded is lost.")


class StoreUnavailable(StoreError):
    what = gettext_noop("The job database {store} cannot be reached.")
    advice = gettext_noop(
        "Check that it is running and that DATABASE_URL is right; it is used again as soon as it answers."
    )


class StoreDamaged(StoreUnavailable):
    what = gettext_noop("The job database {store} is damaged, or is not a database.")
    advice = gettext_noop(
        "Stop the program and restore the file from a backup. jobs-engine.db can simply be moved away: it is "
        "created again, and jobs continue."
    )


class StoreEncoding(StoreError):
    what = gettext_noop("The job database {store} stores text as {found}; UTF8 is needed.")
    advice = gettext_noop(
        "Create another and name it in DATABASE_URL: createdb --template=template0 --encoding=UTF8 NAME"
    )


class StoreBusy(StoreError):
    what = gettext_noop("The job database {store} stayed locked by another program.")
    advice = gettext_noop("Close programs that have the file open, such as a database browser, and try again.")


class StoreReadOnly(StoreError):
    what = gettext_noop("The job database {store} cannot be written to.")
    advice = gettext_noop("Give the program permission to write to the file and its folder, or set another OUTPUT_DIR.")


class StoreFull(StoreError):
    what = gettext_noop("There is no space left for the job database {store}.")
    advice = gettext_noop("Free some disk space; the program then continues.")


class StoreDisk(StoreError):
    what = gettext_noop("The disk refuses what the job database {store} writes.")
    advice = gettext_noop("Free some disk space and check the disk; what was recorded is not lost.")


class StoreNewer(StoreError):
    what = gettext_noop("The job database {store} was written by a newer version of this program (schema {found}).")
    advice = gettext_noop("Update the program, or use another database.")


# Why pictures of cards do not go along: a person can go on with words only.
ABOUT_REFERENCES: tuple[type[MovaError], ...] = (
    ReferencesNotTaken,
    TooManyReferences,
    ReferencesDeclined,
    ReferenceMissing,
)
