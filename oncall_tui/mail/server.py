"""Where a mail server is and how its connection is protected."""

import ssl
from dataclasses import dataclass
from enum import StrEnum

from oncall_tui.domain.text import CleanText
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

ANSWER_WITHIN = 15.0
"""Seconds a mail server may be silent; the limit of a whole round is the caller's."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Security(StrEnum):
    """How a connection is protected; certificates are always verified."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """For a server on this machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A mail account."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, ready to be connected to."""

    host: str
    port: int
    security: Security
    login: Login | None = None

    def __str__(self) -> str:
        """Return what sentences call it."""
        return f"{self.host}:{self.port}"


def trust() -> ssl.SSLContext:
    """Return the verifying TLS context; the machine's certificates count, and those SSL_CERT_FILE names."""
    return ssl.create_default_context()


def security_problem(security: Security, host: str) -> str | None:
    """Return what to write instead, when a connection would go unprotected over a network."""
    if security is Security.NONE and host not in _LOOPBACK:
        return '"tls" or "starttls": "none" is for 127.0.0.1, ::1 and localhost only'
    return None


def address_problem(address: str) -> str | None:
    """Return what to write instead, when an address of ours is not one plain mail address."""
    local, at, domain = address.rpartition("@")
    is_plain = address.isascii() and address.isprintable() and not set(address) & set(' ,;:"\\<>()[]')
    return None if local and at and domain and is_plain and "@" not in local else "one address such as ana@acme.example"


def why_unreachable(error: OSError) -> CleanText:
    """Return why there is no connection, in a few words and what to look at."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return clean(f"its certificate is not valid: {error.verify_message}; look at the host name")
    if isinstance(error, ssl.SSLError):
        return clean(f"TLS failed: {error.reason or 'no reason given'}; look at port and security")
    if isinstance(error, TimeoutError):
        return clean("it timed out; look at network, host and port")
    return clean(f"{error.strerror or type(error).__name__}; look at network, host and port")
