"""Settings that are wrong."""

from __future__ import annotations

from core.errors.base import MovaError
from core.messages import gettext_noop


class ConfigError(MovaError):
    """A setting is wrong."""

    what = gettext_noop("Setting {setting}: {value} is not accepted; accepted: {accepted}.")
    advice = gettext_noop("Change it in config.py, in .env or in the environment.")
    exit_code = 2


class EnvFileUnreadable(ConfigError):
    """The file .env is in an encoding that is not known."""

    what = gettext_noop("The settings file {file} cannot be read: {reason}.")
    advice = gettext_noop("Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8")
