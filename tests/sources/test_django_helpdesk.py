"""What django-helpdesk's JSON means."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Priority, Requester, Status, Ticket, TicketId
from oncall_tui.errors import Rejected
from oncall_tui.ports import Checkable
from oncall_tui.secrets import Secret
from oncall_tui.sources.django_helpdesk import Settings
from oncall_tui.sources.django_helpdesk_payload import parse_exchange, parse_status, parse_thread
from oncall_tui.text_safety import clean
from tests.servers.http import Asked, HttpServer, Reply, http_server
from tests.sources.helpdesk_desk import DjangoHelpdesk, iso
from tests.sources.test_answers import answer, answerable
from tests.sources.test_since import numbers, seconds, serve
from tests.sources.vendors import CREATED

pytestmark = pytest.mark.anyio

AT = datetime.fromtimestamp(CREATED + 60, UTC)


async def test_a_ticket_is_read_with_what_its_follow_ups_tell() -> None:
    desk = DjangoHelpdesk([1])
    desk.tickets[1]["assigned_to"] = 5
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        (ticket,) = await source.open_tickets()
        assert isinstance(source, Checkable)
        assert await source.check() == "django-helpdesk answers: 1 open tickets"
    assert ticket == Ticket(
        id=TicketId("helpdesk:1"),
        subject=clean("The printer is on fire"),
        requester=Requester(email=clean("hana@kobe-foods.example"), time_zone=clean("Asia/Tokyo")),
        status=Status.OPEN,
        priority=Priority.HIGH,
        assignee=clean("user 5"),
        created_at=AT,
        updated_at=AT,
        waiting_since=AT,
        due_at=datetime(2026, 11, 30, 8, tzinfo=UTC),
        touches=0,
        url=f"{server.url}/tickets/1/",
    )


def spoke(user: int | None, minute: int, comment: str = "Words", *, is_public: bool = True) -> Mapping[str, object]:
    at = iso(CREATED + 60 + 60 * minute)
    return {"id": minute, "user": user, "comment": comment, "public": is_public, "date": at}


def test_only_a_public_word_of_ours_answers_a_customer() -> None:
    opened = spoke(4, 0, "It burns")  # typed in by somebody of ours
    talk = [opened, spoke(4, 1, is_public=False), spoke(4, 2, ""), spoke(None, 3)]
    exchange = parse_exchange({"description": "It burns", "followup_set": talk})
    assert (exchange.waiting_since, exchange.touches) == (AT, 2)
    answered = {"description": "It burns", "followup_set": [*talk, spoke(4, 4), spoke(None, 5), spoke(None, 6)]}
    assert parse_exchange(answered).waiting_since == AT + timedelta(minutes=5)
    assert parse_exchange(answered).updated_at == AT + timedelta(minutes=6)
    assert [(m.text, m.is_public, m.is_inbound) for m in parse_thread(answered)] == [
        ("It burns", True, True),
        ("Words", False, False),
        ("Words", True, True),
        ("Words", True, False),
        ("Words", True, True),
        ("Words", True, True),
    ]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": 1}, Status.OPEN),
        ({"status": 2}, Status.OPEN),
        ({"status": 2, "on_hold": True}, Status.ON_HOLD),
        ({"status": 3}, Status.SOLVED),
        ({"status": 4}, Status.CLOSED),
        ({"status": 5}, Status.CLOSED),
        ({"status": 17}, Status.OPEN),
    ],
)
def test_a_status_is_a_number(fields: Mapping[str, object], status: Status) -> None:
    assert parse_status(fields) is status


async def test_a_site_that_passes_over_the_wanted_statuses_shows_only_open_tickets_all_the_same() -> None:
    desk = DjangoHelpdesk([1, 2])
    desk.tickets[2]["status"] = 4
    async with http_server() as server:
        server.answer_by(desk.answer)
        assert [ticket.number for ticket in await desk.make(server.url).open_tickets()] == ["1"]


async def test_braces_are_no_template_and_are_recognised() -> None:
    desk = DjangoHelpdesk([1])
    async with http_server() as server:
        source = answerable(desk, server)
        wanted = answer(desk.name(1), AnswerKind.REPLY, "Write {{ ticket.secret }} or {# nothing #}")
        receipt = await source.write(wanted)
        assert desk.words(1) == [("Write { { ticket.secret } } or { # nothing # }", True)]
        assert await source.find(wanted, frozenset()) == receipt


async def test_people_are_numbers() -> None:
    desk = DjangoHelpdesk([1])
    async with http_server() as server:
        with pytest.raises(Rejected, match="calls people by number, and ana is none"):
            await answerable(desk, server).write(answer(desk.name(1), AnswerKind.TAKE, account="ana"))


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (Settings(url="http://helpdesk.example", token=Secret("x")), ["url"]),
        (Settings(url="https://helpdesk.example"), ["token"]),
        (Settings(url="https://helpdesk.example", user="ana", token=Secret("x")), ["user"]),
        (Settings(url="https://helpdesk.example", user="ana", password=Secret("x")), []),
    ],
)
def test_settings_that_cannot_work_name_their_key(settings: Settings, keys: list[str]) -> None:
    assert [key for key, _ in settings.problems()] == keys


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


async def test_what_leaves_no_follow_up_shows_when_open_tickets_are_counted(server: HttpServer) -> None:
    desk = DjangoHelpdesk(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    desk.tickets[9]["status"] = 5  # merged into another
    desk.now += timedelta(minutes=1)
    assert numbers(await source.open_tickets()) == desk.tickets.keys() - {9}


async def test_a_follow_up_that_is_dated_back_has_everything_read(server: HttpServer) -> None:
    desk = DjangoHelpdesk(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += timedelta(minutes=1)
    desk.follow(9, {"user": 4, "comment": "By phone.", "public": True, "date": iso(seconds(desk.now) - 90 * 86_400)})
    found = {ticket.number: ticket.touches for ticket in await source.open_tickets()}
    assert (found["9"], found["10"]) == (1, 0)


async def test_an_account_that_sees_no_follow_ups_reads_everything_every_time(server: HttpServer) -> None:
    desk = DjangoHelpdesk(range(1, 701))

    def without(asked: Asked) -> Reply:
        return Reply(status=403) if asked.path == "/api/followups/" else desk.answer(asked)

    server.answer_by(without)
    source = desk.make(server.url)
    for status in (Status.OPEN, Status.ON_HOLD):
        desk.tickets[9]["on_hold"] = status is Status.ON_HOLD
        found = {ticket.number: ticket.status for ticket in await source.open_tickets()}
        assert (found["9"], len(found)) == (status, 700)
    assert [asked.path for asked in server.asked].count("/api/followups/") == 1
