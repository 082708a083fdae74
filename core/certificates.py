"""Which certificates are trusted: those of the operating system, or those that SSL_CERT_FILE and SSL_CERT_DIR name."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

from core.messages import gettext_noop

FILE, FOLDER = "SSL_CERT_FILE", "SSL_CERT_DIR"


class CertificatesUnusable(Exception):
    """``variable`` names certificates that cannot be read, for ``reason``."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable}: {reason}")
        self.variable, self.reason = variable, reason


def certificates() -> ssl.SSLContext:
    """The trusted certificates as the environment has them now; loading them takes a tenth of a second, once.

    Raises:
        CertificatesUnusable
    """
    return _loaded(os.environ.get(FILE, ""), os.environ.get(FOLDER, ""))


def is_untrusted(problem: BaseException | None) -> bool:
    """Whether a certificate that is not trusted was the reason of an error, at any depth."""
    while problem is not None:
        if isinstance(problem, ssl.SSLCertVerificationError):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def nobody() -> ssl.SSLContext:
    """Trusts no certificate at all: for connections without encryption, which need none to be loaded."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@lru_cache(maxsize=4)
def _loaded(file: str, folder: str) -> ssl.SSLContext:
    if not file and not folder:
        import httpx2

        return httpx2.create_ssl_context(trust_env=False)  # the operating system's, on each in its way
    if file and not Path(file).is_file():
        raise CertificatesUnusable(FILE, gettext_noop("there is no such file"))
    if folder and not Path(folder).is_dir():
        raise CertificatesUnusable(FOLDER, gettext_noop("there is no such folder"))
    trusted = nobody()
    try:
        trusted.load_verify_locations(file or None, folder or None)
    except OSError as problem:  # also where it is no file of certificates: ssl.SSLError is one
        no_access = isinstance(problem, PermissionError)
        reason = (
            gettext_noop("reading it is not permitted")
            if no_access
            else gettext_noop("there are no certificates in it")
        )
        raise CertificatesUnusable(FILE if file else FOLDER, reason) from None
    return trusted
