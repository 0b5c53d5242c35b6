"""The one immutable picture the screen shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain

from oncall_tui.domain.answer import Answer
from oncall_tui.domain.covers import Cover
from oncall_tui.domain.escalation import Escalation
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.unrecorded import Unrecorded


class SourceState(StrEnum):
    """What can be seen of a source."""

    LOADING = "loading"
    """It has not answered yet, and has not failed either; what it said at an earlier start may be shown."""
    LIVE = "live"
    STALE = "stale"
    """It fails now; what it last said is still shown."""
    FAILED = "failed"
    """It fails and has never answered: nothing of it can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """A source, and how much of it can be seen."""

    id: SourceId
    kind: str
    state: SourceState = SourceState.LOADING
    as_of: datetime | None = None
    """When it last answered completely."""
    failing_since: datetime | None = None
    error: CleanText = NO_TEXT
    is_remembered: bool = False
    """What is shown of it was kept from an earlier start: it has not answered since."""
    left_out: int = 0
    """How many more tickets it had then, which were not kept."""
    so_far: int = 0
    """How many tickets a reading under way has found, none of which is shown before it is complete."""


class Sight(StrEnum):
    """How much of all sources together can be seen."""

    LOADING = "loading"
    LIVE = "live"
    STALE = "stale"
    """At least one source fails, and something can still be shown."""
    BLIND = "blind"
    """No source answers and nothing can be shown: never the same as an empty list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the screen shows, at one instant."""

    at: datetime
    team: str = ""
    time_zone: str = "UTC"
    """The team's zone, for times shown while it is not known who sits here."""
    is_demo: bool = False
    me: Person | None = None
    """Who sits here."""
    on_call: Person | None = None
    shift: Shift | None = None
    """The shift under way, or the one that is over and that nobody has taken over; None when nobody is on call now."""
    ended_shift: Shift | None = None
    """My shift that is over and has no successor on this screen; None in every other case."""
    next_shift: Shift | None = None
    """The shift that follows the one under way, or the next one when nobody is on call."""
    next_known_since: datetime | None = None
    """When the next shift came to its person by being taken; None where it was planned."""
    covers: tuple[Cover, ...] = ()
    """Covers and swaps that were ever asked for."""
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    sources: tuple[SourceStatus, ...] = ()
    groups: tuple[Group, ...] = ()
    rows: Mapping[TicketId, Row] | None = field(default=None, compare=False, repr=False)
    """Those of the groups by their tickets; None where they have to be looked for."""
    suggested: tuple[Row, ...] | None = None
    """The tickets whose tier suggests E, in their order, escalated or not; None where nobody looked."""
    escalations: tuple[Escalation, ...] = ()
    """Those of this shift and every live one, the most urgent first; at most one for a ticket is live."""
    handover: Flow | None = None
    """Where the handover that counts stands; None before the first."""
    unrecorded: Unrecorded = field(default_factory=Unrecorded)
    notices: tuple[CleanText, ...] = ()
    """Lasting sentences about ourselves: what could not be recorded, when the machine slept."""

    undecided: tuple[Answer, ...] = ()
    """Answers that wait for a person, also to tickets that are not open any more."""
    left: tuple[Row, ...] = ()
    """Those tickets of ``undecided`` that left the list."""

    @property
    def sight(self) -> Sight:
        """Return how much can be seen."""
        states = {source.state for source in self.sources}
        if not states or states == {SourceState.LOADING}:
            return Sight.LOADING
        if states & {SourceState.LIVE, SourceState.STALE}:
            return Sight.STALE if states & {SourceState.STALE, SourceState.FAILED} else Sight.LIVE
        return Sight.BLIND if SourceState.LOADING not in states else Sight.LOADING

    @property
    def is_held(self) -> bool:
        """Tell whether the shift is over and whoever had it stays on call, because nobody has accepted the next."""
        flow, shift = self.handover, self.shift
        is_this = flow is not None and shift is not None and flow.shift_starts_at == shift.starts_at
        return is_this and flow is not None and flow.is_open and shift is not None and shift.ends_at <= self.at

    @property
    def is_quiet(self) -> bool:
        """Tell whether every source answers and nothing is waiting."""
        is_everything_seen = bool(self.sources) and all(source.state is SourceState.LIVE for source in self.sources)
        return is_everything_seen and not any(group.rows for group in self.groups)

    @property
    def open_tickets(self) -> int:
        """Return how many tickets are open."""
        return sum(len(group.rows) for group in self.groups)

    def row(self, ticket: TicketId) -> Row | None:
        """Return a ticket's row, or None when it is not on the screen any more."""
        if self.rows is not None and ticket in self.rows:
            return self.rows[ticket]
        elsewhere = () if self.rows is not None else chain.from_iterable(group.rows for group in self.groups)
        return next((row for row in chain(elsewhere, self.left) if row.ticket.id == ticket), None)

    def has_left(self, ticket: TicketId) -> bool:
        """Tell whether a ticket is shown only because an answer to it waits for a person."""
        return any(row.ticket.id == ticket for row in self.left)

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """Return every open ticket, in the order of the screen."""
        return tuple(row.ticket for group in self.groups for row in group.rows)

    def escalation_of(self, ticket: TicketId) -> Escalation | None:
        """Return the latest escalation of a ticket, the live one first."""
        mine = [escalation for escalation in self.escalations if escalation.brief.ticket == ticket]
        return min(mine, key=lambda e: (not e.state.is_live, -e.armed_at.timestamp()), default=None)
