"""Puts the desk together after every change and hands it to whoever watches."""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from oncall_tui.clock import Clock
from oncall_tui.domain import covers
from oncall_tui.domain.advice import worth_escalating
from oncall_tui.domain.answer import Answer
from oncall_tui.domain.atlas import EMPTY_ATLAS, Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.duty import Duty, current_flow, on_duty, shift_of
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.grouping import Grouping
from oncall_tui.domain.handover_flow import Flow, Stage
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.recognition import NOBODY_RECOGNISED, Recognition
from oncall_tui.domain.rota import Rota, Shift, WeekTime
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.triage import Group, Row
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.services.correcting import corrected_zones
from oncall_tui.services.desk import Desk
from oncall_tui.services.handover_notices import notices
from oncall_tui.services.learning import Learning
from oncall_tui.services.left_behind import LeftBehind
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.troubles import Troubles
from oncall_tui.turns import in_turns

OVER_FOR = timedelta(hours=12)
"""How long after its end a shift still asks for its handover."""
ASKED_FOR = timedelta(hours=1)
"""How long a take or solve that was refused is said beside the list; the ticket goes on saying it."""
SHOWN_FOR = timedelta(hours=72)
"""How long an escalation that ended stays on the screen: longer than the longest weekend shift."""
_EVERY = timedelta(seconds=30)

_URGENCY = {
    EscalationState.EXHAUSTED: 0,
    EscalationState.ARMED: 1,
    EscalationState.QUEUED: 2,
    EscalationState.NOTIFYING: 3,
    EscalationState.CLEARED: 4,
    EscalationState.ACKNOWLEDGED: 5,
    EscalationState.RESOLVED: 6,
    EscalationState.WITHDRAWN: 7,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Everything the config says about us and our customers."""

    name: str
    time_zone: str
    people: Mapping[PersonId, Person]
    rota: Rota
    policy: Policy
    customers: Sequence[Customer] = ()
    tiers: Sequence[Tier] = ()
    runbooks: tuple[Runbook, ...] = ()
    handover_to: Sequence[str] = ("next",)
    good_news_to: Sequence[str] = ()
    good_news_at: WeekTime | None = None
    """When leadership gets the good news, on the clock of whoever reads it; None for the end of each shift."""
    me: PersonId | None = None
    """Who sits here; None means whoever is on call when the dashboard starts."""
    is_demo: bool = False
    ours: AbstractSet[str] = frozenset()
    """Our own mail addresses and phone numbers, by which no customer is recognised."""
    always_ring: frozenset[ChannelId] = frozenset()
    """The channels through which nothing goes that only tells something."""
    atlas: Atlas = EMPTY_ATLAS
    """What books say about the places customers may be in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The open tickets, as one piece of work left them."""

    groups: tuple[Group, ...]
    rows: Mapping[TicketId, Row]
    suggested: tuple[Row, ...]


class Board:
    """The desk as it stands, and those who watch it."""

    def __init__(self, team: Team, polling: Polling, logbook: Logbook, clock: Clock, troubles: Troubles) -> None:
        self.team = team
        self._polling = polling
        self._logbook = logbook
        self._clock = clock
        self._troubles = troubles
        self._learning = Learning(logbook, polling, own_zone=team.time_zone, atlas=team.atlas)
        self._changed = asyncio.Event()
        self._watchers: list[Callable[[Desk], None]] = []
        self._is_shown = False
        self._recognition = Recognition()
        self._recognised = self._recognised_before = NOBODY_RECOGNISED
        self._grouping = Grouping()
        self._left = LeftBehind()
        self._me = team.me or self._on_call()
        for subject in (polling, logbook, troubles):
            subject.on_change(self._changed.set)

    @property
    def me(self) -> PersonId | None:
        """Return who sits here."""
        return self._me

    def sits_here(self, person: PersonId) -> None:
        """Take it that somebody else sits here from now on."""
        self._me = person
        self._changed.set()

    @property
    def zone(self) -> tzinfo:
        """Return the clock of whoever sits here, else the team's."""
        me = self.team.people.get(self._me) if self._me else None
        return (zone_info(me.time_zone) if me else None) or self.team.rota.zone

    def duty(self) -> Duty | None:
        """Return who is really on call now, and for which shift; None in a gap."""
        return on_duty(self.team.rota, self._logbook.flows.values(), self._clock())

    def open_flow(self) -> Flow | None:
        """Return the handover that somebody has to accept, if one is under way."""
        flow = current_flow(self._logbook.flows.values(), self._clock())
        return flow if flow is not None and flow.is_open else None

    def following(self, shift: Shift) -> Shift | None:
        """Return the shift that comes after another one."""
        return self.team.rota.next_shift(shift.ends_at - datetime.resolution)

    def shift_of(self, flow: Flow) -> Shift:
        """Return the shift that a handover is about."""
        return shift_of(self.team.rota, flow)

    def use_rota(self, rota: Rota) -> None:
        """Go by another rota from now on."""
        self.team = replace(self.team, rota=rota)
        if not self._is_shown:  # before that nobody has seen who sits here, and calendars were not read yet
            self._me = self.team.me or self._on_call()
        self._changed.set()

    def as_known(self, ticket: Ticket) -> Ticket:
        """Return a ticket with what other help desks know of whoever asked, as of the last time it was worked out.

        One that has just left its list is known as of the time before.
        """
        before = self._recognised_before.completed.get(ticket.id, ticket)
        return self._recognised.completed.get(ticket.id, before)

    def watch(self, watcher: Callable[[Desk], None]) -> None:
        """Hand every new desk to ``watcher``, the present one at once."""
        self.watch_from_now_on(watcher)
        watcher(self.desk())

    def watch_from_now_on(self, watcher: Callable[[Desk], None]) -> None:
        """Hand every new desk to ``watcher``."""
        self._watchers.append(watcher)

    def first_desk(self) -> Desk:
        """Return what can be shown without loading the book of public holidays; ``run`` shows the whole at once."""
        self._changed.set()
        early = replace(self.team.atlas, holidays=EMPTY_ATLAS.holidays)
        return self._desk(at_once(self._steps(self._clock(), early)))

    async def run(self) -> None:
        """Show a new desk after each change, and now and then because time itself changes it."""
        await asyncio.to_thread(self.team.atlas.open)  # else the first ticket of its kind would hold up every key
        while True:
            try:
                async with asyncio.timeout(_EVERY.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            desk = await self.whole_desk()
            for watcher in self._watchers:
                watcher(desk)

    async def whole_desk(self) -> Desk:
        """Return everything the screen shows, letting keys be answered while many tickets are put in order."""
        found = await in_turns(self._steps(self._clock()))
        await asyncio.sleep(0)  # a turn of its own for what is put together of it, and one for whoever watches
        desk = self._desk(found)
        await asyncio.sleep(0)
        return desk

    def desk(self) -> Desk:
        """Return everything the screen shows, now."""
        return self._desk(at_once(self._steps(self._clock())))

    def _steps(self, now: datetime, atlas: Atlas | None = None) -> Generator[None, None, _Sorted]:
        duty = self.duty()
        current = self._ended_shift(now, duty) or (duty.shift if duty is not None else None)
        tickets = self._polling.tickets
        yield from self._learning.read(tickets, now, current.starts_at if current else None)
        book = CustomerBook(
            customers=self.team.customers,
            corrections=corrected_zones(self._logbook.shift_events),
            account_defaults=dict(self._learning.account_defaults),
            atlas=atlas or self.team.atlas,
            tiers=self.team.tiers,
            runbooks=self.team.runbooks,
            ours=self.team.ours,
        )
        recognised = yield from self._recognition.steps(tickets, book, self._learning.ended)
        if recognised is not self._recognised:
            self._recognised_before, self._recognised = self._recognised, recognised
        experience = yield from self._learning.compared(recognised, now)
        groups = yield from self._grouping.steps(
            recognised.tickets, book, now, records=self._logbook.records, experience=experience
        )
        rows = self._grouping.rows
        return _Sorted(groups=groups, rows=rows, suggested=(yield from worth_escalating(groups, now)))

    def _desk(self, found: _Sorted) -> Desk:
        now = self._clock()
        self._is_shown = True
        team = self.team
        duty = self.duty()
        shift = duty.shift if duty is not None else None
        if self._me is None and duty is not None:
            self._me = duty.person
        flow = current_flow(self._logbook.flows.values(), now)
        ended = self._ended_shift(now, duty)
        following = self.following(shift) if shift else team.rota.next_shift(now)
        undecided = self._undecided(now)
        changed_hands = covers.covers(self._logbook.shift_events)
        return Desk(
            at=now,
            team=team.name,
            time_zone=team.time_zone,
            is_demo=team.is_demo,
            me=team.people.get(self._me) if self._me else None,
            on_call=team.people.get(duty.person) if duty else None,
            shift=shift,
            ended_shift=ended,
            next_shift=following,
            next_known_since=covers.known_since(changed_hands, following) if following else None,
            covers=tuple(changed_hands),
            people=team.people,
            sources=self._polling.statuses,
            groups=found.groups,
            rows=found.rows,
            suggested=found.suggested,
            escalations=self._escalations(now),
            handover=flow,
            unrecorded=self._logbook.unrecorded,
            notices=(*self._troubles.sentences, *notices(flow, self._me, team.people, now)),
            undecided=undecided,
            left=self._left.rows(undecided, found.rows, self._logbook.records, self._polling.statuses),
        )

    def _undecided(self, now: datetime) -> tuple[Answer, ...]:
        """Return what waits for a person: words for good, a take or solve until nobody can have missed it."""
        answered = (record.answering for record in self._logbook.records.values() if record.answering.answers)
        waiting = (answer for answering in answered for answer in answering.needs_a_person)
        return tuple(a for a in waiting if a.kind.has_words or now - a.since < ASKED_FOR)

    def _on_call(self) -> PersonId | None:
        duty = self.duty()
        return duty.person if duty else None

    def _ended_shift(self, now: datetime, duty: Duty | None) -> Shift | None:
        if self._me is None or (duty is not None and (duty.person == self._me or duty.is_held)):
            return None
        ended = self.team.rota.last_shift_of(self._me, now, OVER_FOR)
        flow = current_flow(self._logbook.flows.values(), now)
        if ended is None or flow is None or flow.shift_starts_at < ended.starts_at:
            return ended
        is_mine = flow.shift_starts_at == ended.starts_at and flow.stage is not Stage.ACCEPTED
        return ended if is_mine else None  # a later shift is handed over already, or this one was

    def _escalations(self, now: datetime) -> tuple[Escalation, ...]:
        shown = (e for e in self._logbook.escalations if e.ended_at is None or now - e.ended_at < SHOWN_FOR)
        return tuple(sorted(shown, key=lambda e: (_URGENCY[e.state], -e.armed_at.timestamp())))
