"""A support mailbox: a thread whose last letter is a customer's is an open ticket; nothing is ever marked as read.

A reply leaves by SMTP under a Message-ID that is known again: one that may have left is looked for among the sent ones
before it leaves a second time. Mail has no notes and nobody it belongs to; what is solved is marked as answered.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, TicketId, ticket_id
from oncall_tui.errors import NotSent, Rejected, SourceError, SourceUnreachable
from oncall_tui.mail import imap, smtp
from oncall_tui.mail.conversations import Conversation, Us, conversations, topic
from oncall_tui.mail.imap import ANSWERED, DELETED, Filed, Folder
from oncall_tui.mail.lifeline import Lifeline, in_thread
from oncall_tui.mail.server import Login, Security, Server, address_problem, security_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.mailbox_reply import message_id, reply_to
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
_FILE_LIMIT = timedelta(seconds=5)
_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
_ROUND_LIMIT = timedelta(seconds=90)
_NO_SUBJECT = CleanText("(no subject)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A mailbox read over IMAP."""

    host: str
    """The IMAP server, such as ``imap.acme.example``."""
    port: int | None = None
    """Left out: 993 with ``tls``, else 143."""
    security: Security = Security.TLS
    """``tls``, ``starttls``, or ``none`` for a server on this machine."""
    user: str
    """Whom to log in as."""
    password: Secret
    """Google and Microsoft want an app password here."""
    folder: str = "INBOX"
    """Where customers' letters arrive."""
    sent_folder: str | None = None
    """Where our answers are kept; left out: answers count when a copy reaches ``folder`` or it is flagged answered."""
    us: tuple[str, ...] = ()
    """Addresses whose letters are answers of ours; ``@acme.example`` is everybody there. Left out: ``user``."""
    smtp_host: str = ""
    """The server that takes our replies; left out: tickets are read and not answered. It needs ``sent_folder``."""
    smtp_port: int | None = None
    """Left out: 465 with ``tls``, 587 with ``starttls``, else 25."""
    smtp_security: Security = Security.TLS
    """``tls``, ``starttls``, or ``none`` for a server on this machine."""
    smtp_user: str = ""
    """Left out: ``user``, with ``password``."""
    smtp_password: Secret | None = None
    """Of ``smtp_user``."""
    from_: str = ""
    """The address replies come from; left out: ``user``."""
    since: timedelta = timedelta(days=30)
    """How far back letters are read."""
    is_list: bool = False
    """True when letters come in through a mailing list or group, so that ``Precedence: list`` means nothing."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is read."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return keys whose values cannot work, with what to write instead."""
        found = [("us", problem) for us in self.us if (problem := address_problem("all" + us if us[:1] == "@" else us))]
        if not self.us and address_problem(self.user):
            found.append(("us", 'the addresses you answer from, such as ["support@acme.example"]'))
        if problem := security_problem(self.security, self.host):
            found.append(("security", problem))
        found += self._problems_of_replies() if self.smtp_host else []
        if self.since < timedelta(days=1):
            found.append(("since", '"1d" or more'))
        return found

    def _problems_of_replies(self) -> Sequence[tuple[str, str]]:
        found = []
        if self.sent_folder is None:
            found.append(("sent_folder", 'the folder of sent letters, such as "Sent": replies are looked for there'))
        if problem := address_problem(self.from_ or self.user):
            found.append(("from", problem))
        if problem := security_problem(self.smtp_security, self.smtp_host):
            found.append(("smtp_security", problem))
        if bool(self.smtp_user) != (self.smtp_password is not None):
            found.append(("smtp_user", "smtp_user and smtp_password together, or neither"))
        return found


def build(id: SourceId, settings: Settings, clock: Clock) -> "Mailbox":  # noqa: A002 - the word every connector uses
    """Return the source for a table of kind ``mailbox``."""
    return Mailbox(id, settings, clock)


class Mailbox:
    """The open tickets of a support mailbox."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id = source
        self._settings = settings
        self._clock = clock
        self._server = Server(
            host=settings.host,
            port=settings.port or _PORTS[settings.security],
            security=settings.security,
            login=Login(user=settings.user, password=settings.password),
        )
        self._us = Us(addresses=frozenset(address.lower() for address in settings.us or (settings.user,)))
        self._folders = [Folder(name) for name in (settings.folder, settings.sent_folder) if name]
        self._sender = settings.from_ or settings.user
        self._smtp = _smtp_server(settings)
        self._threads: dict[TicketId, Conversation] = {}
        self._filings: set[asyncio.Task[None]] = set()

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def open_tickets(self) -> Sequence[Ticket]:
        """Return every thread whose last letter waits for an answer."""
        threads = await self._read()
        return await made_of(filter(self._is_open, threads), self._ticket)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return a conversation as it stands now."""
        await self._read()
        return self._messages(self._conversation(ticket))

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return reply where letters can be sent, and solve, which marks a letter as answered."""
        return frozenset({AnswerKind.SOLVE} | ({AnswerKind.REPLY} if self._smtp else set()))

    async def write(self, answer: Answer) -> Receipt:
        """Send a letter, or mark the last one as answered."""
        if answer.kind not in self.can:
            raise Rejected(f"{self._id} is a mailbox: it cannot {answer.kind} a ticket")
        try:
            thread = self._conversation(answer.ticket) if answer.ticket in self._threads else await self._found(answer)
            if answer.kind is AnswerKind.SOLVE:
                await in_thread(lambda lifeline: self._mark(thread, lifeline), limit=_FILE_LIMIT)
                return Receipt()
        except (SourceError, TimeoutError) as error:
            raise NotSent(str(error) or f"{self._server} did not answer in time") from error
        return await self._send(thread, answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the letter by its Message-ID, or for the mark."""
        thread = await self._found(answer)
        if answer.kind is AnswerKind.SOLVE:
            return None if self._is_open(thread) else Receipt()
        wanted = message_id(answer, self._sender)
        is_there = wanted not in claimed and any(filed.letter.message_id == wanted for filed in thread.letters)
        return Receipt(reference=wanted) if is_there else None

    async def _found(self, answer: Answer) -> Conversation:
        await self._read()
        return self._conversation(answer.ticket)

    def _conversation(self, ticket: TicketId) -> Conversation:
        found = self._threads.get(ticket)
        if found is None:
            raise SourceError(f"{ticket} is not in the mailbox any more: it was moved, or is older than `since`.")
        return found

    async def _send(self, thread: Conversation, answer: Answer) -> Receipt:
        recipient, letter = reply_to(thread.letters, self._us, answer, self._sender)
        if self._smtp is None:
            raise Rejected(f"{self._id} sends no letters: add smtp_host to its table")
        content = letter.as_bytes()
        await smtp.deliver(self._smtp, smtp.Envelope(sender=self._sender, recipient=recipient, content=content))
        # It has left: neither that it is not filed, nor how long that takes, must look as if it had not.
        identity = message_id(answer, self._sender)
        filing = asyncio.create_task(self._file_soon(thread, identity, content))
        self._filings.add(filing)
        filing.add_done_callback(self._filings.discard)
        return Receipt(reference=identity)

    async def _file_soon(self, thread: Conversation, identity: str, content: bytes) -> None:
        with suppress(SourceError, TimeoutError):
            await in_thread(lambda lifeline: self._file(thread, identity, content, lifeline), limit=_FILE_LIMIT)

    def _file(self, thread: Conversation, identity: str, content: bytes, lifeline: Lifeline) -> None:
        with imap.session(self._server, lifeline) as session:
            session.add_seen(self._settings.sent_folder or "", identity, content)
            self._mark_in(session, thread)

    def _mark(self, thread: Conversation, lifeline: Lifeline) -> None:
        with imap.session(self._server, lifeline) as session:
            self._mark_in(session, thread)

    def _mark_in(self, session: imap.Session, thread: Conversation) -> None:
        for filed in thread.letters[-1:]:
            session.mark_answered(self._settings.folder, filed.letter.message_id)

    async def check(self) -> CleanText:
        """Log in, read, and say what is there."""
        threads = await self._read()
        waiting = sum(self._is_open(thread) for thread in threads)
        seen = f"{self._server}: {len(threads)} threads in {self._settings.folder}, {waiting} waiting for us"
        if self._smtp is None:
            return clean(f"{seen}; replies cannot be sent: it has no smtp_host")
        await smtp.try_out(self._smtp)
        return clean(f"{seen}; {self._smtp} takes replies")

    async def _read(self) -> list[Conversation]:
        if self._filings:
            await asyncio.wait(self._filings)
        try:
            filed = await in_thread(self._fetch, limit=_ROUND_LIMIT)
        except TimeoutError as error:
            seconds = int(_ROUND_LIMIT.total_seconds())
            raise SourceUnreachable(
                f"{self._server} did not finish within {seconds} s; the next round goes on from what came."
            ) from error
        # Sorted out in a thread: thousands of letters take longer than a frame.
        threads = await in_thread(lambda _: conversations(filter(self._counts, filed), self._us), limit=_ROUND_LIMIT)
        self._threads = dict(zip(await made_of(threads, self._name), threads, strict=True))
        return threads

    def _fetch(self, lifeline: Lifeline) -> list[Filed]:
        since = imap.since((self._clock() - self._settings.since).date())
        with imap.session(self._server, lifeline) as session:
            return [filed for folder in self._folders for filed in folder.read(session, *since)]

    def _counts(self, filed: Filed) -> bool:
        letter = filed.letter
        return not letter.is_automatic and (self._settings.is_list or not letter.is_through_list)

    def _is_open(self, thread: Conversation) -> bool:
        last = thread.letters[-1]
        return not self._us.wrote(last.letter) and not last.flags & {ANSWERED, DELETED}

    def _ends_waiting(self, filed: Filed) -> bool:
        return self._us.wrote(filed.letter) or ANSWERED in filed.flags

    def _name(self, thread: Conversation) -> TicketId:
        return ticket_id(self._id, sha256(thread.root.encode("utf-8", "replace")).hexdigest()[:10])

    def _ticket(self, thread: Conversation) -> Ticket:
        letters = thread.letters
        inbound = [filed for filed in letters if not self._us.wrote(filed.letter)]
        answered = max((index for index, filed in enumerate(letters) if self._ends_waiting(filed)), default=-1)
        touches = max(len(letters) - len(inbound), sum(ANSWERED in filed.flags for filed in inbound))
        return Ticket(
            id=self._name(thread),
            subject=topic(letters[0].letter.subject) or _NO_SUBJECT,
            requester=self._requester(inbound),
            status=Status.OPEN if touches else Status.NEW,
            priority=next((p for filed in reversed(inbound) if (p := filed.letter.priority)), None),
            created_at=letters[0].letter.sent_at,
            updated_at=letters[-1].letter.sent_at,
            waiting_since=letters[answered + 1].letter.sent_at,
            touches=touches,
            messages=self._messages(thread),
        )

    def _requester(self, inbound: Sequence[Filed]) -> Requester:
        first = self._us.counterpart(inbound[0].letter)
        # A letter from a form on a web site carries the server's clock, not the visitor's.
        own = [filed.letter for filed in inbound if filed.letter.sender.email == first.email]
        return Requester(
            name=first.name or (inbound[0].letter.sender.name if own else NO_TEXT),
            email=first.email,
            mail_offset=own[-1].utc_offset if own else None,
        )

    def _messages(self, thread: Conversation) -> tuple[Message, ...]:
        return tuple(
            Message(
                at=letter.sent_at,
                author=letter.sender.name or letter.sender.email,
                text=letter.text,
                is_inbound=not self._us.wrote(letter),
                reference=letter.message_id,
                attachments=letter.files,
            )
            for letter in (filed.letter for filed in thread.letters)
        )


def _smtp_server(settings: Settings) -> Server | None:
    if not settings.smtp_host:
        return None
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port or _SMTP_PORTS[settings.smtp_security],
        security=settings.smtp_security,
        login=Login(
            user=settings.smtp_user or settings.user,
            password=settings.smtp_password or settings.password,
        ),
    )
