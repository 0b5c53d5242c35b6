"""What is seen from one reading to the next, and kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.suggestion import rule
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.tier import Tier
from oncall_tui.errors import SourceUnreachable
from tests.make import requester
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio
GOLD = Tier(name="gold", rules=(rule("late"), rule("touches > 4")))


@pytest.fixture
async def rig() -> Rig:
    return Rig()


async def reading(rig: Rig, *tickets: Ticket) -> None:
    rig.source.tickets = tickets
    await rig.read()
    await rig.station.witnessing.look()


async def test_the_usual_number_is_learnt_from_tickets_that_end_and_survives_a_restart(rig: Rig) -> None:
    same = [replace(ticket(str(number)), touches=2) for number in range(5)]
    await reading(rig, *same, ticket("4312"))
    assert rig.row().usual_touches is None
    await reading(rig, ticket("4312"))
    assert rig.row().usual_touches == 2
    await rig.restart()
    assert rig.row().usual_touches == 2


async def test_a_ticket_that_ended_and_is_back_was_reopened(rig: Rig) -> None:
    await reading(rig, ticket("4312"))
    await reading(rig)
    await reading(rig, ticket("4312"))
    await reading(rig, ticket("4312"))
    record = rig.row().record
    assert record is not None
    assert (record.reopened, record.ended_at) == (1, None)


async def test_a_source_that_fails_ends_no_ticket(rig: Rig) -> None:
    await reading(rig, ticket("4312"))
    rig.source.error = SourceUnreachable("helpdesk did not answer")
    await reading(rig)
    assert rig.station.logbook.record(ticket("4312").id).ended_at is None


async def test_a_list_that_is_read_otherwise_than_before_teaches_nothing(rig: Rig) -> None:
    await reading(rig, *(ticket(str(number)) for number in range(30)))
    await reading(rig, ticket("1"))
    assert not any(rig.station.logbook.record(ticket(str(number)).id).ended_at for number in range(30))


async def test_an_escalation_says_why_its_tier_suggested_it_unless_somebody_says_why(rig: Rig) -> None:
    board = rig.station.board
    board.team = replace(board.team, tiers=(GOLD,))
    gold = replace(ticket("4312"), tier=CleanText("gold"))
    await reading(rig, gold, replace(gold, id=ticket("4313").id))
    await rig.escalate("4312")
    await rig.escalate("4313", why="Their shop is closed")
    whys = [escalation.brief.why for escalation in rig.station.logbook.escalations]
    assert whys == ["Late 8 m, 5 touches, gold", "Their shop is closed"]


async def test_a_ticket_that_ended_makes_anew_only_the_rows_it_teaches_something_about(rig: Rig) -> None:
    own = replace(ticket("1"), requester=requester("Kim", email="kim@one.example", organisation="Firm One"))
    other = replace(
        ticket("2"),
        requester=requester("Lee", email="lee@two.example", organisation="Firm Two"),
        created_at=rig.clock(),
    )
    ended = replace(ticket("3"), requester=requester("Lee", email="lee@two.example", organisation="Firm Two"))
    await reading(rig, own, other, ended)
    before = {number: rig.row(number) for number in ("1", "2")}
    rig.clock.now += timedelta(minutes=1)
    await reading(rig, own, replace(other, created_at=rig.clock() + timedelta(minutes=1)))
    assert rig.row("1") is before["1"]
    assert rig.row("2").is_back_again
