from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from oncall_tui.bootstrap.demo import demo_station
from oncall_tui.domain.due import Due, DueOrigin
from oncall_tui.domain.ticket import SourceId, Status, Ticket, TicketId, ticket_id
from oncall_tui.domain.tier import target
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.demo import DemoSource, Settings, build
from oncall_tui.sources.demo.crowd import CAST, CROWD
from oncall_tui.sources.demo.team import NIGHT_STARTS_AT, night
from oncall_tui.text_safety import clean, clean_body

pytestmark = pytest.mark.anyio

SHIFT = timedelta(hours=60)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NIGHT_STARTS_AT

    def __call__(self) -> datetime:
        return self.now


def desk(clock: Hands, *, seed: int = 7, tickets: int = 14) -> DemoSource:
    return build(SourceId("demo"), Settings(seed=seed, tickets=tickets), clock)


async def at(minutes: int, *, seed: int = 7, tickets: int = 14) -> dict[str, Ticket]:
    clock = Hands()
    clock.now += timedelta(minutes=minutes)
    return {ticket.number: ticket for ticket in await desk(clock, seed=seed, tickets=tickets).open_tickets()}


async def test_the_night_opens_with_the_outage_in_tokyo_that_is_eight_minutes_late() -> None:
    tickets = list((await at(0)).values())
    outage = tickets[0]
    assert (outage.number, outage.requester.organisation, outage.tier) == ("4312", "Acme KK", "gold")
    assert outage.touches == 5
    gold = next(tier for tier in night().tiers if tier.name == outage.tier)
    assert outage.due_at is None  # so that the tier's own target is seen
    assert target(outage, gold, None) == Due(
        at=NIGHT_STARTS_AT - timedelta(minutes=8), origin=DueOrigin.NEXT_REPLY, tier="gold"
    )
    assert [ticket.number for ticket in tickets if ticket.is_late(NIGHT_STARTS_AT)] == []
    assert Counter(ticket.status for ticket in tickets)[Status.NEW] == 2
    assert len(tickets) == 14


async def test_the_opening_scene_spans_thirteen_zones_and_one_customer_who_gives_no_hint() -> None:
    tickets = (await at(0)).values()
    assert len({ticket.requester.time_zone for ticket in tickets if ticket.requester.time_zone}) == 13
    assert [t.number for t in tickets if not (t.requester.time_zone or t.requester.phone or t.requester.country)] == [
        "4354"
    ]


async def test_the_same_seed_and_instant_show_the_same_night_however_one_came_there() -> None:
    clock = Hands()
    watched = desk(clock, tickets=60)
    for _ in range(30):
        await watched.open_tickets()
        clock.now += timedelta(minutes=7)
    assert {ticket.number: ticket for ticket in await watched.open_tickets()} == await at(210, tickets=60)


async def test_a_clock_that_jumps_back_shows_what_was_there() -> None:
    clock = Hands()
    watched = desk(clock, tickets=60)
    before = await watched.open_tickets()
    clock.now += timedelta(hours=5)
    await watched.open_tickets()
    clock.now -= timedelta(hours=5)
    assert await watched.open_tickets() == before


async def test_another_seed_is_another_night() -> None:
    assert await at(60, seed=7) != await at(60, seed=8)
    assert await at(0, seed=7, tickets=50) != await at(0, seed=8, tickets=50)


async def test_somebody_new_writes_every_minute_or_two() -> None:
    for minutes in range(2, 18, 2):
        earlier, later = await at(minutes), await at(minutes + 2)
        assert later.keys() - earlier.keys()


async def test_a_customer_who_waits_and_writes_again_still_waits_since_the_first_time() -> None:
    before, after = (await at(5))["4312"], (await at(7))["4312"]
    assert before.updated_at != after.updated_at
    assert before.waiting_since == after.waiting_since


async def test_an_answer_of_the_second_level_ends_the_wait_and_counts_as_a_touch() -> None:
    before, after = (await at(27))["4346"], (await at(29))["4346"]
    assert (before.status, before.touches) == (Status.NEW, 0)
    assert (after.status, after.touches, after.waiting_since, after.due_at) == (Status.PENDING, 1, None, None)


async def test_a_promise_falls_due_within_the_first_minutes() -> None:
    later = NIGHT_STARTS_AT + timedelta(minutes=7)
    assert (await at(7))["4335"].is_late(later)


async def test_tickets_get_solved_now_and_then() -> None:
    first = await at(0)
    assert len(first.keys() - (await at(45)).keys()) == 1
    assert not first.keys() & (await at(9 * 60)).keys()


async def test_a_whole_shift_stays_believable() -> None:
    clock = Hands()
    source = desk(clock, tickets=200)
    while clock.now < NIGHT_STARTS_AT + SHIFT:
        tickets = await source.open_tickets()
        assert len({ticket.id for ticket in tickets}) == len(tickets) > 5
        for ticket in tickets:
            assert ticket.created_at is not None
            assert ticket.updated_at is not None
            assert ticket.created_at <= ticket.updated_at <= clock.now
            assert (ticket.waiting_since is None) == (ticket.status is Status.PENDING)
            assert (ticket.due_at is None) == (ticket.waiting_since is None or ticket.tier == "gold")
        clock.now += timedelta(minutes=23)


async def test_a_conversation_agrees_with_its_ticket() -> None:
    clock = Hands()
    source = desk(clock, tickets=300)
    for _ in range(3):
        for ticket in await source.open_tickets():
            messages = await source.thread(ticket.id)
            assert sum(not message.is_inbound for message in messages) == ticket.touches
            assert messages[0].is_inbound
            assert messages[0].author == ticket.requester.name
            assert (messages[0].at, messages[-1].at) == (ticket.created_at, ticket.updated_at)
            assert all(message.text == clean_body(message.text) and "{" not in message.text for message in messages)
        clock.now += timedelta(minutes=50)


async def test_a_ticket_that_was_never_made_up_has_no_conversation() -> None:
    for number in ("1", "nonsense", "4499", "100000", ""):
        with pytest.raises(SourceGarbled):
            await desk(Hands()).thread(ticket_id(SourceId("demo"), number))


@pytest.mark.parametrize("tickets", [0, 1, 14, 15, 5_000])
async def test_as_many_tickets_are_open_as_were_asked_for(tickets: int) -> None:
    assert len(await at(0, tickets=tickets)) == tickets


async def test_a_crowd_is_made_up_once_and_read_again_for_next_to_nothing() -> None:
    clock = Hands()
    source = desk(clock, tickets=2_000)
    first = {ticket.id: ticket for ticket in await source.open_tickets()}
    clock.now += timedelta(minutes=1)
    again = {ticket.id: ticket for ticket in await source.open_tickets()}
    kept = sum(again.get(key) is ticket for key, ticket in first.items())
    assert kept > 1_950


async def test_nothing_made_up_needs_cleaning_and_nobody_has_a_real_address() -> None:
    for company in (*CAST, *CROWD):
        for person in company.people:
            assert person.email.endswith(".example")
            assert person.name == clean(person.name)
            assert person.organisation == clean(person.organisation)


async def test_the_check_says_that_it_is_made_up() -> None:
    assert await desk(Hands()).check() == "made up: 14 open tickets, nothing leaves this machine"


async def test_fewer_than_no_tickets_are_a_problem_of_the_config() -> None:
    assert [key for key, _ in Settings(tickets=-1).problems()] == ["tickets"]
    assert Settings().problems() == []


def test_everybody_on_a_level_or_in_the_rota_is_a_person_with_a_channel() -> None:
    team = night()
    people = {person.id: person for person in team.people}
    named = {p for level in team.levels for p in level.people} | {p for r in team.rotations for p in r.people}
    assert all(people[person].channels for person in named | {team.me})
    assert {person.time_zone for person in team.people} <= available_timezones()


async def test_the_customers_table_names_customers_who_write() -> None:
    requesters = [ticket.requester for ticket in (await at(0)).values()]
    for customer in night().customers:
        assert any(customer.is_of(requester) for requester in requesters)


async def test_somebody_of_the_help_desk_also_writes_to_the_mailbox_which_knows_nothing_of_them(tmp_path: Path) -> None:
    station = demo_station(starts_at=None, seed=7, tickets=15, folder=tmp_path, clock=Hands())
    await station.open()
    await station.polling.read_all()
    desk = station.board.desk()
    letter = desk.row(TicketId("mailbox:71"))
    assert desk.open_tickets == 15
    assert letter is not None
    assert letter.acquaintance is not None
    assert {one.id for one in letter.acquaintance.tickets} == {"mailbox:71", "helpdesk:4348"}
    assert (letter.zone.zone, letter.zone.source) == ("Asia/Kathmandu", "helpdesk")
    await station.close()
