"""What this program needs from the world outside, as Protocols; adapters fulfil them, ``bootstrap`` chooses which."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import (
    Acknowledgement,
    Awaited,
    DeliveryState,
    MessageKey,
    OutgoingMessage,
    Proof,
    Receipt,
)
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.rota import CalendarTurn
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId


class TicketSource(Protocol):
    """A help desk tickets are read from."""

    @property
    def id(self) -> SourceId:
        """Return the id of its ``[[sources]]`` table."""

    async def open_tickets(self) -> Sequence[Ticket]:
        """Return every open ticket as it stands now, or raise a ``SourceError``: never a part of the list."""

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return a ticket's conversation, oldest first, or raise a ``SourceError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTickets:
    """What a source last said."""

    tickets: tuple[Ticket, ...]
    as_of: datetime
    left_out: int = 0
    """How many more there were, which are not kept."""


class LastKnown(Protocol):
    """Keeps what the sources last said from one start to the next."""

    async def load(self) -> Mapping[SourceId, KnownTickets]:
        """Return what was kept; of a source nothing was kept of, nothing."""

    async def keep(self, known: Mapping[SourceId, KnownTickets]) -> None:
        """Replace what was kept; where that fails nothing is lost but the head start."""


@runtime_checkable
class AnswerableSource(Protocol):
    """A help desk in which tickets can be answered, not only read."""

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return what can be done in it; anything else is not offered."""

    async def write(self, answer: Answer) -> Receipt:
        """Write an answer and return what the help desk calls it.

        Raises:
            NotSent: Nothing was written; the same answer may be tried again.
            Rejected: It was refused, and would be again.
            OutcomeUnknown: It may have been written.
        """

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Read the ticket as it stands now and return the answer's proof if it is in it, or raise a ``SourceError``.

        ``claimed`` holds what the help desk calls our other answers to the ticket: none of them is this one.
        """


class Pace(Protocol):
    """Tells how the reading of a list goes on that its vendor allows only slowly."""

    def on_step(self, listener: Callable[[int, timedelta], None]) -> None:
        """Call ``listener`` whenever it goes on: with how many tickets it has, and how long it waits from now."""


@runtime_checkable
class Paced(Protocol):
    """A help desk that is asked no faster than its vendor allows, so that a long list may take many minutes."""

    @property
    def pace(self) -> Pace:
        """Return what tells how its list goes on."""


@runtime_checkable
class Rereadable(Protocol):
    """A help desk that tells of one ticket, ahead of lists and searches that lag behind."""

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Return a ticket as it stands now, open or not; None when it is gone. Raise a ``SourceError`` when blind."""


class Carrier(Protocol):
    """Whatever takes a message out of the outbox."""

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Hand a message over and return the proof, or raise a ``DeliveryError`` that says what became of it."""


class Channel(Protocol):
    """A way to reach one person."""

    @property
    def proves(self) -> Proof:
        """Return the most this channel can ever show."""

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Hand a message over and return the proof, or raise ``NotSent``, ``Rejected`` or ``OutcomeUnknown``."""

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Return which of these the person asked has deliberately answered; raise ``DeliveryError`` when blind.

        Asked again after a restart, it returns the same answers again.
        """


@runtime_checkable
class Insistent(Protocol):
    """A channel that may go on asking by itself, until it is told that nothing is asked any more."""

    @property
    def rings_on(self) -> bool:
        """Tell whether it does."""


@runtime_checkable
class Ringing(Protocol):
    """A channel that may have no way to tell somebody something without ringing."""

    @property
    def always_rings(self) -> bool:
        """Tell whether it rings whatever it is given, so that what only tells something has to go another way."""


@runtime_checkable
class Preparable(Protocol):
    """A channel whose way to the provider can be opened before there is something to send."""

    async def stay_ready(self) -> None:
        """Keep a way open for a few seconds, which the next message takes; where that fails, it opens its own."""


MayLeave = Callable[[], Awaitable[object]]
"""Waits until a message may leave."""


@runtime_checkable
class Poised(Protocol):
    """A channel that can do all it takes to send a message before the message may leave."""

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do what ``send`` does, of which nobody outside gets a single byte before ``may_leave`` is over.

        It may be cancelled while it waits; then the message was never there.
        """


@runtime_checkable
class Checkable(Protocol):
    """An adapter that can be tried without consequences."""

    async def check(self) -> CleanText:
        """Try it for real and return one line that says what was seen, or raise an ``OnCallError``."""


@runtime_checkable
class LogsIn(Protocol):
    """An adapter that a person logs in to once, in a browser."""

    @property
    def needs_login(self) -> bool:
        """Tell whether nobody is logged in where somebody has to be."""

    async def log_in(self, show: Callable[[str], None]) -> None:
        """Show what the person has to do, wait for it, and keep the login; raise a ``SourceError`` when it failed."""


@runtime_checkable
class Expiring(Protocol):
    """An adapter whose vendor says until when its token works."""

    @property
    def token_ends_on(self) -> date | None:
        """Return the last day it works; None where it does not end, or where that is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a claimed message."""

    key: MessageKey
    state: DeliveryState
    detail: CleanText = NO_TEXT
    reference: str = ""
    next_try_at: datetime | None = None
    tries: int | None = None
    """The claim it comes from, as ``Claimed`` counts; None where only one can be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this process, and no other, may send until its lease ends."""

    message: OutgoingMessage
    tries: int
    """How often it was claimed, this time included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Who sends a message as soon as it is stored, and for how long nobody else may."""

    holder: str
    lease: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one transaction recorded."""

    lines: Sequence[Recorded] = ()
    claimed: Sequence[Claimed] = ()
    """The messages that are its writer's to send."""


class Journal(Protocol):
    """The append-only record, with the messages each entry calls for."""

    async def append(  # noqa: PLR0913 - one transaction, each part of which has its name
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
        hold: Hold | None = None,
    ) -> Written:
        """Record events, their messages and a settlement in one transaction.

        Args:
            stream: Where the events belong.
            events: What happened, oldest first; may be empty when only a message is settled.
            at: The instant it happened, UTC.
            after_version: The stream's version the decision was taken on; None appends whatever the version.
            send: Messages to put into the outbox; a key that is already there is left as it is.
            settle: What became of a claimed message.
            hold: Claims the messages it puts into the outbox in the same transaction; one already there stays as it is.

        Raises:
            StreamMoved: The stream has another version; nothing was recorded.
            StoreFailed: It could not be recorded; nothing was recorded.
        """

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        """Return what was recorded after a ``seq``, oldest first: all of it, or so many lines at most."""

    async def close(self) -> None:
        """Let go of the store."""


@runtime_checkable
class Forgetful(Protocol):
    """A journal that goes on without its disk."""

    @property
    def recorded_until(self) -> int | None:
        """Return the ``seq`` of the last line that outlives this process; None while all do."""


LONGEST_PAUSE = timedelta(minutes=5)
"""No try is planned further ahead, whatever a provider asks for: what seems to be shows that the clock was set back."""


class Outbox(Protocol):
    """Messages that are stored and not yet settled."""

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the most urgent message that is due, of equals the one due longest, or None.

        One whose next try is planned further ahead than ``LONGEST_PAUSE`` is due.

        A message whose holder's lease ended without a settlement may have arrived: it comes back with
        ``is_possible_duplicate`` set. A lease that ends further ahead than ``lease`` began before the clock was set
        back: from now on it ends after ``lease``.
        """

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        """Let the lease of a message that is still being sent end so much later; False when it is not its holder's."""

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, with its state and when it is tried next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReading:
    """What a calendar says about who is on call."""

    turns: tuple[CalendarTurn, ...] = ()
    """The topmost first."""
    problems: tuple[CleanText, ...] = ()
    """A sentence for every event that could not be used."""
    as_of: datetime | None = None
    """When its text was fetched; None for what was not fetched."""
    trouble: CleanText = NO_TEXT
    """Why this is an older copy; empty when it is not."""


class CalendarFeed(Protocol):
    """A calendar that names who is on call."""

    @property
    def name(self) -> str:
        """Return the name of its ``[[rota.calendars]]`` table."""

    async def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return what it says about a span, from the last good copy if need be, or raise a ``SourceError``."""

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        """Return what its last good copy says without asking anybody, or None where there is no such copy."""


class Store(Journal, Outbox, Protocol):
    """Journal and outbox, which share their transactions."""


ChannelTable = dict[ChannelId, Channel]
