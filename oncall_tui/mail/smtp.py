"""A letter handed to an SMTP server, with the one question answered that matters: was it taken?"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.mail.lifeline import Lifeline, in_thread
from oncall_tui.mail.server import ANSWER_WITHIN, Security, Server, trust, why_unreachable
from oncall_tui.text_safety import clean

_LIMIT = timedelta(seconds=60)
_NAME = "[127.0.0.1]"
"""What EHLO says: the machine's own name is nobody's business, and finding it can hang."""
_GOODBYE_WITHIN = 2.0
_OK = 250
_FOR_GOOD = 500


class _Stage(Enum):
    GREETING = auto()
    LOGIN = auto()
    ENVELOPE = auto()
    CONTENT = auto()
    """From here on the server may have the letter."""
    TAKEN = auto()
    """The server said that it has it."""


@dataclass(slots=True)
class _Progress:
    """How far a delivery has come; written by its thread, read when that thread is given up."""

    stage: _Stage = _Stage.GREETING


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A letter, ready for the wire."""

    sender: str
    recipient: str
    content: bytes


async def deliver(server: Server, envelope: Envelope, *, limit: timedelta = _LIMIT) -> None:
    """Return once the server has taken a letter, or raise ``NotSent``, ``Rejected`` or ``OutcomeUnknown``."""
    progress = _Progress()
    try:
        await in_thread(lambda lifeline: _deliver(server, envelope, progress, lifeline), limit=limit)
    except TimeoutError as error:
        if progress.stage is not _Stage.TAKEN:
            raise _lost(server, progress, CleanText(f"not done within {limit.total_seconds():g} s")) from error


async def try_out(server: Server, *, limit: timedelta = _LIMIT) -> None:
    """Connect and log in without sending anything, or raise a ``DeliveryError``."""
    progress = _Progress()
    try:
        await in_thread(lambda lifeline: _try_out(server, progress, lifeline), limit=limit)
    except TimeoutError as error:
        raise _lost(server, progress, CleanText(f"not done within {limit.total_seconds():g} s")) from error


def _try_out(server: Server, progress: _Progress, lifeline: Lifeline) -> None:
    with _connected(server, progress, lifeline) as smtp:
        _expect(smtp.noop(), server, "NOOP")


def _deliver(server: Server, envelope: Envelope, progress: _Progress, lifeline: Lifeline) -> None:
    with _connected(server, progress, lifeline) as smtp:
        progress.stage = _Stage.ENVELOPE
        _expect(smtp.mail(envelope.sender), server, "the sender")
        code, said = smtp.rcpt(envelope.recipient)
        _expect((_OK if code == 251 else code, said), server, "the recipient")  # noqa: PLR2004 - will be forwarded
        progress.stage = _Stage.CONTENT
        code, said = smtp.data(envelope.content)
        if code < 400:  # noqa: PLR2004 - neither taken nor refused, unless it is the one documented answer
            if code != _OK:
                raise _lost(server, progress, clean(f"answered {code}"))
            progress.stage = _Stage.TAKEN
            return
        _expect((code, said), server, "the letter")


@contextmanager
def _connected(server: Server, progress: _Progress, lifeline: Lifeline) -> Iterator[smtplib.SMTP]:
    try:
        smtp = _connect(server, lifeline)
        try:
            _greet(smtp, server, progress)
            yield smtp
        finally:
            _part(smtp)
    except smtplib.SMTPResponseException as error:
        raise _refusal(server, progress, error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(f"{server} does not offer what the settings ask for: {clean(str(error))}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise _lost(server, progress, CleanText("the connection broke off")) from error
    except smtplib.SMTPException as error:
        raise _lost(server, progress, clean(str(error), limit=120)) from error
    except UnicodeError as error:
        raise Rejected(f"{server} cannot be told a user or password with letters beyond ASCII.") from error
    except OSError as error:
        raise _lost(server, progress, why_unreachable(error)) from error


class _Plain(smtplib.SMTP):
    def __init__(self, server: Server, lifeline: Lifeline) -> None:
        self._lifeline = lifeline
        super().__init__(server.host, server.port, _NAME, ANSWER_WITHIN)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer, the greeting included, no longer than somebody waits for it."""
        self._lifeline.hold(self.sock)
        return super().getreply()


class _Tls(smtplib.SMTP_SSL):
    def __init__(self, server: Server, lifeline: Lifeline) -> None:
        self._lifeline = lifeline
        super().__init__(server.host, server.port, _NAME, timeout=ANSWER_WITHIN, context=trust())

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer, the greeting included, no longer than somebody waits for it."""
        self._lifeline.hold(self.sock)
        return super().getreply()


def _connect(server: Server, lifeline: Lifeline) -> smtplib.SMTP:
    return _Tls(server, lifeline) if server.security is Security.TLS else _Plain(server, lifeline)


def _greet(smtp: smtplib.SMTP, server: Server, progress: _Progress) -> None:
    if server.security is Security.STARTTLS:
        smtp.starttls(context=trust())
    smtp.ehlo_or_helo_if_needed()
    if server.login:
        progress.stage = _Stage.LOGIN
        smtp.login(server.login.user, server.login.password.reveal())


def _part(smtp: smtplib.SMTP) -> None:
    """Say goodbye, briefly: what had to be known is known."""
    with suppress(smtplib.SMTPException, OSError):
        if smtp.sock:
            smtp.sock.settimeout(_GOODBYE_WITHIN)
            smtp.quit()
    smtp.close()


def _expect(reply: tuple[int, bytes], server: Server, what: str) -> None:
    code, said = reply
    if code == _OK:
        return
    shown = clean(said.decode("utf-8", "replace"), limit=120)
    if code >= _FOR_GOOD:
        raise Rejected(f"{server} refuses {what} for good ({code} {shown}): check addresses and the account.")
    raise NotSent(f"{server} does not take {what} now ({code} {shown}); it is tried again.")


def _refusal(server: Server, progress: _Progress, error: smtplib.SMTPResponseException) -> DeliveryError:
    """Tell a refusal for good from one for now; before the login it is the network that refuses, not this letter."""
    code = error.smtp_code
    said = error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
    # A server may say back what it was told, and at the login that is the password.
    shown = "to the login" if progress.stage is _Stage.LOGIN else clean(said, limit=120)
    if code < _FOR_GOOD or progress.stage is _Stage.GREETING:
        return NotSent(f"{server} does not take letters now ({code} {shown}); it is tried again.")
    if progress.stage is _Stage.LOGIN:
        return Rejected(f"{server} refuses the login ({code}): check user and password.")
    return Rejected(f"{server} refuses the letter for good ({code} {shown}): check addresses and the account.")


def _lost(server: Server, progress: _Progress, why: CleanText) -> DeliveryError:
    if progress.stage is _Stage.CONTENT:
        return OutcomeUnknown(f"{server} may have taken the letter and did not say so ({why}).")
    return NotSent(f"{server} took no letter: {why}; it is tried again.")
