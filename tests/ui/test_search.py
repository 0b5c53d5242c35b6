"""Finding tickets while they are very many."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from oncall_tui.domain.steps import at_once
from oncall_tui.domain.ticket import Status
from oncall_tui.domain.triage import Group
from oncall_tui.services.desk import Desk
from oncall_tui.ui.haystack import gathered
from oncall_tui.ui.search import AT_ONCE
from oncall_tui.ui.widgets.ticket_list import TicketList
from tests import desk_make
from tests.desk_make import HOUR
from tests.ui.rig import running

pytestmark = pytest.mark.anyio
MANY = AT_ONCE + 1000


def many(count: int = MANY) -> Desk:
    """Return a desk of as many tickets in order, every hundredth of which is about a printer."""
    desk = desk_make.live()
    row = desk.groups[0].rows[0]
    tickets = (
        desk_make.ticket(str(90_000 - i), "Printer" if i % 100 == 99 else "Login", "Firm", wait=HOUR, due=HOUR)
        for i in range(count)
    )
    rows = tuple(replace(row, ticket=ticket) for ticket in tickets)
    return replace(desk, groups=(replace(desk.groups[0], rows=rows, worked_out=None),))


def numbers(groups: Sequence[Group]) -> list[str]:
    return [row.ticket.number for group in groups for row in group.rows]


async def test_among_very_many_what_was_found_is_shown_whole_with_its_number() -> None:
    async with running(many()) as rig:
        await rig.press("slash")
        await rig.press(*"printer")
        await rig.until(f"30 of {MANY:,}")
        assert rig.app.screen.query_one(TicketList).lines.stops == 30
        await rig.press("escape")
        assert rig.app.screen.query_one(TicketList).lines.stops == MANY


async def test_a_part_of_what_is_found_is_never_shown_as_the_whole() -> None:
    async with running(many()) as rig:
        await rig.press("slash")
        tickets = rig.app.screen.query_one(TicketList)
        seen = {tickets.lines.stops}
        for key in "printer":
            rig._key_down(key)
            for _ in range(5):
                await rig.pilot.pause(0)
                seen.add(tickets.lines.stops)
                assert "None of the" not in rig.text
        await rig.until(f"30 of {MANY:,}")
        assert seen <= {MANY, 30}


async def test_the_cursor_stays_on_its_ticket_while_a_search_begins_and_ends() -> None:
    async with running(many()) as rig:
        await rig.press("down", "down", "down")
        tickets = rig.app.screen.query_one(TicketList)
        assert tickets.row is not None
        number = tickets.row.ticket.number
        await rig.press("slash")
        await rig.press(*"login")
        await rig.until(f"{MANY - 30:,} of {MANY:,}")
        assert tickets.row.ticket.number == number
        await rig.press("escape")
        assert tickets.row.ticket.number == number
        assert not tickets.has_slipped


async def test_what_is_typed_at_once_behind_the_key_is_sought_and_starts_nothing_else() -> None:
    async with running(desk_make.live()) as rig:
        await rig.burst("slash", "v", "a")
        rig.app.post_message(events.Key("slash", "/"))
        await rig.press("t")
        assert rig.app.screen.query_one(Input).value == "va/t"
        assert "None of the 8 open tickets contains “va/t”." in rig.text


async def test_a_few_tickets_are_found_by_the_key_itself() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("slash")
        rig._key_down("v")
        await rig.pilot.pause(0)
        assert "3 of 8" in rig.text
        assert "searching" not in rig.text


def test_words_are_put_together_anew_only_for_tickets_that_changed() -> None:
    group = many().groups[0]
    before = at_once(gathered((group,)))
    assert at_once(gathered((replace(group),), before)).words[0] is before.words[0]
    changed = replace(group.rows[5], ticket=replace(group.rows[5].ticket, subject=group.rows[99].ticket.subject))
    after = at_once(gathered((replace(group, rows=(*group.rows[:5], changed, *group.rows[6:])),), before))
    assert len(numbers(at_once(after.search("printer")))) == 31
    assert len(numbers(at_once(before.search("printer")))) == 30


def test_what_is_found_keeps_the_heading_of_its_group() -> None:
    group = many().groups[0]
    new = replace(group.rows[0], ticket=replace(group.rows[0].ticket, status=Status.NEW))
    groups = (replace(group, rows=(new, *group.rows[1:])),)
    (narrowed,) = at_once(at_once(gathered(groups)).search("printer"))
    assert narrowed.day == group.day
    assert narrowed.sums.longest == group.sums.longest
