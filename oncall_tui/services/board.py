"""Puts the desk together after every change and hands it to whoever watches."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from oncall_tui.clock import Clock
from oncall_tui.domain import covers
from oncall_tui.domain.atlas import EMPTY_ATLAS, Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.rota import Rota, Shift
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.triage import group
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.services.correcting import corrected_zones
from oncall_tui.services.desk import Desk
from oncall_tui.services.learning import Learning
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.troubles import Troubles

OVER_FOR = timedelta(hours=12)
"""How long after its end a shift still asks for its handover."""
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
    me: PersonId | None = None
    """Who sits here; None means whoever is on call when the dashboard starts."""
    is_demo: bool = False
    always_ring: frozenset[ChannelId] = frozenset()
    """The channels through which nothing goes that only tells something."""
    atlas: Atlas = EMPTY_ATLAS
    """What books say about the places customers may be in."""


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
        self._me = team.me or self._on_call()
        for subject in (polling, logbook, troubles):
            subject.on_change(self._changed.set)

    @property
    def me(self) -> PersonId | None:
        """Return who sits here."""
        return self._me

    @property
    def zone(self) -> tzinfo:
        """Return the clock of whoever sits here, else the team's."""
        me = self.team.people.get(self._me) if self._me else None
        return (zone_info(me.time_zone) if me else None) or self.team.rota.zone

    def use_rota(self, rota: Rota) -> None:
        """Go by another rota from now on."""
        self.team = replace(self.team, rota=rota)
        if not self._is_shown:  # before that nobody has seen who sits here, and calendars were not read yet
            self._me = self.team.me or self._on_call()
        self._changed.set()

    def watch(self, watcher: Callable[[Desk], None]) -> None:
        """Hand every new desk to ``watcher``, the present one at once."""
        self._watchers.append(watcher)
        watcher(self.desk())

    async def run(self) -> None:
        """Show a new desk after each change, and now and then because time itself changes it."""
        while True:
            try:
                async with asyncio.timeout(_EVERY.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            desk = self.desk()
            for watcher in self._watchers:
                watcher(desk)

    def desk(self) -> Desk:
        """Return everything the screen shows, now."""
        now = self._clock()
        self._is_shown = True
        team = self.team
        shift = team.rota.on_call(now)
        if self._me is None and shift is not None:
            self._me = shift.person
        ended = self._ended_shift(now, shift)
        current = ended or shift
        experience = self._learning.experience(now, current.starts_at if current else None)
        following = team.rota.next_shift(shift.ends_at - timedelta(microseconds=1) if shift else now)
        changed_hands = covers.covers(self._logbook.shift_events)
        return Desk(
            at=now,
            team=team.name,
            time_zone=team.time_zone,
            is_demo=team.is_demo,
            me=team.people.get(self._me) if self._me else None,
            on_call=team.people.get(shift.person) if shift else None,
            shift=shift,
            ended_shift=ended,
            next_shift=following,
            next_known_since=covers.known_since(changed_hands, following) if following else None,
            covers=tuple(changed_hands),
            people=team.people,
            sources=self._polling.statuses,
            groups=group(
                self._polling.tickets,
                CustomerBook(
                    customers=team.customers,
                    corrections=corrected_zones(self._logbook.shift_events),
                    account_defaults=self._learning.account_defaults,
                    atlas=team.atlas,
                    tiers=team.tiers,
                    runbooks=team.runbooks,
                ),
                now,
                records=self._logbook.records,
                experience=experience,
            ),
            escalations=self._escalations(now),
            unrecorded=self._logbook.unrecorded,
            notices=tuple(self._troubles.sentences),
            undecided=tuple(a for record in self._logbook.records.values() for a in record.answering.needs_a_person),
        )

    def _on_call(self) -> PersonId | None:
        shift = self.team.rota.on_call(self._clock())
        return shift.person if shift else None

    def _ended_shift(self, now: datetime, shift: Shift | None) -> Shift | None:
        if self._me is None or (shift is not None and shift.person == self._me):
            return None
        return self.team.rota.last_shift_of(self._me, now, OVER_FOR)

    def _escalations(self, now: datetime) -> tuple[Escalation, ...]:
        shown = (e for e in self._logbook.escalations if e.ended_at is None or now - e.ended_at < SHOWN_FOR)
        return tuple(sorted(shown, key=lambda e: (_URGENCY[e.state], -e.armed_at.timestamp())))
