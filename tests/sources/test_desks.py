"""What the JSON of Redmine, Zammad, Chatwoot and Intercom means."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.ticket import Priority, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot, chatwoot_payload, intercom, redmine, redmine_payload, zammad
from oncall_tui.text_safety import clean
from tests.servers.http import HttpServer, Reply, http_server, reply

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
HANA = Requester(
    name=clean("Hana Mori"),
    email=clean("hana@kobe-foods.example"),
    phone=clean("+819000000000"),
    organisation=clean("Kobe Foods"),
    time_zone=clean("Asia/Tokyo"),
    country=clean("JP"),
)
DESK, TOKEN = SourceId("desk"), Secret("x")


def unix(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}Z")


def payload(path: str) -> dict[str, object]:
    found = json.loads((PAYLOADS / f"{path}.json").read_text())
    assert isinstance(found, dict)
    return found


def answers(kind: str, *names: str) -> list[Reply]:
    return [Reply(body=(PAYLOADS / kind / f"{name}.json").read_bytes()) for name in names]


def redmine_at(server: HttpServer) -> redmine.RedmineSource:
    settings = redmine.Settings(
        url=server.url,
        token=TOKEN,
        organisation_field="Company",
        time_zone_field="time zone",
        phone_field="Telephone",
        country_field="Country",
        tier_field="Tier",
    )
    return redmine.build(DESK, settings, lambda: NOW)


@pytest.mark.anyio
async def test_an_issue_is_read_with_its_authors_record_and_whose_turn_it_is() -> None:
    issue = payload("redmine/issue")["issue"]
    assert isinstance(issue, Mapping)
    listed = reply({"issues": [{name: value for name, value in issue.items() if name != "journals"}], "total_count": 1})
    async with http_server() as server:
        before = answers("redmine", "me", "priorities")
        server.answer(*before, listed, *answers("redmine", "author", "issue"), *before, listed)
        source = redmine_at(server)
        (ticket,) = await source.open_tickets()
        assert await source.open_tickets() == [ticket]
        assert len(server.asked) == 8  # nothing changed, so that nothing was looked up again
    assert ticket == Ticket(
        id=TicketId("desk:4312"),
        subject=clean("Login fails for every user"),
        requester=replace(HANA, phone=clean("+81 90 0000 0000")),
        status=Status.PENDING,
        priority=Priority.HIGH,
        tier=clean("gold"),
        tags=(clean("Support"),),
        assignee=clean("Ana Ruiz"),
        created_at=at("20T22:00:00"),
        updated_at=at("21T01:20:00"),
        waiting_since=at("21T01:10:00"),
        due_at=at("22T00:00:00"),
        touches=3,
        url=f"{server.url}/issues/4312",
    )


def test_priorities_of_any_name_are_told_by_their_place_around_the_default_one() -> None:
    assert list(redmine_payload.parse_priorities(payload("redmine/priorities")).values()) == [
        Priority.LOW,
        Priority.NORMAL,
        Priority.HIGH,
        Priority.URGENT,
        Priority.URGENT,
    ]


@pytest.mark.anyio
async def test_a_redmine_that_heeds_no_condition_is_left() -> None:
    page = answers("redmine", "page-1")
    async with http_server([*answers("redmine", "me", "priorities"), *page, *page]) as server:
        with pytest.raises(SourceGarbled, match=r"3\.4 or later"):
            await redmine_at(server).open_tickets()


@pytest.mark.anyio
async def test_a_zammad_ticket_is_read_with_the_records_that_came_along() -> None:
    async with http_server(answers("zammad", "states", "priorities", "ticket")) as server:
        (ticket,) = await zammad.build(DESK, zammad.Settings(url=server.url, token=TOKEN), lambda: NOW).open_tickets()
        wanted = json.loads(server.asked[2].body)["condition"]
    assert wanted == {"ticket.state_id": {"operator": "is", "value": ["1", "2", "3", "7"]}}
    assert ticket == Ticket(
        id=TicketId("desk:4312"),
        subject=clean("Invoice shows the wrong total"),
        requester=replace(HANA, phone=clean("+81 90 0000 0000"), country=clean("Japan")),
        status=Status.PENDING,
        priority=Priority.HIGH,
        tier=clean("VIP"),
        tags=(clean("Support"),),
        assignee=clean("Ana Ruiz"),
        created_at=at("20T22:00:00"),
        updated_at=at("21T01:20:00"),
        waiting_since=at("21T01:10:00"),
        due_at=at("21T04:00:00"),
        url=f"{server.url}/#ticket/zoom/4312",
    )


@pytest.mark.anyio
@pytest.mark.parametrize("form", ["named otherwise", "plain"])
async def test_the_pages_of_later_versions_of_zammad_are_read_too(form: str) -> None:
    whole = payload("zammad/ticket")
    assets = whole["assets"]
    assert isinstance(assets, Mapping)
    page = list(assets["Ticket"].values()) if form == "plain" else {"record_ids": whole["tickets"], "assets": assets}
    async with http_server([*answers("zammad", "states", "priorities"), reply(page)]) as server:
        (ticket,) = await zammad.build(DESK, zammad.Settings(url=server.url, token=TOKEN), lambda: NOW).open_tickets()
    assert (ticket.number, ticket.requester.email) == ("4312", "" if form == "plain" else HANA.email)


@pytest.mark.anyio
async def test_a_chatwoot_conversation_is_read() -> None:
    settings = chatwoot.Settings(url="", account=1, token=TOKEN, statuses=("open",))
    async with http_server(answers("chatwoot", "ticket")) as server:
        here = chatwoot.Settings(url=server.url, account=settings.account, token=TOKEN, statuses=settings.statuses)
        (ticket,) = await chatwoot.build(DESK, here, lambda: NOW).open_tickets()
    assert ticket == Ticket(
        id=TicketId("desk:4312"),
        subject=clean("It still fails"),
        requester=HANA,
        status=Status.OPEN,
        priority=Priority.NORMAL,
        tags=(clean("login"),),
        assignee=clean("Ana Ruiz"),
        created_at=unix(1795214400),
        updated_at=unix(1795225800),
        waiting_since=unix(1795225800),
        due_at=unix(1795225800) + timedelta(minutes=30),
        url=f"{server.url}/app/accounts/1/conversations/4312",
    )


def test_a_chatwoot_too_old_to_say_who_waits_is_told_by_its_last_message() -> None:
    said = {"message_type": 0, "created_at": 1795225800}
    assert chatwoot_payload.parse_waiting({"last_non_activity_message": said}) == unix(1795225800)
    assert chatwoot_payload.parse_waiting({"last_non_activity_message": {**said, "message_type": 1}}) is None
    assert chatwoot_payload.parse_waiting({"last_non_activity_message": said, "waiting_since": 0}) is None


def intercom_at(server: HttpServer) -> intercom.IntercomSource:
    return intercom.build(DESK, intercom.Settings(url=server.url, token=TOKEN), lambda: NOW)


@pytest.mark.anyio
async def test_an_intercom_conversation_is_read_with_its_contacts_place() -> None:
    async with http_server(answers("intercom", "me", "admins", "ticket", "contacts")) as server:
        (ticket,) = await intercom_at(server).open_tickets()
    assert ticket == Ticket(
        id=TicketId("desk:4312"),
        subject=clean("Login fails\nfor every user"),
        requester=replace(HANA, country=clean("Japan")),
        status=Status.OPEN,
        priority=Priority.HIGH,
        tier=clean("gold"),
        tags=(clean("login"), clean("SLA missed")),
        assignee=clean("Ana Ruiz"),
        created_at=unix(1795214400),
        updated_at=unix(1795225900),
        waiting_since=unix(1795225800),
        url="https://app.intercom.com/a/inbox/abc12/inbox/conversation/4312",
    )


@pytest.mark.anyio
async def test_a_contact_that_was_deleted_leaves_what_the_conversation_says() -> None:
    nobody = reply({"data": []})
    async with http_server([*answers("intercom", "me", "admins", "ticket"), nobody]) as server:
        (ticket,) = await intercom_at(server).open_tickets()
    assert (ticket.requester.name, ticket.requester.email, ticket.requester.country) == ("Hana", HANA.email, "")


@pytest.mark.anyio
async def test_intercom_names_the_end_of_its_pause_as_an_instant() -> None:
    later = str(int(NOW.timestamp()) + 7)
    async with http_server([reply({}, 429, X_RateLimit_Reset=later)]) as server:
        with pytest.raises(SourceBusy) as busy:
            await intercom_at(server).open_tickets()
    assert busy.value.retry_after == timedelta(seconds=7)


@pytest.mark.anyio
async def test_threads_tell_customer_answer_and_note_apart() -> None:
    ticket = TicketId("desk:4312")
    async with http_server() as server:
        server.answer(*answers("zammad", "articles"))
        found = await zammad.build(DESK, zammad.Settings(url=server.url, token=TOKEN), lambda: NOW).thread(ticket)
        assert [(m.text, m.is_public, m.is_inbound) for m in found] == [
            ("Login fails\nfor every user", True, True),
            ("Ask <Dana>", False, False),
            ("We look into it.", True, False),
        ]
        server.answer(*answers("chatwoot", "messages"), reply({"payload": []}))
        here = chatwoot.Settings(url=server.url, account=1, token=TOKEN)
        found = await chatwoot.build(DESK, here, lambda: NOW).thread(ticket)
        assert [(m.text, m.is_public, m.is_inbound) for m in found] == [
            ("Login fails", True, True),
            ("We are back on Monday.", True, False),
            ("Ask **Dana**", False, False),
            ("We look into it.", True, False),
            ("(attachment)", True, True),
        ]
        server.answer(*answers("intercom", "conversation"))
        found = await intercom_at(server).thread(ticket)
        assert [(m.text, m.is_public, m.is_inbound) for m in found] == [
            ("Login fails\nfor every user", True, True),
            ("Ask Dana", False, False),
            ("We look into it.", True, False),
            ("And? 1 < 2", True, True),
        ]


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (redmine.Settings(url="http://redmine.example", token=TOKEN), ["url"]),
        (zammad.Settings(url="zammad.example", token=TOKEN), ["url"]),
        (intercom.Settings(url="https://me:pw@api.intercom.io", token=TOKEN), ["url"]),
        (chatwoot.Settings(account=0, token=TOKEN, statuses=("resolved",)), ["account", "statuses"]),
        (chatwoot.Settings(account=1, token=TOKEN), []),
    ],
)
def test_settings_that_cannot_work_name_their_key(
    settings: redmine.Settings | zammad.Settings | intercom.Settings | chatwoot.Settings, keys: list[str]
) -> None:
    assert [key for key, _ in settings.problems()] == keys
