"""What HubSpot's JSON means."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Priority, Requester, Status, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceBusy, SourceGarbled
from oncall_tui.ports import Checkable
from oncall_tui.secrets import Secret
from oncall_tui.sources.hubspot import Settings
from oncall_tui.sources.hubspot_payload import (
    addressed,
    latest_thread,
    parse_due,
    parse_message,
    parse_stages,
    parse_waiting,
    parse_zone,
)
from oncall_tui.text_safety import clean
from tests.servers.http import Reply, http_server, reply
from tests.sources.hubspot_desk import ASKED, PIPELINES, Hubspot, iso
from tests.sources.test_answers import WORDS, answer, answerable
from tests.sources.vendors import CREATED, body

pytestmark = pytest.mark.anyio

AT = datetime.fromtimestamp(CREATED + 60, UTC)


async def test_a_ticket_is_read_with_its_contact_and_its_owner() -> None:
    desk = Hubspot([1])
    desk.properties(1)["hubspot_owner_id"] = "5"
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        (ticket,) = await source.open_tickets()
        assert isinstance(source, Checkable)
        assert await source.check() == "HubSpot answers: tickets in 3 open stages can be read"
    assert ticket == Ticket(
        id=TicketId("helpdesk:1"),
        subject=clean("The printer is on fire"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            phone=clean("+8190"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
            country=clean("Japan"),
        ),
        status=Status.OPEN,
        priority=Priority.HIGH,
        tier=clean("gold"),
        assignee=clean("Ben Okafor"),
        created_at=AT,
        updated_at=AT,
        waiting_since=AT,
        due_at=AT + timedelta(hours=1),
        touches=0,
        url="https://app-eu1.hubspot.com/contacts/62515/record/0-5/1",
    )


async def test_an_app_that_may_read_tickets_only_reads_them_without_people() -> None:
    desk = Hubspot([1])
    hidden = ("/account-info/v3/details", "/crm/v3/owners", "/crm/v4/associations/tickets/contacts/batch/read")
    async with http_server() as server:
        server.answer_by(lambda asked: Reply(status=403) if asked.path in hidden else desk.answer(asked))
        (ticket,) = await desk.make(server.url).open_tickets()
    assert (ticket.requester, ticket.url, ticket.status) == (Requester(), "", Status.OPEN)


async def test_a_portal_without_an_open_stage_is_no_empty_desk() -> None:
    desk = Hubspot([1])
    nothing = reply({"results": []})
    async with http_server() as server:
        server.answer_by(lambda asked: nothing if asked.path.endswith("/pipelines/tickets") else desk.answer(asked))
        with pytest.raises(SourceGarbled, match="no pipeline of tickets with an open stage"):
            await desk.make(server.url).open_tickets()


def test_stages_are_known_by_their_state_and_some_by_their_name() -> None:
    stages = parse_stages({"results": PIPELINES}, frozenset({"waiting on contact"}))
    assert {stage.id: stage.status for stage in stages.values()} == {
        "1": Status.NEW,
        "2": Status.PENDING,
        "3": Status.OPEN,
        "4": Status.CLOSED,
        "71": Status.CLOSED,
    }


@pytest.mark.parametrize(
    ("slug", "zone"),
    [
        ("america_slash_new_york", "America/New_York"),
        ("america_slash_port_hyphen_au_hyphen_prince", "America/Port-au-Prince"),
        ("us_slash_eastern", "US/Eastern"),
        ("somewhere else", "somewhere else"),
        (None, ""),
    ],
)
def test_a_zone_is_read_without_its_signs_and_capitals(slug: str | None, zone: str) -> None:
    assert parse_zone({"hs_timezone": slug}) == zone


def test_the_latest_message_tells_whose_turn_it_is_and_without_one_whether_we_answered() -> None:
    created = {"createdate": iso(CREATED + 60)}
    received = {**created, "hs_last_message_received_at": iso(CREATED + 120)}
    assert parse_waiting({**received, "hs_last_message_from_visitor": "true"}) == AT + timedelta(minutes=1)
    ours = {**received, "hs_last_message_from_visitor": "false"}
    assert parse_waiting({**ours, "hs_last_message_sent_at": iso(CREATED + 180)}) is None
    assert parse_waiting({**created, "hs_last_message_from_visitor": "false"}) == AT  # nobody ever wrote
    assert parse_waiting(created) == AT
    assert parse_waiting({**created, "first_agent_reply_date": iso(CREATED + 90)}) is None


def test_the_promise_of_a_first_answer_is_kept_by_it() -> None:
    dues = {
        "hs_time_to_first_response_sla_at": str(1000 * (CREATED + 60)),
        "hs_time_to_close_sla_at": iso(CREATED + 90),
    }
    assert parse_due(dues) == AT
    assert parse_due({**dues, "first_agent_reply_date": iso(CREATED)}) == AT + timedelta(seconds=30)


def test_what_nobody_said_is_no_message() -> None:
    assert parse_message({**ASKED, "type": "ASSIGNMENT"}) is None
    assert parse_message({**ASKED, "type": "WELCOME_MESSAGE"}) is None
    asked = parse_message(ASKED)
    assert asked is not None
    assert (asked.author, asked.text, asked.is_inbound, asked.is_public) == ("Hana Mori", "It burns", True, True)
    noted = parse_message({**ASKED, "type": "COMMENT", "direction": "OUTGOING", "createdBy": "A-104"})
    assert noted is not None
    assert (noted.is_inbound, noted.is_public) == (False, False)


async def test_a_message_that_was_cut_short_is_read_whole() -> None:
    desk = Hubspot([1])
    cut: Mapping[str, object] = {**ASKED, "text": "It bu", "truncationStatus": "TRUNCATED"}
    async with http_server() as server:

        def answered(path: str) -> Reply | None:
            if path.endswith("/m0/original-content"):
                return reply({"text": "It burns like hell"})
            return reply({"results": [cut]}) if path.endswith("/messages") else None

        server.answer_by(lambda asked: answered(asked.path) or desk.answer(asked))
        assert [m.text for m in await desk.make(server.url).thread(desk.name(1))] == ["It burns like hell"]


async def test_a_ticket_without_a_conversation_shows_what_stands_in_it_and_cannot_be_answered() -> None:
    desk = Hubspot([1])
    none = reply({"results": []})
    async with http_server() as server:
        source = answerable(desk, server)
        server.answer_by(lambda asked: none if "/threads" in asked.path else desk.answer(asked))
        assert [m.text for m in await desk.make(server.url).thread(desk.name(1))] == ["It burns"]
        for kind in (AnswerKind.REPLY, AnswerKind.NOTE):
            with pytest.raises(Rejected, match="has no conversation to write in"):
                await source.write(answer(desk.name(1), kind, WORDS))


async def test_a_reply_goes_back_where_the_customers_latest_message_came_from() -> None:
    desk = Hubspot([1])
    async with http_server() as server:
        await answerable(desk, server).write(answer(desk.name(1), AnswerKind.REPLY, WORDS, account="5"))
        sent = body(server.asked[-1])
    assert sent == {
        "type": "MESSAGE",
        "text": WORDS,
        "senderActorId": "A-105",
        "channelId": "1002",
        "channelAccountId": "77",
        "recipients": [
            {
                "actorId": "V-31",
                "recipientField": "TO",
                "deliveryIdentifiers": [{"type": "HS_EMAIL_ADDRESS", "value": "hana@kobe-foods.example"}],
            }
        ],
    }
    assert addressed([{**ASKED, "direction": "OUTGOING", "createdBy": "A-104"}]) is None
    assert (
        latest_thread([{"id": "1", "latestMessageTimestamp": "1"}, {"id": "2", "latestMessageTimestamp": "2"}]) == "2"
    )


async def test_nobody_of_that_name_takes_or_says_anything() -> None:
    desk = Hubspot([1])
    async with http_server() as server:
        source = answerable(desk, server)
        for kind in (AnswerKind.TAKE, AnswerKind.NOTE):
            with pytest.raises(Rejected, match="knows nobody called mallory"):
                await source.write(answer(desk.name(1), kind, "x", account="mallory"))
    assert desk.said.get(1, []) == []


async def test_the_pause_is_the_interval_that_is_used_up() -> None:
    busy = reply({"policyName": "TEN_SECONDLY_ROLLING"}, 429, X_HubSpot_RateLimit_Interval_Milliseconds="10000")
    async with http_server([busy]) as server:
        with pytest.raises(SourceBusy) as caught:
            await Hubspot([1]).make(server.url).open_tickets()
    assert caught.value.retry_after == timedelta(seconds=10)


def test_settings_that_cannot_work_name_their_key() -> None:
    assert [key for key, _ in Settings(url="http://hubapi.example", token=Secret("x")).problems()] == ["url"]
