"""A support mailbox: a thread whose last letter is a customer's is an open ticket; nothing is ever marked as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from oncall_tui.clock import Clock
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, TicketId, ticket_id
from oncall_tui.errors import SourceError, SourceUnreachable
from oncall_tui.mail import imap
from oncall_tui.mail.conversations import Conversation, Us, conversations, topic
from oncall_tui.mail.imap import ANSWERED, DELETED, Filed, Folder
from oncall_tui.mail.lifeline import Lifeline, in_thread
from oncall_tui.mail.server import Login, Security, Server, address_problem, security_problem
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

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
        if self.since < timedelta(days=1):
            found.append(("since", '"1d" or more'))
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
        self._threads: dict[TicketId, tuple[Message, ...]] | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def open_tickets(self) -> Sequence[Ticket]:
        """Return every thread whose last letter waits for an answer."""
        threads = await self._read()
        return [self._ticket(thread) for thread in threads if self._is_open(thread)]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return a conversation as it was last read."""
        if self._threads is None:
            await self._read()
        found = (self._threads or {}).get(ticket)
        if found is None:
            raise SourceError(f"{ticket} is not in the mailbox any more: it was moved, or is older than `since`.")
        return found

    async def check(self) -> CleanText:
        """Log in, read, and say what is there."""
        threads = await self._read()
        waiting = sum(self._is_open(thread) for thread in threads)
        return clean(f"{self._server}: {len(threads)} threads in {self._settings.folder}, {waiting} waiting for us")

    async def _read(self) -> list[Conversation]:
        try:
            filed = await in_thread(self._fetch, limit=_ROUND_LIMIT)
        except TimeoutError as error:
            seconds = int(_ROUND_LIMIT.total_seconds())
            raise SourceUnreachable(
                f"{self._server} did not finish within {seconds} s; the next round goes on from what came."
            ) from error
        # Sorted out in a thread: thousands of letters take longer than a frame.
        threads = await in_thread(lambda _: conversations(filter(self._counts, filed), self._us), limit=_ROUND_LIMIT)
        self._threads = {self._name(thread): self._messages(thread) for thread in threads}
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
            )
            for letter in (filed.letter for filed in thread.letters)
        )
