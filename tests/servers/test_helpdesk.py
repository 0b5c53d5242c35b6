"""Tickets of a real django-helpdesk, and answers in it, which arrive as meant and once."""

from collections.abc import Iterator

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import Rejected, SourceRefused
from oncall_tui.secrets import Secret
from oncall_tui.sources.django_helpdesk import DjangoHelpdeskSource, Settings, build
from tests.servers.helpdesk import RealHelpdesk, real_helpdesk
from tests.servers.overheard import overheard
from tests.sources.desks import SOURCE
from tests.sources.test_answers import WORDS, answer

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

HANA = "hana@kobe-foods.example"


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHelpdesk]:
    with real_helpdesk(tmp_path_factory.mktemp("helpdesk")) as running:
        yield running


def source_of(helpdesk: RealHelpdesk, password: str = RealHelpdesk.password, *, url: str = "") -> DjangoHelpdeskSource:
    settings = Settings(
        url=url or helpdesk.url,
        user=helpdesk.user,
        password=Secret(password),
        account=helpdesk.root,
        time_zone_field="timezone",
    )
    return build(SOURCE, settings, utc_now)


def called(number: int) -> TicketId:
    return TicketId(f"helpdesk:{number}")


async def test_open_tickets_are_read_with_whose_turn_it_is(helpdesk: RealHelpdesk) -> None:
    source, number = source_of(helpdesk), helpdesk.ticket("The printer is on fire", "It burns", HANA)
    assert (await source.check()).endswith("open tickets")
    (ticket,) = [one for one in await source.open_tickets() if one.id == called(number)]
    assert (ticket.subject, ticket.requester.email, ticket.requester.time_zone) == (
        "The printer is on fire",
        HANA,
        "Asia/Tokyo",
    )
    assert ticket.touches == 0
    assert ticket.waiting_since == ticket.created_at is not None
    await source.write(answer(called(number), AnswerKind.REPLY, "We look into it.", at=utc_now()))
    helpdesk.mailed(number, "Re: printer", "And?")
    (ticket,) = [one for one in await source.open_tickets() if one.id == called(number)]
    assert (ticket.touches, ticket.subject) == (1, "The printer is on fire")
    assert ticket.waiting_since == ticket.updated_at
    assert [(m.text, m.is_inbound) for m in await source.thread(called(number))] == [
        ("It burns", True),
        ("We look into it.", False),
        ("And?", True),
    ]


async def test_more_tickets_than_a_page_holds_are_all_read(helpdesk: RealHelpdesk) -> None:
    before = len(await source_of(helpdesk).open_tickets())
    helpdesk.many_tickets(401)
    found = await source_of(helpdesk).open_tickets()
    assert len({ticket.id for ticket in found}) == len(found) == before + 401


async def test_a_later_round_reads_what_changed_as_the_follow_ups_tell(helpdesk: RealHelpdesk) -> None:
    closed, written, merged = (helpdesk.ticket(f"One of three, {n}", "Please", HANA) for n in range(3))
    helpdesk.many_tickets(201)
    async with overheard(helpdesk.url) as between:
        source = source_of(helpdesk, url=between.url)
        await source.open_tickets()
        helpdesk.follow_up(closed, new_status=4)
        helpdesk.mailed(written, "Re: printer", "And?")
        opened = helpdesk.ticket("One more", "Please", HANA)
        between.asked.clear()
        found = {ticket.id: ticket for ticket in await source.open_tickets()}
        assert called(closed) not in found
        assert [message.text for message in await source.thread(called(written))][-1] == "And?"
        assert found[called(opened)].subject == "One more"
        assert [asked.path for asked in between.asked[:-1]] == [
            "/api/followups/",
            *(f"/api/tickets/{number}/" for number in (closed, written, opened)),
            "/api/tickets/",
        ]
        assert between.asked[-2].params["page_size"] == "1"
        helpdesk.change(merged, status=5)
        assert called(merged) not in {ticket.id for ticket in await source.open_tickets()}
        stamps = {ticket.id: ticket.updated_at for ticket in await source.open_tickets()}
    assert stamps == {ticket.id: ticket.updated_at for ticket in await source_of(helpdesk).open_tickets()}


async def test_what_we_did_ourselves_is_seen_at_once(helpdesk: RealHelpdesk) -> None:
    source, number = source_of(helpdesk), helpdesk.ticket("Solve me", "Please", HANA)
    helpdesk.many_tickets(201)
    assert called(number) in {ticket.id for ticket in await source.open_tickets()}
    await source.write(answer(called(number), AnswerKind.SOLVE, at=utc_now()))
    assert called(number) not in {ticket.id for ticket in await source.open_tickets()}


async def test_a_reply_is_mailed_and_a_note_is_not(helpdesk: RealHelpdesk) -> None:
    source, number = source_of(helpdesk), helpdesk.ticket("Answer me", "Please", "yuki@kobe-foods.example")
    replied = await source.write(answer(called(number), AnswerKind.REPLY, WORDS, at=utc_now()))
    await source.write(answer(called(number), AnswerKind.NOTE, "xyzzy: she sounds angry", name="a2", at=utc_now()))
    thread = await source.thread(called(number))
    assert [(m.text, m.is_public, m.is_inbound) for m in thread[1:]] == [
        (WORDS, True, False),
        ("xyzzy: she sounds angry", False, False),
    ]
    assert thread[1].reference == replied.reference
    mails = helpdesk.mailed_to("yuki@kobe-foods.example")
    assert "are on it" in mails
    assert "xyzzy" not in mails


async def test_an_answer_that_is_there_is_found_and_braces_are_no_template(helpdesk: RealHelpdesk) -> None:
    source, number = source_of(helpdesk), helpdesk.ticket("Find me", "Please", HANA)
    for place, words in enumerate((WORDS, "{{ ticket.title }} {% now %} {# gone #} {{{", "<b>bold</b> & more")):
        wanted = answer(called(number), AnswerKind.REPLY, words, name=f"a{place}", at=utc_now())
        assert await source.find(wanted, frozenset()) is None
        written = await source.write(wanted)
        assert await source.find(wanted, frozenset()) == written
        assert await source.find(wanted, frozenset({written.reference})) is None


async def test_take_and_solve_are_proved_by_the_ticket_itself(helpdesk: RealHelpdesk) -> None:
    source, number = source_of(helpdesk), helpdesk.ticket("Take me", "Please", HANA)
    for account in ("", str(helpdesk.ben)):
        take = answer(called(number), AnswerKind.TAKE, account=account, at=utc_now())
        assert await source.find(take, frozenset()) is None
        await source.write(take)
        assert await source.find(take, frozenset()) is not None
    solve = answer(called(number), AnswerKind.SOLVE, at=utc_now())
    assert await source.find(solve, frozenset()) is None
    await source.write(solve)
    assert await source.find(solve, frozenset()) is not None
    assert called(number) not in {ticket.id for ticket in await source.open_tickets()}


async def test_what_it_refuses_is_refused(helpdesk: RealHelpdesk) -> None:
    number = helpdesk.ticket("Who takes me?", "Please", HANA)
    for wanted in (
        answer(called(number), AnswerKind.TAKE, account="999", at=utc_now()),
        answer(called(999_999), AnswerKind.REPLY, "Hello?", at=utc_now()),
        answer(called(999_999), AnswerKind.SOLVE, at=utc_now()),
    ):
        with pytest.raises(Rejected):
            await source_of(helpdesk).write(wanted)
    with pytest.raises(SourceRefused):
        await source_of(helpdesk, "wrong").open_tickets()
