"""The source of kind ``redmine`` against a real Redmine 5."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Priority, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceGarbled, SourceRefused
from oncall_tui.secrets import Secret
from oncall_tui.sources.redmine import RedmineSource, Settings, build
from oncall_tui.text_safety import clean
from tests.servers.overheard import overheard
from tests.servers.redmine import RealRedmine, real_redmine
from tests.servers.rt_desk import HOSTILE

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRedmine]:
    with real_redmine(tmp_path_factory.mktemp("redmine")) as running:
        running.create_customer("hana")
        yield running


def source_of(redmine: RealRedmine, key: str = "", url: str = "") -> RedmineSource:
    settings = Settings(url=url or redmine.url, token=Secret(key or redmine.key), time_zone_field="Zone")
    return build(SourceId("helpdesk"), settings, utc_now)


async def now(source: RedmineSource, number: str) -> Ticket:
    return next(ticket for ticket in await source.open_tickets() if ticket.number == number)


async def test_every_open_issue_is_read_once_over_several_pages_with_its_subject_made_harmless(
    redmine: RealRedmine,
) -> None:
    subjects = [HOSTILE[i % len(HOSTILE)] if i % 10 == 0 else f"Invoice {i} is wrong" for i in range(102)]
    made = {redmine.create_issue(subject): clean(subject) for subject in subjects}
    tickets = [ticket for ticket in await source_of(redmine).open_tickets() if ticket.number in made]
    assert {ticket.number: ticket.subject for ticket in tickets} == made
    assert len(tickets) == len(made)
    closed = min(made, key=int)
    redmine.change(closed, status_id=5)
    assert closed not in {ticket.number for ticket in await source_of(redmine).open_tickets()}


async def test_a_later_round_asks_only_for_what_changed_and_what_was_closed_leaves(redmine: RealRedmine) -> None:
    redmine.call("PUT", "users/1", {"user": {}, "pref": {"time_zone": "Tokyo"}})  # which must not shift the question
    made = [redmine.create_issue(f"Invoice {i} is late") for i in range(101)]
    redmine.a_day_passes()
    redmine.create_issue("The newest")
    async with overheard(redmine.url) as between:
        source = source_of(redmine, url=between.url)
        before = await source.open_tickets()
        redmine.change(made[0], status_id=5)
        redmine.change(made[1], subject="Invoice 1 was late")
        made.append(redmine.create_issue("One more"))
        between.asked.clear()
        after = await source.open_tickets()
        lists = [asked.params for asked in between.asked if asked.path == "/issues.json"]
        assert [(asked["status_id"], asked["updated_on"][:2]) for asked in lists] == [("*", ">=")]
        alone = {asked.path for asked in between.asked if asked.path.startswith("/issues/")}
        assert f"/issues/{made[1]}.json" in alone
    assert {ticket.number for ticket in after} == {ticket.number for ticket in before} - {made[0]} | {made[-1]}
    assert next(ticket.subject for ticket in after if ticket.number == made[1]) == "Invoice 1 was late"
    stamps = {ticket.number: ticket.updated_at for ticket in await source_of(redmine).open_tickets()}
    assert {ticket.number: ticket.updated_at for ticket in after} == stamps


async def test_an_issue_that_was_moved_to_another_project_leaves_the_list(redmine: RealRedmine) -> None:
    redmine.call("POST", "projects", {"project": {"name": "Shop", "identifier": "shop", "tracker_ids": [1, 2, 3]}})
    shop = redmine.call("GET", "projects/shop", None)["project"]
    assert isinstance(shop, dict)
    made = [redmine.create_issue(f"Invoice {i} is missing") for i in range(101)]
    settings = Settings(url=redmine.url, token=Secret(redmine.key), project="support")
    source = build(SourceId("helpdesk"), settings, utc_now)
    before = {ticket.number for ticket in await source.open_tickets()}
    redmine.change(made[0], project_id=shop["id"])
    assert {ticket.number for ticket in await source.open_tickets()} == before - {made[0]}


async def test_the_second_in_which_an_issue_changed_counts_as_since_then(redmine: RealRedmine) -> None:
    number = redmine.create_issue("On the edge")
    at = (await now(source_of(redmine), number)).updated_at
    assert at is not None
    for since, is_there in ((at, True), (at + timedelta(seconds=2), False)):
        found = redmine.issues(status_id="*", issue_id=f">={number}", updated_on=f">={since:%Y-%m-%dT%H:%M:%SZ}")
        assert found == ([number] if is_there else [])


async def test_an_issue_is_read_with_everything_redmine_tells_of_it(redmine: RealRedmine) -> None:
    zone = [{"id": 1, "value": "Asia/Tokyo"}]
    number = redmine.create_issue(
        "Login fails", by="hana", priority_id=4, status_id=1, due_date="2099-12-30", custom_fields=zone
    )
    redmine.change(number, status_id=4, assigned_to_id=None)
    ticket = await now(source_of(redmine), number)
    assert (ticket.requester.name, ticket.requester.email) == ("Hana Mori", "hana@kobe-foods.example")
    assert ticket.requester.time_zone == "Asia/Tokyo"
    assert (ticket.status, ticket.priority, ticket.tags) == (Status.PENDING, Priority.URGENT, ("Support",))
    assert ticket.due_at is not None
    assert ticket.due_at.isoformat() == "2099-12-31T00:00:00+00:00"
    assert ticket.url == f"{redmine.url}/issues/{number}"


async def test_the_customer_waits_from_the_first_word_that_nobody_answered(redmine: RealRedmine) -> None:
    source = source_of(redmine)
    number = redmine.create_issue("Whose turn is it?", by="hana")
    asked = await now(source, number)
    assert (asked.waiting_since, asked.touches) == (asked.created_at, 0)
    redmine.change(number, notes="We look into it.")
    redmine.change(number, priority_id=3)
    redmine.change(number, by="hana", notes="And?")
    redmine.change(number, notes="She writes again.", private_notes=True)
    waiting = await now(source, number)
    assert waiting.waiting_since is not None
    assert waiting.touches == 3
    redmine.change(number, notes="It is the cable.")
    answered = await now(source, number)
    assert (answered.waiting_since, answered.touches) == (None, 4)
    thread = await source.thread(TicketId(f"helpdesk:{number}"))
    assert [(message.text, message.is_public, message.is_inbound) for message in thread] == [
        ("Please help.", True, True),
        ("We look into it.", True, False),
        ("And?", True, True),
        ("She writes again.", False, False),
        ("It is the cable.", True, False),
    ]


async def test_a_check_says_what_was_seen_and_a_wrong_key_shows_no_part_of_the_desk(redmine: RealRedmine) -> None:
    redmine.create_issue("Anybody may see this one")
    assert (await source_of(redmine).check()).startswith("Redmine answers admin: ")
    with pytest.raises(SourceRefused, match=r"refused the credentials \(401\)") as refused:
        await source_of(redmine, "wrong").open_tickets()
    assert "wrong" not in str(refused.value)


async def test_an_issue_that_is_gone_is_named(redmine: RealRedmine) -> None:
    with pytest.raises(SourceGarbled, match=r"\(404\)"):
        await source_of(redmine).thread(TicketId("helpdesk:999999"))


def answer(number: str, kind: AnswerKind, text: str = "") -> Answer:
    at, ticket = utc_now(), TicketId(f"helpdesk:{number}")
    return Answer(id=AnswerId("a1"), ticket=ticket, kind=kind, text=CleanText(text), stored_at=at, since=at)


async def test_a_reply_is_public_a_note_is_private_and_both_are_found_again(redmine: RealRedmine) -> None:
    source, number = source_of(redmine), redmine.create_issue("Answer me", by="hana")
    reply, note = answer(number, AnswerKind.REPLY, "We are on it."), answer(number, AnswerKind.NOTE, "She is angry.")
    written = [await source.write(one) for one in (reply, note)]
    thread = await source.thread(TicketId(f"helpdesk:{number}"))
    assert [(m.text, m.is_public, m.is_inbound) for m in thread[1:]] == [
        ("We are on it.", True, False),
        ("She is angry.", False, False),
    ]
    assert [await source.find(one, frozenset()) for one in (reply, note)] == written
    assert await source.find(reply, frozenset({written[0].reference})) is None


async def test_take_and_solve_are_proved_by_the_issue_itself(redmine: RealRedmine) -> None:
    source, number = source_of(redmine), redmine.create_issue("Take me", by="hana")
    redmine.call("POST", "projects/support/memberships", {"membership": {"user_id": 1, "role_ids": [3]}})
    await source.write(answer(number, AnswerKind.TAKE))
    assert "Admin" in (await now(source, number)).assignee
    await source.write(answer(number, AnswerKind.SOLVE))
    assert number not in {ticket.number for ticket in await source.open_tickets()}
    assert await source.find(answer(number, AnswerKind.SOLVE), frozenset()) is not None


async def test_a_note_that_redmine_would_make_public_is_not_written(redmine: RealRedmine) -> None:
    number = redmine.create_issue("No notes here", by="hana")
    redmine.create_customer("kei", role=5)
    key = redmine.key_of("kei")
    with pytest.raises(Rejected, match="would show this note to the customer"):
        await source_of(redmine, key).write(answer(number, AnswerKind.NOTE, "She is angry."))
    assert "She is angry." not in [m.text for m in await source_of(redmine).thread(TicketId(f"helpdesk:{number}"))]
