"""Step 5: SGLang's servers."""

from __future__ import annotations

from core.errors.base import MovaError
from core.messages import gettext_noop


class ServerError(MovaError):
    """Step 5: SGLang."""

    what = gettext_noop("The server {server} had a problem.")
    advice = gettext_noop("Check the server's log, then try again.")


class ServerUnreachable(ServerError):
    """No connection."""

    what = gettext_noop("The server {server} cannot be reached: {reason}.")
    advice = gettext_noop("Start it, or check its address in config.py.")


class ServerSilent(ServerError):
    """Connected, no answer in time."""

    what = gettext_noop("The server {server} is connected but does not answer.")
    advice = gettext_noop("It may be overloaded or still starting; try again in a minute.")


class ServerWarmingUp(ServerError):
    what = gettext_noop("The server {server} is warming up.")
    advice = gettext_noop("Wait until it is ready; the first start takes minutes.")


class ServerDead(ServerError):
    """Its worker has exited."""

    what = gettext_noop("The server {server} answers, but its worker has exited: it can no longer render.")
    advice = gettext_noop("Restart it.")


class WarmUpFailed(ServerError):
    """It says that it is ready, and could not render in its warm-up."""

    what = gettext_noop("The server {server} answers, but its warm-up failed: it could not render anything yet.")
    advice = gettext_noop("Its log says why. Correct that and restart it; nothing is sent there until then.")


class ServerStalled(ServerError):
    """A job on it stands still."""

    what = gettext_noop(
        "The job on the server {server} has made no progress for {time}, where {usual} is usual; nothing new is sent "
        "there."
    )
    advice = gettext_noop("Look at the server's log. If it is stuck, restart it, or send the job to another server.")


class ServerMismatch(ServerError):
    """It serves another model or resolution."""

    what = gettext_noop("The server {server} serves {found}, not {expected}.")
    advice = gettext_noop("Correct its model or its address in config.py; nothing was sent.")


class ServerAnswerUnclear(ServerError):
    """Not the contract of /v1/videos."""

    what = gettext_noop("The server {server} gave an answer that is not SGLang's.")
    advice = gettext_noop("Check that the address is that of an SGLang server with MOVA.")


class NoServerReady(ServerError):
    """None of the configured ones."""

    what = gettext_noop("None of the configured servers is ready: {troubles}.")
    advice = gettext_noop("Start one, correct the addresses in config.py, or name another with --server.")


class SubmissionUnclear(ServerError):
    """The answer to a submit was lost."""

    what = gettext_noop("The server {server} did not confirm the job, so it may or may not be rendering it.")
    advice = gettext_noop("Check the server's list of jobs before you send it again; it has been sent only once.")


class SubmissionNotTaken(ServerError):
    """It broke off, again and again."""

    what = gettext_noop(
        "For {waited} s every attempt to send the job to the server {server} was cut off; the server has not "
        "received it."
    )
    advice = gettext_noop("Check the server and any proxy in front of it, then send the job again with the same seed.")


class RequestRefused(ServerError):
    """A 4xx or 5xx with a reason."""

    what = gettext_noop("The server {server} refused the request ({status}).")
    advice = gettext_noop("Its reason is below; change the input or the server.")


class LoginBeforeServer(RequestRefused):
    """401, 403, 407 of a proxy."""

    what = gettext_noop(
        "Something in front of the server {server} asks for a login or refuses the one given ({status}); SGLang "
        "itself has no login."
    )
    advice = gettext_noop("Give the server its token in the configuration, or name an address that no proxy guards.")


class ServerMovedElsewhere(RequestRefused):
    """301 and its like."""

    what = gettext_noop(
        "The address of the server {server} redirects to another one ({status}); redirects are not followed."
    )
    advice = gettext_noop("Set the address that it redirects to: usually https instead of http, or another path.")


class UploadTooLarge(RequestRefused):
    """413 of a proxy."""

    what = gettext_noop("Something in front of the server {server} does not accept a request of this size ({status}).")
    advice = gettext_noop(
        "Raise the limit of the proxy there (nginx: client_max_body_size 50m), then send the job again."
    )


class JobNotReady(ServerError):
    """A download before the end."""

    what = gettext_noop("Job {job} is not finished yet.")
    advice = gettext_noop("Wait for it, then download.")


class JobLost(ServerError):
    """The server no longer knows the job."""

    what = gettext_noop("Job {job} is unknown to the server {server}; it may have been restarted.")
    advice = gettext_noop("Send it again with the same seed.")


class JobFailed(ServerError):
    """The render failed, with the server's reason."""

    what = gettext_noop("The server {server} could not render job {job}.")
    advice = gettext_noop("Its reason is below; change the input, or try another seed.")


class OutOfMemory(JobFailed):
    what = gettext_noop("The GPU of {server} ran out of memory during job {job}.")
    advice = gettext_noop("Choose 360p or fewer frames, free the GPU, or start the server with more offloading.")


class WorkerDied(JobFailed):
    what = gettext_noop("The worker of {server} died during job {job}.")
    advice = gettext_noop("Restart the server, then send the job again with the same seed.")


class PictureRefused(JobFailed):
    """The server could not read the first frame."""

    what = gettext_noop("The server {server} could not read the first frame of job {job}.")
    advice = gettext_noop("Choose another picture.")


class NothingRendered(JobFailed):
    what = gettext_noop("The server {server} finished job {job} without a video.")
    advice = gettext_noop("Send it again; if it happens again, check the server's log.")


class WaitedTooLong(ServerError):
    what = gettext_noop("Job {job} was not finished after {waited} s of waiting.")
    advice = gettext_noop("It may still finish: wait for it again, or check the server.")
