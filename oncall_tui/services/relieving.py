"""Takes each step of a handover when it is due: drafts it, delivers it, reminds, and tells leadership."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.duty import Duty
from oncall_tui.domain.events import handover_stream
from oncall_tui.domain.handover_events import FlowStep, HandoverStepped, ShiftFigured
from oncall_tui.domain.handover_flow import (
    DRAFT_BEFORE,
    NOBODY_NEXT_BEFORE,
    Flow,
    Stage,
    due_step,
    is_delivery_due,
)
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.shift_figures import Past, figures
from oncall_tui.errors import BadUse, StoreError
from oncall_tui.services.board import Board
from oncall_tui.services.good_news import GoodNews
from oncall_tui.services.handing_over import HandingOver, is_contiguous
from oncall_tui.services.logbook import Logbook

TICK = timedelta(seconds=5)
LOOK_EVERY = timedelta(minutes=1)
"""How often shifts that end by the clock are looked for."""
FIGURED_WITHIN = timedelta(hours=24)
"""How long after its end a shift that nobody had to hand over may still get its figures."""


class Relieving:
    """The loop that sees a shift to its end."""

    def __init__(
        self, board: Board, logbook: Logbook, handing_over: HandingOver, good_news: GoodNews, clock: Clock
    ) -> None:
        self._board = board
        self._logbook = logbook
        self._handing_over = handing_over
        self._good_news = good_news
        self._clock = clock
        self._looked_at: datetime | None = None

    async def run(self) -> None:
        """Look for ever whether something is due."""
        while True:
            with suppress(StoreError):  # said by whoever writes most; here it is tried again
                await self.step()
            await asyncio.sleep(TICK.total_seconds())

    async def step(self) -> None:
        """Take what is due now; each step is taken by exactly one process, and of several overdue only the last."""
        await self._logbook.catch_up()
        duty = self._board.duty()
        if duty is not None:
            await self._see_to(duty)
        await self._figure()
        await self._good_news.step()

    async def _see_to(self, duty: Duty) -> None:
        shift, now = duty.shift, self._clock()
        left = shift.ends_at - now
        flow = self._logbook.flows.get(shift.starts_at)
        if left <= NOBODY_NEXT_BEFORE and (flow is None or FlowStep.NOBODY_NEXT not in flow.steps):
            await self._look_for_next(shift)
        if timedelta() < left <= DRAFT_BEFORE and not (flow is not None and flow.is_begun):
            following = self._board.following(shift)
            is_hers_anyway = duty.is_early and following is not None and following.person == duty.person
            if not is_hers_anyway and not is_contiguous(shift, following):
                await self._handing_over.begin(shift)
        flow = self._logbook.flows.get(shift.starts_at)
        if flow is not None and flow.is_begun:
            await self._advance(flow)

    async def _look_for_next(self, shift: Shift) -> None:
        if self._board.following(shift) is None:
            await self._stepped(shift, FlowStep.NOBODY_NEXT)

    async def _advance(self, flow: Flow) -> None:
        now = self._clock()
        if is_delivery_due(flow, now):
            try:
                await self._handing_over.deliver(is_by_hand=False)
            except BadUse:
                return  # another process delivered it meanwhile
            return
        step = due_step(flow, now)
        if step is not None:
            stepped = HandoverStepped(shift_starts_at=flow.shift_starts_at, step=step)
            await self._logbook.handed(stepped, write=self._handing_over.readers.letters)

    async def _stepped(self, shift: Shift, step: FlowStep) -> None:
        event = HandoverStepped(
            shift_starts_at=shift.starts_at, step=step, shift_ends_at=shift.ends_at, outgoing=shift.person
        )
        await self._logbook.handed(event, write=self._handing_over.readers.letters)

    async def _figure(self) -> None:
        """Keep the figures of every shift that is really over, once."""
        now = self._clock()
        known = self._figured()
        for flow in tuple(self._logbook.flows.values()):
            ends_at = flow.shift_ends_at
            is_over = flow.is_begun and ends_at is not None and ends_at <= now and not flow.is_open
            if is_over and flow.shift_starts_at not in known:
                accepted_at = flow.accepted_at if flow.stage is Stage.ACCEPTED else None
                await self._keep_figures(self._board.shift_of(flow), accepted_at)

        if self._looked_at is None or not timedelta() <= now - self._looked_at < LOOK_EVERY:
            self._looked_at = now
            for shift in self._board.team.rota.shifts(now - FIGURED_WITHIN, now):
                written = self._logbook.flows.get(shift.starts_at)
                is_by_clock = shift.ends_at <= now and not (written is not None and written.is_begun)
                if is_by_clock and shift.starts_at not in known and self._has_seen(shift):
                    await self._keep_figures(shift, None)

    def _has_seen(self, shift: Shift) -> bool:
        """Tell whether anything was recorded in a shift: one that nobody watched has no figures."""
        instants = [*(e.at for e in self._logbook.shift_events), *(e.armed_at for e in self._logbook.escalations)]
        return any(shift.starts_at <= at < shift.ends_at for at in instants)

    async def _keep_figures(self, shift: Shift, accepted_at: datetime | None) -> None:
        events = [e for e in self._logbook.shift_events if e.at >= shift.starts_at]
        person = self._board.team.people.get(shift.person)
        figured = figures(
            shift,
            person,
            Past(escalations=self._logbook.escalations, records=tuple(self._logbook.records.values()), events=events),
            accepted_at=accepted_at,
        )
        await self._logbook.once(
            handover_stream(shift.starts_at), figured, is_done=lambda: shift.starts_at in self._figured()
        )

    def _figured(self) -> set[datetime]:
        events = (recorded.event for recorded in self._logbook.shift_events)
        return {event.shift_starts_at for event in events if isinstance(event, ShiftFigured)}
