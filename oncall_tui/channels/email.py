"""Mail to a person, acknowledged by her reply: handed over by SMTP, replies read from a mailbox by IMAP."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, SourceError
from oncall_tui.mail import imap, smtp
from oncall_tui.mail.imap import Filed, Folder
from oncall_tui.mail.letter import Letter
from oncall_tui.mail.lifeline import Lifeline, in_thread
from oncall_tui.mail.readable import own_words
from oncall_tui.mail.server import Login, Security, Server, address_problem, security_problem
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

_SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
_IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
_READ_LIMIT = timedelta(seconds=45)
_WORDS_LIMIT = 300
# 7 bit, so that no server on the way has a reason to change the letter.
_WIRE = SMTP.clone(cte_type="7bit")
_HOW_TO_ANSWER = {
    Purpose.NOTIFICATION: "Reply to this mail to take it; your words are shown to whoever is on call.",
    Purpose.HANDOVER: "Reply to this mail to accept: say the reds and your first action in your own words. "
    "A reply that begins with “no” declines; one that ends with “?” asks back.",
    Purpose.TEST: "Reply to this mail to show that it reached you.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Mail to one person."""

    to: str
    """The person's address; only a reply from it acknowledges."""
    from_: str
    """The sender's address."""
    reply_to: str | None = None
    """Where replies go; left out: to the sender. They have to arrive in the mailbox below."""
    smtp_host: str
    """The server that takes the mail, such as ``smtp.acme.example``."""
    smtp_port: int | None = None
    """Left out: 465 with ``tls``, 587 with ``starttls``, else 25."""
    smtp_security: Security = Security.TLS
    """``tls``, ``starttls``, or ``none`` for a server on this machine."""
    user: str | None = None
    """Whom to log in as for sending; left out: nobody."""
    password: Secret | None = None
    """Goes with ``user``."""
    imap_host: str | None = None
    """The server where replies arrive; left out: nothing can be acknowledged by mail."""
    imap_port: int | None = None
    """Left out: 993 with ``tls``, else 143."""
    imap_security: Security = Security.TLS
    """``tls``, ``starttls``, or ``none`` for a server on this machine."""
    imap_user: str | None = None
    """Whom to log in as for reading."""
    imap_password: Secret | None = None
    """Goes with ``imap_user``."""
    imap_folder: str = "INBOX"
    """Where replies arrive."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return keys whose values cannot work, with what to write instead."""
        addresses = {"to": self.to, "from": self.from_, "reply_to": self.reply_to or self.from_}
        found = [(key, problem) for key, address in addresses.items() if (problem := address_problem(address))]
        if problem := security_problem(self.smtp_security, self.smtp_host):
            found.append(("smtp_security", problem))
        if self.imap_host and (problem := security_problem(self.imap_security, self.imap_host)):
            found.append(("imap_security", problem))
        pairs = (("user", self.user, "password", self.password), ("password", self.password, "user", self.user))
        reading = {"imap_host": self.imap_host, "imap_user": self.imap_user, "imap_password": self.imap_password}
        found += [(key, f"a value: `{other}` needs it") for key, value, other, given in pairs if given and not value]
        if any(reading.values()):
            found += [(key, "a value: replies are read only with all three") for key, v in reading.items() if not v]
        return found


def build(id: ChannelId, settings: Settings, clock: Clock) -> "Email":  # noqa: A002 - the word every connector uses
    """Return the channel for a table of kind ``email``."""
    return Email(id, settings, clock)


class Email:
    """One person's mail address."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._id = channel
        self._settings = settings
        self._clock = clock
        self._smtp = _smtp_server(settings)
        self._imap = _imap_server(settings)
        self._folder = Folder(settings.imap_folder)

    @property
    def proves(self) -> Proof:
        """Return ``ACKNOWLEDGED`` where replies can be read."""
        return Proof.ACKNOWLEDGED if self._imap else Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Hand the mail to the server; its Message-ID is the same on every try."""
        content = self._letter(message).as_bytes()
        await smtp.deliver(
            self._smtp, smtp.Envelope(sender=self._settings.from_, recipient=self._settings.to, content=content)
        )
        return Receipt(reference=self._message_id(message.key))

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Return the person's replies; nobody else's, and no machine's."""
        if not awaited or self._imap is None:
            return ()
        earliest = min(one.accepted_at for one in awaited)
        letters = [filed.letter for filed in await self._read(self._imap, earliest)]
        answers = (self._first_answer(one, letters) for one in awaited)
        return [answer for answer in answers if answer]

    async def check(self) -> CleanText:
        """Log in to both servers without sending anything."""
        await smtp.try_out(self._smtp)
        if self._imap is None:
            return clean(f"{self._smtp} takes mail; replies are not read, so nothing can be acknowledged by mail")
        replies = await self._read(self._imap, self._clock())
        return clean(
            f"{self._smtp} takes mail; {self._imap} can be read: {len(replies)} recent from {self._settings.to}"
        )

    async def _read(self, server: Server, earliest: datetime) -> list[Filed]:
        criteria = (*imap.since(earliest.date()), *imap.sent_by(self._settings.to))

        def read(lifeline: Lifeline) -> list[Filed]:
            with imap.session(server, lifeline) as session:
                return self._folder.read(session, *criteria)

        try:
            return await in_thread(read, limit=_READ_LIMIT)
        except SourceError as error:
            raise DeliveryError(f"Replies cannot be read: {error}") from error
        except TimeoutError as error:
            seconds = int(_READ_LIMIT.total_seconds())
            raise DeliveryError(f"Replies cannot be read: {server} did not finish within {seconds} s.") from error

    def _letter(self, message: OutgoingMessage) -> EmailMessage:
        how = _HOW_TO_ANSWER.get(message.purpose) if self._imap else None
        code = f"[ack {self._code(message.key)}]" if how else ""
        duplicate = "(possible duplicate)" if message.is_possible_duplicate else ""
        link = message.url if message.url not in message.body else ""
        letter = EmailMessage(policy=_WIRE)
        letter["Subject"] = _one_line(f"{message.title} {duplicate} {code}")
        letter["From"] = self._settings.from_
        letter["To"] = self._settings.to
        letter["Reply-To"] = self._settings.reply_to or self._settings.from_
        letter["Date"] = format_datetime(self._clock())
        letter["Message-ID"] = self._message_id(message.key)
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Oncall-Key"] = _one_line(message.key)
        letter.set_content("\n\n".join(part for part in (message.body, link, how) if part) + "\n")
        return letter

    def _message_id(self, key: MessageKey) -> str:
        domain = self._settings.from_.rpartition("@")[2]
        return f"<oncall-{self._digest(key).hex()[:32]}@{domain}>"

    def _code(self, key: MessageKey) -> str:
        return base64.b32encode(self._digest(key)).decode()[:8]

    def _digest(self, key: MessageKey) -> bytes:
        return sha256(f"{self._id}\0{key}".encode()).digest()

    def _first_answer(self, awaited: Awaited, letters: Iterable[Letter]) -> Acknowledgement | None:
        answers = [letter for letter in letters if self._answers(letter, awaited)]
        if not answers:
            return None
        first = min(answers, key=lambda letter: letter.sent_at)
        words = clean(" ".join(own_words(first.text).split()), limit=_WORDS_LIMIT)
        return Acknowledgement(key=awaited.key, at=max(first.sent_at, awaited.accepted_at), words=words)

    def _answers(self, letter: Letter, awaited: Awaited) -> bool:
        """Tell whether the person asked answered, knowingly.

        Out-of-office notes quote subject and Message-ID like replies, and a mailbox that sends to itself holds the
        question too.
        """
        is_hers = [sender.email for sender in letter.senders] == [self._settings.to.lower()]
        is_by_machine = letter.is_automatic or letter.asks_for_no_automatic_reply
        is_about_it = awaited.reference in letter.references or bool(
            re.search(rf"\b{self._code(awaited.key)}\b", letter.subject, re.IGNORECASE)
        )
        return is_hers and not is_by_machine and is_about_it and letter.message_id != awaited.reference


def _smtp_server(settings: Settings) -> Server:
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port or _SMTP_PORTS[settings.smtp_security],
        security=settings.smtp_security,
        login=Login(user=settings.user, password=settings.password) if settings.user and settings.password else None,
    )


def _imap_server(settings: Settings) -> Server | None:
    if not (settings.imap_host and settings.imap_user and settings.imap_password):
        return None
    return Server(
        host=settings.imap_host,
        port=settings.imap_port or _IMAP_PORTS[settings.imap_security],
        security=settings.imap_security,
        login=Login(user=settings.imap_user, password=settings.imap_password),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
