"""What our side did to a ticket is kept, whoever did it and whatever stops in between."""

import gc
from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.events import Recorded
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, PromiseOutcome, PromiseSettled, TicketEnded
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.triage import Row
from oncall_tui.domain.zone_guess import CustomerZone
from oncall_tui.packed import BLOCK
from oncall_tui.services.logbook import Logbook
from tests.rig import FRIDAY_NIGHT as NOW
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio

TICKET = ticket("4312").id
PROMISED = PromiseMade(
    ticket=TICKET, promise=PromiseId("p1"), due_at=NOW + timedelta(hours=2), words=CleanText("a first answer")
)
KEPT = PromiseSettled(ticket=TICKET, promise=PromiseId("p1"), outcome=PromiseOutcome.KEPT)


@pytest.fixture
async def rig() -> Rig:
    return Rig()


async def test_a_promise_is_due_until_it_is_kept(rig: Rig) -> None:
    await rig.station.logbook.did(PROMISED)
    promised = rig.station.logbook.record(TICKET).next_promise
    await rig.station.logbook.did(KEPT)
    assert promised is not None
    assert promised.due_at == PROMISED.due_at
    assert rig.station.logbook.record(TICKET).next_promise is None


async def test_what_changes_nothing_is_not_recorded(rig: Rig) -> None:
    assert await rig.station.logbook.did(PROMISED)
    assert not await rig.station.logbook.did(PROMISED)
    assert await rig.station.logbook.did(KEPT)
    assert not await rig.station.logbook.did(KEPT)


async def test_the_promise_is_what_is_due_when_it_comes_before_the_help_desk_s_own_time() -> None:
    record = TicketRecord(ticket=TICKET).after(PROMISED, NOW)
    promised = Row(
        ticket=replace(ticket(), due_at=NOW + timedelta(hours=5)),
        zone=CustomerZone(),
        day=LocalDay(day=Day.UNKNOWN),
        record=record,
    )
    assert promised.due_at == PROMISED.due_at
    assert not promised.is_late(NOW)
    assert promised.is_late(PROMISED.due_at)


async def test_whatever_ended_long_ago_is_known_when_it_comes_back_or_is_escalated_after_all(rig: Rig) -> None:
    logbook = rig.station.logbook
    ended = [ticket(str(number)).id for number in range(3 * BLOCK)]
    for identity in ended:
        assert await logbook.did(TicketEnded(ticket=identity, touches=3, customer=CleanText("acme")))
    assert logbook.records == {}
    assert not await logbook.did(TicketEnded(ticket=ended[5], touches=4))
    assert (logbook.record(ended[5]).touches, logbook.record(ended[-1]).customer) == (3, "acme")

    assert await logbook.did(replace(PROMISED, ticket=ended[1]))
    rig.source.tickets = [ticket("0"), ticket("9999")]
    await rig.read()
    await rig.station.witnessing.look()
    await rig.escalate("0")
    for known in (logbook, await again(rig)):
        assert known.record(ended[0]).reopened == 1
        assert [promise.id for promise in known.record(ended[1]).promises] == [PROMISED.promise]
        assert known.records.keys() == {ended[0], ended[1]}
        assert [escalation.brief.ticket for escalation in known.escalations] == [ended[0]]
        assert known.record(ended[2]).ended_at == NOW


async def test_tickets_that_only_ended_leave_next_to_nothing_behind(rig: Rig) -> None:
    before = objects_of(Recorded, TicketEnded, TicketRecord)
    for number in range(10 * BLOCK):
        await rig.station.logbook.did(TicketEnded(ticket=ticket(str(number)).id, touches=3, customer=CleanText("acme")))
    await rig.read()
    assert objects_of(Recorded, TicketEnded, TicketRecord) - before <= 3 * 3 * BLOCK


def objects_of(*kinds: type) -> int:
    gc.collect()
    return sum(isinstance(thing, kinds) for thing in gc.get_objects())


async def again(rig: Rig) -> Logbook:
    logbook = Logbook(rig.store, rig.clock)
    await logbook.catch_up()
    return logbook
