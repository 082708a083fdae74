"""Steps 1 to 4: Gemini, DashScope, a service that is compatible with OpenAI's."""

from __future__ import annotations

from core.errors.base import MovaError
from core.errors.given import ReferenceMissing
from core.messages import gettext_noop


class ProviderError(MovaError):
    """Steps 1 to 4: Gemini, DashScope, an OpenAI-compatible service."""

    what = gettext_noop("The service {provider} had a problem.")
    advice = gettext_noop("Try again in a minute; what was already made is kept.")


class ProviderUnreachable(ProviderError):
    what = gettext_noop("The service {provider} cannot be reached.")
    advice = gettext_noop("Check the connection and the service's address in the settings.")


class ProviderTimeout(ProviderError):
    what = gettext_noop("The service {provider} did not answer within {seconds} s.")


class ProxyFailed(ProviderUnreachable):
    """A proxy of the environment was asked and did not bring it there."""

    what = gettext_noop("The service {provider} cannot be reached through the proxy {proxy}.")
    advice = gettext_noop("Check that the proxy runs and is the right one, or name the service's host in NO_PROXY.")


class ProviderTimeoutByProxy(ProviderTimeout):
    what = gettext_noop("The service {provider} did not answer within {seconds} s through the proxy {proxy}.")
    advice = gettext_noop("Check that the proxy runs and is the right one, or name the service's host in NO_PROXY.")


class ProxyLogin(ProviderError):
    """A proxy that wants a name and a password."""

    what = gettext_noop("A proxy in front of {provider} asks for a user name and a password ({proxy}).")
    advice = gettext_noop("Put both into the proxy's variable: http://name:password@host:port")


class ProxyMisnamed(ProviderError):
    """A variable that names no proxy which can be used."""

    what = gettext_noop("The proxy that {variable} names cannot be used: {reason}.")
    advice = gettext_noop("Correct {variable} or remove it, and restart the program.")


class CertificatesUnreadable(ProviderError):
    """A variable that names no certificates."""

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
    """429 or 5xx, still after the retries."""

    what = gettext_noop("The service {provider} is overloaded or limits your rate ({status}).")
    advice = gettext_noop("Wait a few minutes and try again; what was already made is kept.")


class KeyRefused(ProviderError):
    what = gettext_noop("The service {provider} refused the key.")
    advice = gettext_noop("Check that the key is complete, belongs to this service and has not been revoked.")


class DashScopeKeyRefused(KeyRefused):
    """DashScope's: one of its regions knows nothing of another's."""

    advice = gettext_noop(
        "Check the key and DASHSCOPE_BASE_URL; a DashScope key works only in the region that issued it."
    )


class AccessRefused(ProviderError):
    """A 403: the key is known and may not do this."""

    what = gettext_noop("The service {provider} does not allow this key to do what was asked for ({reason}).")
    advice = gettext_noop("Its reason is below; check the key's permissions in the account, or choose another model.")


class NotActivated(ProviderError):
    """The account has not switched the service on."""

    what = gettext_noop("The account at {provider} has not enabled what {model} needs ({reason}).")
    advice = gettext_noop("Enable it in the account's console, as the reason below says, and wait a few minutes.")


class OrganisationUnverified(ProviderError):
    """OpenAI wants to know who asks."""

    what = gettext_noop("{provider} offers {model} to verified organisations only.")
    advice = gettext_noop(
        "Verify the organisation in the account's settings and wait 15 minutes, or choose another model."
    )


class RegionRefused(ProviderError):
    """Not from this country."""

    what = gettext_noop("The service {provider} does not serve the country that the request came from.")
    advice = gettext_noop("Use another service, or a proxy where that is allowed (HTTPS_PROXY).")


class TextTooLongForModel(ProviderError):
    what = gettext_noop("The text is longer than {model} accepts at once.")
    advice = gettext_noop("Shorten the description, or choose a model that accepts more.")


class RequestTooLarge(ProviderError):
    """A 413, mostly of a proxy."""

    what = gettext_noop("The request is larger than {provider}, or a proxy in front of it, accepts (413).")
    advice = gettext_noop("Choose a smaller picture; your proxy may need a higher limit for request bodies.")


class OtherMaker(ProviderError):
    """Results of another service, model or prompt than there is now."""

    what = gettext_noop(
        "Some of what was made for this job would now be made by another service, model or prompt: {steps}."
    )
    advice = gettext_noop(
        "Keep it or remake it: on the job's page, or on the command line with --other-maker keep or "
        "--other-maker remake. Nothing was sent or made in the meantime."
    )


class KeyGone(ProviderError):
    """One that was typed into a session which has ended."""

    what = gettext_noop(
        "The key for {provider} that this job was to use was entered in another session, or it is gone: that session "
        "has ended, the key was cleared, or the program was restarted."
    )
    advice = gettext_noop(
        "Enter it again on the Settings page, then continue the job. Without it, the job continues with this "
        "server's services."
    )


class ServiceMissing(ProviderError):
    """What a job was ordered from is set up in no process."""

    what = gettext_noop("This job was to be made by {provider}, and no program running here has a key for it.")
    advice = gettext_noop(
        "Set its key where a worker runs: the job then continues by itself. To have the rest made by the "
        "services available here: on the job's page, or python workflow.py resume JOB --other-maker remake."
    )


class QuotaExhausted(ProviderError):
    what = gettext_noop("The account at {provider} has no quota left for {model}.")
    advice = gettext_noop("Check the plan and the billing of the account, or choose another model.")


class ModelGone(ProviderError):
    """Retired, or not for this key."""

    what = gettext_noop("The model {model} does not exist at {provider} or is not open to this key.")
    advice = gettext_noop("It may be retired: set another model in the settings.")


class PromptBlocked(ProviderError):
    """The service declined the text or the picture."""

    what = gettext_noop("The service {provider} declined the request ({reason}).")
    advice = gettext_noop("Change the text or the picture, or provide the result yourself.")


class ReferencesDeclined(PromptBlocked):
    """With the pictures of cards."""

    what = gettext_noop("The service {provider} declined to draw with the pictures of {names} ({reason}).")
    advice = gettext_noop(
        "Give the card another picture, choose words only, or use another service; what was already made is kept."
    )


class ReferencesNotTaken(ProviderError):
    """The service draws from words alone."""

    what = gettext_noop("{model} of {provider} draws from words only: the pictures of {names} cannot be sent to it.")
    advice = gettext_noop(
        "Choose words only, or a service that takes pictures: set GEMINI_API_KEY, QWEN_IMAGE_EDIT_MODEL, or "
        "OPENAI_IMAGE_MODEL of a service with images/edits. Nothing was sent."
    )


class NotDrawnOffline(ReferencesNotTaken):
    """Without a service for pictures."""

    what = gettext_noop("Offline, first frames are drawn from words only: the pictures of {names} cannot be used.")


class TooManyReferences(ProviderError):
    what = gettext_noop("{n} reference pictures are to be sent; {model} of {provider} takes {most}.")
    advice = gettext_noop("Take pictures off the cards, choose words only, or use another service. Nothing was sent.")


class NoTextReturned(ProviderError):
    """An empty answer, or one that breaks off."""

    what = gettext_noop("The service {provider} returned no complete text ({reason}).")
    advice = gettext_noop("Try again, or choose another model in the settings.")


class NoImageReturned(ProviderError):
    what = gettext_noop("The service {provider} returned no picture ({reason}).")
    advice = gettext_noop("Edit the image prompt and try again, or give a first frame yourself.")


class ImageFetchFailed(ProviderError):
    """Its picture's address could not be used."""

    what = gettext_noop("The picture made by {provider} could not be fetched: {reason}.")
    advice = gettext_noop("Its address is short-lived: make the picture again.")


class ProviderRefused(ProviderError):
    """Any other 4xx."""

    what = gettext_noop("The service {provider} refused the request ({status}).")
    advice = gettext_noop("Its reason is below; change the input or the model.")


class ProviderAnswerUnclear(ProviderError):
    what = gettext_noop("The service {provider} gave an answer that this program does not understand.")
    advice = gettext_noop("Check the service's address in the settings; a login page or a proxy may be in between.")


class NoProvider(MovaError):
    """No configured service can do the step."""

    what = gettext_noop("No configured service can do this step: {step}.")
    advice = gettext_noop("Set GEMINI_API_KEY, DASHSCOPE_API_KEY or OPENAI_BASE_URL, and a model for the step.")


# Why pictures of cards do not go along: a person can go on with words only.
ABOUT_REFERENCES: tuple[type[MovaError], ...] = (
    ReferencesNotTaken,
    TooManyReferences,
    ReferencesDeclined,
    ReferenceMissing,
)
