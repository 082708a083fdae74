"""What a person may not do with a job, or not yet."""

from __future__ import annotations

from core.errors.given import InputError
from core.messages import gettext_noop


class ActRefused(InputError):
    """What a job's state does not allow."""

    what = gettext_noop("Job {job} is {state}: this cannot be done now.")
    advice = gettext_noop("Look at the job again; its acts say what can be done in this state.")


class PlanChanged(InputError):
    """A job that has moved on since its plan was shown."""

    what = gettext_noop("Job {job} has changed since you last saw it: its next step is now {step}.")
    advice = gettext_noop("Nothing was done. Open the job again, and continue from there.")


class JobSent(InputError):
    """A change to what a server has already."""

    what = gettext_noop("Job {job} has been sent to a server: its texts and its first frame can no longer be changed.")
    advice = gettext_noop("Change a copy of it instead.")


class UnknownJob(InputError):
    """An id that no job has, or none of this person's."""

    what = gettext_noop("There is no job {job}.")
    advice = gettext_noop("Check its id against the list of your jobs.")


class NotLoggedIn(InputError):
    what = gettext_noop("You are not logged in.")
    advice = gettext_noop("Load the page again and log in.")


class NotAllowed(InputError):
    """What only an administrator may do."""

    what = gettext_noop("Only an administrator can do this.")
    advice = gettext_noop("Ask one of the administrators named in the setting ADMINS.")


class QuotaReached(InputError):
    """A person has as much as one may have."""

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


class BadRunFile(InputError):
    """A run of ours that was changed."""

    what = gettext_noop("{name} cannot be restored: {reason}.")
    advice = gettext_noop("Choose a video or a job.json that this program saved, as it was saved.")


class NoRunInside(BadRunFile):
    """A file that is none."""

    pass


class RunIncomplete(InputError):
    """A run of ours that cannot be sent again from what is there."""

    what = gettext_noop("The run {run} cannot be sent again from this: {reason}.")
    advice = gettext_noop("Restore what it contains on the Create page, and fill in the rest.")


class NoDraft(InputError):
    """A final is wanted of what is no draft."""

    what = gettext_noop("The run {run} is not a draft, so it has no final.")
    advice = gettext_noop("To run it once more as it is, leave --final out.")


class NothingToReuse(InputError):
    """A job of which nothing fits these words."""

    what = gettext_noop("Nothing from job {job} can be reused: {reason}.")
    advice = gettext_noop("Choose another job, or leave out --reuse to make everything from scratch.")


class NothingToExtend(InputError):
    """A job without a video to go on from."""

    what = gettext_noop("Job {job} has no finished video to continue from.")
    advice = gettext_noop("Wait until it is done, or choose another job.")
