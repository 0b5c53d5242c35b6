"""What is not done, counted: rows that are not drawn, objects that are not made, bytes that are not written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cached_cell_len
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen
from textual.strip import Strip

from oncall_tui.ui.text import forget_cells
from oncall_tui.ui.widgets.ticket_list import TicketList
from tests import desk_make
from tests.desk_make import HOUR, NOW
from tests.rig import Rig as Station
from tests.rig import ticket
from tests.ui.rig import running

pytestmark = pytest.mark.anyio
MANY = 5000
QUIET_MINUTE = 60 * 160
"""Bytes."""
SEEN_FRAMES, UNSEEN_FRAMES = 15, 7
"""The age of an answer each five seconds, or each fifteen, and whatever shows another minute."""


async def test_a_key_draws_two_rows_of_five_thousand() -> None:
    desk = desk_make.live()
    row = desk.groups[0].rows[0]
    rows = tuple(
        replace(row, ticket=desk_make.ticket(str(10_000 + i), "Help", "Firm", wait=HOUR, due=HOUR)) for i in range(MANY)
    )
    async with running(replace(desk, groups=(replace(desk.groups[0], rows=rows),))) as rig:
        tickets = rig.app.screen.query_one(TicketList)
        drawn: list[str] = []
        draw = tickets.render_line

        def counting(y: int) -> Strip:
            strip = draw(y)
            drawn.append(strip.text)
            return strip

        tickets.render_line = counting  # type: ignore[method-assign] # counts, and changes nothing
        await rig.press("down")
        assert len(drawn) == 2
        assert len(tickets.lines._made) < 3 * rig.app.size.height


async def test_a_refresh_that_says_the_same_makes_no_new_ticket_row_or_group() -> None:
    rig = Station()
    rig.source.tickets = [ticket(str(number)) for number in range(50)]
    await rig.station.open()
    await rig.read()
    before = rig.station.board.desk()
    rig.source.tickets = [replace(known, requester=replace(known.requester)) for known in rig.source.tickets]
    rig.clock.now += timedelta(seconds=60)
    await rig.read()
    assert rig.station.board.desk().groups is before.groups


@pytest.mark.parametrize(("is_seen", "frames"), [(True, SEEN_FRAMES), (False, UNSEEN_FRAMES)])
async def test_a_quiet_minute_writes_little_and_a_second_that_changes_nothing_writes_nothing(
    *, is_seen: bool, frames: int
) -> None:
    async with running(desk_make.live()) as rig:
        rig.app.app_focus = is_seen
        await rig.pass_time(timedelta(seconds=1))
        await rig.still()
        written: list[str] = []
        display = rig.app._display

        def counting(screen: Screen[None], update: RenderableType | None) -> None:
            if isinstance(update, CompositorUpdate):
                written.append(update.render_segments(rig.app.console))
            display(screen, update)

        rig.app._display = counting  # type: ignore[method-assign, assignment] # counts what a terminal would get
        for _ in range(60):
            await rig.pass_time(timedelta(seconds=1))
        assert 0 < len("".join(written).encode()) < QUIET_MINUTE
        assert len(written) <= frames
        written.clear()
        await rig.pass_time(timedelta())
        assert written == []
        assert rig.now == NOW + timedelta(seconds=61)


async def test_the_clock_and_the_countdown_are_true_each_second_while_ages_wait() -> None:
    async with running(desk_make.live()) as rig:
        await rig.pass_time(timedelta(seconds=58))
        assert "helpdesk 1 m ago" in rig.text
        assert "22:05" in rig.text
        await rig.pass_time(timedelta(seconds=2))
        assert "22:06" in rig.text
        assert "58 h 54 m left" in rig.text


async def test_a_reading_that_says_the_same_teaches_and_witnesses_nothing() -> None:
    rig = Station()
    rig.source.tickets = [ticket(str(number)) for number in range(50)]
    await rig.station.open()
    await rig.read()
    await rig.station.witnessing.look()
    before = rig.station.witnessing._seen
    rig.source.tickets = [replace(known, requester=replace(known.requester)) for known in rig.source.tickets]
    rig.clock.now += timedelta(seconds=60)
    await rig.read()
    await rig.station.witnessing.look()
    assert rig.station.witnessing._seen is before


async def test_lines_that_hold_a_time_are_measured_and_not_kept() -> None:
    async with running(desk_make.live()) as rig:
        await rig.pass_time(timedelta(minutes=1))
        forget_cells()
        for _ in range(20):
            await rig.pass_time(timedelta(minutes=1))
        assert "22:26" in rig.text
        assert cached_cell_len.cache_info().currsize == 0
