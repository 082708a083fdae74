"""What was given cannot be used; nothing was spent."""

from __future__ import annotations

from core.errors.base import MovaError
from core.messages import gettext_noop


class InputError(MovaError):
    """What was given cannot be used; nothing was spent."""

    what = gettext_noop("The input cannot be used.")
    advice = gettext_noop("Change the input and try again.")
    exit_code = 2


class FieldUnfit(InputError):
    """A field of a program's request that does not fit the others."""

    what = gettext_noop("{where} cannot be used: {reason}.")


class EmptyText(InputError):
    """A text is missing."""

    what = gettext_noop("The {name} is empty.")
    advice = gettext_noop("Write at least one word.")


class TextTooLong(InputError):
    what = gettext_noop("The {name} has {length} characters; at most {limit} are allowed.")
    advice = gettext_noop("Shorten it.")


class NotText(InputError):
    """A number or a list where a text belongs."""

    what = gettext_noop("The {name} is not text.")
    advice = gettext_noop("Write it as text, in quotation marks where the file asks for them.")


class NotInEncoding(InputError):
    """Bytes on the command line that are no text here."""

    what = gettext_noop("The {name} is not text in {encoding}, which this terminal is set to: {value}")
    advice = gettext_noop(
        "Set terminal and locale to UTF-8 (export LC_ALL=C.UTF-8, without PYTHONUTF8=0); nothing was sent."
    )


class NumberOutOfRange(InputError):
    """Frames, fps, steps, guidance, seed."""

    what = gettext_noop("{name} is {value}; accepted: {accepted}.")
    advice = gettext_noop("Choose a value in that range.")


class BadId(InputError):
    """An id that is not a plain id."""

    what = gettext_noop("This is not a job id: {value}")
    advice = gettext_noop("A job id has only letters, digits, '-' and '_'; copy it from the list of jobs.")


class BadAddress(InputError):
    """A server address that is not one."""

    what = gettext_noop("This is not a server address: {value}")
    advice = gettext_noop("Write it like http://localhost:30000, without a name or password in it.")


class UnknownServer(InputError):
    """A name that the configuration does not have."""

    what = gettext_noop("There is no server named {value}; known servers: {known}.")
    advice = gettext_noop("Choose one of them, or give an address such as http://localhost:30000.")


class FileMissing(InputError):
    """A named file cannot be read."""

    what = gettext_noop("The file cannot be read: {name} ({reason}).")
    advice = gettext_noop("Check its name and that you are allowed to read it.")


class ReferenceMissing(FileMissing):
    """The picture of a card is gone."""

    what = gettext_noop("The picture of {name} cannot be read here: it is missing or was changed.")
    advice = gettext_noop("Give the card its picture again, or choose words only. Nothing was sent.")


class NameTooLong(InputError):
    """Of a file that is to be written."""

    what = gettext_noop("A file cannot be named {name}…: {bytes} bytes are more than this disk allows.")
    advice = gettext_noop("Choose a shorter name for --output.")


class FileTooLarge(InputError):
    """A text file or manifest."""

    what = gettext_noop("The file {name} is larger than {limit}.")
    advice = gettext_noop("Split it, or remove what is not needed.")


class BadPreset(InputError):
    """A file that is no preset of ours."""

    what = gettext_noop("This preset cannot be used: {reason}.")
    advice = gettext_noop("Use a file that was exported here, or correct it.")


class BadManifest(InputError):
    """A file of many runs that cannot be read."""

    what = gettext_noop("The manifest {name} cannot be used: {reason}.")
    advice = gettext_noop("Correct it and start again; nothing was created.")


class DescriptionTagged(InputError):
    """A model's tag in the text that is to be rendered."""

    what = gettext_noop("The video description still contains “{words}”, which is a model's tag and not a description.")
    advice = gettext_noop(
        "Correct it or have it rewritten, then continue; if you continue without a change, it is sent as it is."
    )
