"""What W asks for: the shifts to show, what is wrong with them, and changing hands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from oncall_tui.clock import Clock
from oncall_tui.domain.covers import covers
from oncall_tui.domain.events import CoverId
from oncall_tui.domain.reach import LevelReach, levels_reached, reach
from oncall_tui.domain.rota import Gap, Shift
from oncall_tui.domain.rota_problems import AHEAD, problems
from oncall_tui.errors import BadUse
from oncall_tui.services import covering
from oncall_tui.services.board import Board
from oncall_tui.services.logbook import Logbook


@dataclass(slots=True, kw_only=True)
class RotaAsking:
    """Everything a person can ask of the rota."""

    logbook: Logbook
    board: Board
    clock: Clock
    new_id: Callable[[], str]

    async def shifts_between(self, start: datetime, end: datetime) -> Sequence[Shift | Gap]:
        """Return shifts and gaps in the order of their start."""
        rota = self.board.team.rota
        return sorted([*rota.shifts(start, end), *rota.gaps(start, end)], key=lambda span: span.starts_at)

    def levels_reached(self) -> Sequence[LevelReach]:
        """Return for each level when somebody of it was last proved reachable."""
        reached = reach(self.logbook.shift_events, self.logbook.escalations)
        return list(levels_reached(self.board.team.policy, reached, self.clock()))

    def holiday_at(self, zone: str, day: date) -> str:
        """Return what a public holiday of the country of a time zone is called, or nothing."""
        atlas = self.board.team.atlas
        return atlas.holidays(atlas.country_of_zone(zone), "", day.year).get(day, "")

    async def rota_problems(self) -> Sequence[str]:
        """Return a sentence for everything that is wrong with the rota of the next weeks."""
        now, team = self.clock(), self.board.team
        reached = None if team.is_demo else reach(self.logbook.shift_events, self.logbook.escalations)
        return problems(team.rota, now, now + AHEAD, team.policy, reached)

    async def ask_cover(self, shift: Shift, reason: str) -> None:
        """Ask that somebody takes a shift of mine; raise ``BadUse`` where that cannot be asked."""
        await self.logbook.note(covering.asked(CoverId(self.new_id()), shift, reason, await self._table()))

    async def ask_swap(self, mine: Shift, theirs: Shift, reason: str) -> None:
        """Ask one person to trade shifts; raise ``BadUse`` where that cannot be asked."""
        identity = CoverId(self.new_id())
        await self.logbook.note(covering.swap_asked(identity, mine, theirs, reason, await self._table()))

    async def take_cover(self, cover: CoverId) -> None:
        """Take what was asked for; raise ``BadUse`` where it cannot be taken, or somebody else was faster."""
        event = covering.taken(cover, await self._table())
        await self.logbook.note(event)
        known = next(each for each in covers(self.logbook.shift_events) if each.id == cover)
        if known.taken_by != event.by:
            raise BadUse("somebody else was faster, or it was taken back meanwhile: it is not yours")

    async def undo_cover(self, cover: CoverId) -> None:
        """Take back what was asked for, or give back what was taken; raise ``BadUse`` where that cannot be."""
        await self.logbook.note(covering.undone(cover, await self._table()))

    async def _table(self) -> covering.Table:
        await self.logbook.catch_up()
        known = covers(self.logbook.shift_events)
        return covering.Table(rota=self.board.team.rota, covers=known, me=self.board.me, now=self.clock())
