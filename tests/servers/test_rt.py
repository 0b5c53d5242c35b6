"""The source of kind ``rt`` against a real Request Tracker 5."""

from datetime import timedelta

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.ticket import Priority, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceRefused, SourceUnreachable
from oncall_tui.secrets import Secret
from oncall_tui.sources.rt import RtSource, Settings, build
from oncall_tui.text_safety import clean
from tests.servers.rt import NewTicket, RealRt
from tests.servers.rt_desk import CUSTOMERS, ZONES, Seeded

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


def source_of(rt: RealRt, password: str = RealRt.password) -> RtSource:
    settings = Settings(url=rt.url, user=rt.user, password=Secret(password))
    return build(SourceId("helpdesk"), settings, utc_now)


async def seeded_tickets(desk: Seeded) -> dict[str, Ticket]:
    tickets = await source_of(desk.rt).open_tickets()
    return {ticket.number: ticket for ticket in tickets if ticket.number in desk.tickets}


async def test_every_open_ticket_is_read_once_with_what_its_customer_wrote_made_harmless(rt_desk: Seeded) -> None:
    found = await seeded_tickets(rt_desk)
    assert {number: ticket.subject for number, ticket in found.items()} == {
        number: clean(ticket.subject) for number, ticket in rt_desk.tickets.items()
    }
    assert not any("\x1b" in ticket.subject for ticket in found.values())
    assert {ticket.status for ticket in found.values()} == {Status.NEW}
    assert {ticket.priority for ticket in found.values()} == {Priority.LOW, Priority.NORMAL, Priority.HIGH}


async def test_each_customer_comes_with_zone_and_organisation(rt_desk: Seeded) -> None:
    found = (await seeded_tickets(rt_desk)).values()
    assert {ticket.requester.email: ticket.requester.time_zone for ticket in found} == rt_desk.zones
    assert {ticket.requester.time_zone for ticket in found} == {*ZONES, ""}
    assert {ticket.requester.organisation for ticket in found} == {f"Company {c}" for c in range(CUSTOMERS)}


async def test_the_customer_waits_from_the_first_word_that_nobody_answered(rt_desk: Seeded) -> None:
    rt, source = rt_desk.rt, source_of(rt_desk.rt)
    mail = next(iter(rt_desk.zones))
    number = rt.create_ticket(NewTicket(subject="Whose turn is it?", requester=mail))

    async def now() -> Ticket:
        return next(ticket for ticket in await source.open_tickets() if ticket.number == number)

    asked = await now()
    assert asked.waiting_since is not None
    assert asked.created_at is not None
    # RT dates a ticket and its first word one after the other, and tells whole seconds.
    assert timedelta() <= asked.waiting_since - asked.created_at <= timedelta(seconds=1)
    assert asked.touches == 0
    rt.reply(number, "We look into it.")
    answered = await now()
    assert (answered.waiting_since, answered.touches) == (None, 1)
    rt.mail(number, mail, "And?")
    rt.note(number, "She writes again.")
    waiting = await now()
    assert waiting.waiting_since is not None
    assert (waiting.touches, waiting.status) == (1, Status.OPEN)
    rt.resolve(number)
    assert number not in {ticket.number for ticket in await source.open_tickets()}


async def test_a_thread_tells_customer_answer_and_note_apart(rt_desk: Seeded) -> None:
    rt, mail = rt_desk.rt, next(iter(rt_desk.zones))
    number = rt.create_ticket(NewTicket(subject="A talk", requester=mail, text="Größe 家族\nis \x1b[2J wrong"))
    rt.reply(number, "Which one?")
    rt.mail(number, mail, "The second.")
    rt.note(number, "<p>She means <b>the third</b> &amp; last.</p><script>evil()</script>", kind="text/html")
    rt.resolve(number)
    thread = await source_of(rt).thread(TicketId(f"helpdesk:{number}"))
    assert [(m.text, m.is_public, m.is_inbound) for m in thread] == [
        ("Größe 家族\nis ␛[2J wrong", True, False),
        ("Which one?", True, False),
        ("The second.", True, True),
        ("She means the third & last.", False, False),
    ]
    assert thread[2].author == "Customer 0"


async def test_a_check_says_what_was_seen_and_a_wrong_password_is_refused(rt: RealRt) -> None:
    assert (await source_of(rt).check()).startswith("Request Tracker 5.")
    with pytest.raises(SourceRefused, match=r"refused the credentials \(401\)") as refused:
        await source_of(rt, "wrong").open_tickets()
    assert "wrong" not in str(refused.value)


async def test_a_server_that_stops_is_unreachable_and_one_that_returns_is_read_again(rt_desk: Seeded) -> None:
    source = source_of(rt_desk.rt)
    before = await source.open_tickets()
    rt_desk.rt.stop()
    try:
        with pytest.raises(SourceUnreachable, match="the connection was refused"):
            await source.open_tickets()
    finally:
        rt_desk.rt.start()
    assert await source.open_tickets() == before
