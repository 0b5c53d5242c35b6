"""A request for help, as every source hands it over."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NewType

from oncall_tui.domain.text import NO_TEXT, CleanText

SourceId = NewType("SourceId", str)
"""The ``id`` of a ``[[sources]]`` table."""

TicketId = NewType("TicketId", str)
"""``SOURCE:ID``: which source, and what the ticket is called there."""


class Status(StrEnum):
    """Where a ticket stands in its help desk, in the words all help desks share."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on hold"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may still have to do something."""
        return self not in {Status.SOLVED, Status.CLOSED}


class Priority(IntEnum):
    """How much a ticket matters, as its help desk says."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Fact(StrEnum):
    """What one source may know of a requester and another not."""

    NAME = "name"
    PHONE = "phone"
    ORGANISATION = "organisation"
    TIME_ZONE = "time zone"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The person who asked, with every hint of where that person is."""

    name: CleanText = NO_TEXT
    email: CleanText = NO_TEXT
    phone: CleanText = NO_TEXT
    organisation: CleanText = NO_TEXT
    time_zone: CleanText = NO_TEXT
    """The contact's own zone as the help desk names it (IANA, Rails or Windows); empty when it names none."""
    country: CleanText = NO_TEXT
    """ISO 3166 code or name; empty when unknown."""
    mail_offset: timedelta | None = None
    """UTC offset of the ``Date:`` header of the customer's own mail; None when unknown or a bare zero."""
    learnt: tuple[tuple[Fact, SourceId], ...] = ()
    """What another source than the ticket's own knows, and which."""

    def source_of(self, fact: Fact) -> SourceId | None:
        """Return the other source that knows something; None where the ticket's own does."""
        return dict(self.learnt).get(fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a ticket's conversation."""

    at: datetime
    author: CleanText
    text: CleanText
    is_public: bool = True
    is_inbound: bool = False
    """True when the customer wrote it."""
    attachments: tuple[CleanText, ...] = ()
    """Names of the files that came with it."""
    reference: str = ""
    """What the help desk calls it; empty where that cannot be told."""
    mark: str = ""
    """The id of our answer that this is, where the help desk keeps such a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request for help. Instants are aware and in UTC; None means that the source does not say."""

    id: TicketId
    subject: CleanText
    requester: Requester = field(default_factory=Requester)
    status: Status = Status.OPEN
    priority: Priority | None = None
    tier: CleanText = NO_TEXT
    tags: tuple[CleanText, ...] = ()
    assignee: CleanText = NO_TEXT
    created_at: datetime | None = None
    updated_at: datetime | None = None
    waiting_since: datetime | None = None
    """Since when the customer has been waiting for us; None when the turn is the customer's."""
    due_at: datetime | None = None
    touches: int | None = None
    """How many things our side did to it; None where the source cannot tell."""
    url: str = ""
    """Link for a browser, http or https only; empty when there is none."""
    messages: tuple[Message, ...] = ()
    """The conversation, oldest first, where the source brings it along with the list."""

    @property
    def source_id(self) -> SourceId:
        """Return the source the ticket was read from."""
        return SourceId(self.id.partition(":")[0])

    @property
    def number(self) -> str:
        """Return what the ticket is called in its source."""
        return self.id.partition(":")[2]

    def is_late(self, now: datetime) -> bool:
        """Tell whether its due time has passed."""
        return self.due_at is not None and self.due_at <= now


def ticket_id(source: SourceId, number: str) -> TicketId:
    """Return the id of a ticket called ``number`` in ``source``."""
    return TicketId(f"{source}:{number}")
