"""One person in several help desks: what each knows counts in all, and one that fails hurts no other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Requester, SourceId, Ticket, TicketId
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.triage import Row
from oncall_tui.errors import SourceUnreachable
from oncall_tui.services.board import Team
from oncall_tui.ui.acquaintance_text import also_from, also_waiting, learnt, raised
from oncall_tui.ui.desk_text import customer_name
from oncall_tui.ui.text import touches
from oncall_tui.ui.ticket_text import facts, zone_and_origin
from tests import rig
from tests.make import customer, requester, ticket
from tests.rig import FRIDAY_NIGHT, AnsweredSource, Rig, ScriptedSource

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
KEI = requester("Kei Tanabe", email="kei@firm.example")
KNOWN = replace(KEI, organisation=requester(organisation="Acme KK").organisation)


def wrote(
    source: str, number: str, asked_by: Requester = KEI, *, hours: float = 1, subject: str = "Export is empty"
) -> Ticket:
    since = FRIDAY_NIGHT - hours * HOUR
    return ticket(number, source=source, asked_by=asked_by, subject=subject, waiting_since=since, touches=2)


def desks(**tickets: Sequence[Ticket]) -> list[ScriptedSource]:
    return [ScriptedSource(id=SourceId(name), tickets=listed) for name, listed in tickets.items()]


def several(*sources: ScriptedSource) -> Rig:
    return Rig(source=sources[0], others=sources[1:], team_of=vip_team)


def vip_team() -> Team:
    gold = Tier(name="gold", first_reply=HOUR / 2, next_reply=HOUR / 2, is_around_the_clock=True)
    row = customer(match=("org:Acme KK",), time_zone="Asia/Tokyo", tier="gold")
    return replace(rig.team(), customers=[row], tiers=[gold])


def row(station: Rig, identity: str) -> Row:
    found = station.station.board.desk().row(TicketId(identity))
    assert found is not None
    return found


def also(station: Rig, identity: str) -> str:
    return also_from(row(station, identity), station.station.board.desk(), station.clock())


async def test_a_ticket_names_what_the_same_person_asked_elsewhere() -> None:
    station = several(*desks(mailbox=[wrote("mailbox", "7")], rt=[wrote("rt", "12", hours=3)]))
    await station.read()
    assert also(station, "mailbox:7") == "rt 12 “Export is empty” (waiting 3 h)"
    assert also(station, "rt:12") == "mailbox 7 “Export is empty” (waiting 1 h)"
    assert raised(row(station, "rt:12")) == "²"
    text = facts(row(station, "rt:12"), station.station.board.desk(), station.clock(), 76)
    assert "also from  this person: mailbox 7 “Export is empty” (waiting 1 h)" in text
    assert f"touches    {touches(2)}; {touches(4)} with the same asked elsewhere" in text


async def test_touches_for_the_same_in_two_help_desks_count_together_and_for_another_matter_do_not() -> None:
    same, other = wrote("rt", "12"), wrote("rt", "13", subject="Invoice is wrong")
    station = several(*desks(mailbox=[wrote("mailbox", "7")], rt=[same, other]))
    await station.read()
    assert (row(station, "mailbox:7").touches, row(station, "rt:13").touches) == (4, 2)


async def test_one_person_with_one_ticket_has_no_mark_and_no_line() -> None:
    station = several(*desks(mailbox=[wrote("mailbox", "7")], rt=[]))
    await station.read()
    assert (also(station, "mailbox:7"), raised(row(station, "mailbox:7"))) == ("", "")


async def test_a_mail_of_a_vip_that_another_help_desk_knows_gets_her_tier_and_her_clock() -> None:
    at_home = replace(KNOWN, time_zone=requester(time_zone="Asia/Seoul").time_zone)
    station = several(*desks(mailbox=[wrote("mailbox", "7")], zendesk=[wrote("zendesk", "991", at_home)]))
    await station.read()
    mail = row(station, "mailbox:7")
    assert mail.tier is not None
    assert (customer_name(mail), mail.tier.name, mail.is_late(station.clock())) == ("Acme KK", "gold", True)
    assert zone_and_origin(mail) == "Asia/Tokyo, from the customers table"
    assert learnt(mail.ticket.requester) == "organisation and time zone from zendesk"


async def test_a_zone_that_another_help_desk_knows_says_which() -> None:
    at_home = replace(KEI, time_zone=requester(time_zone="Asia/Seoul").time_zone)
    station = several(*desks(mailbox=[wrote("mailbox", "7")], zendesk=[wrote("zendesk", "991", at_home)]))
    await station.read()
    assert zone_and_origin(row(station, "mailbox:7")) == "Asia/Seoul, from the contact in zendesk"
    assert zone_and_origin(row(station, "zendesk:991")) == "Asia/Seoul, from the contact"


async def test_what_ended_yesterday_is_named_with_what_is_open() -> None:
    sources = desks(mailbox=[], zendesk=[wrote("zendesk", "991")])
    station = several(*sources)
    await station.read()
    await station.turn()
    sources[1].tickets = []
    await station.read()
    await station.turn()
    station.clock.now += timedelta(hours=26)
    sources[0].tickets = [wrote("mailbox", "7")]
    await station.read()
    assert also(station, "mailbox:7") == "zendesk 991 ended 26 h ago"
    assert raised(row(station, "mailbox:7")) == ""
    assert also_waiting(row(station, "mailbox:7"), station.station.board.desk(), station.clock()) == ""


async def test_a_leader_reads_where_else_the_customer_waits() -> None:
    station = several(*desks(helpdesk=[wrote("helpdesk", "4312")], rt=[wrote("rt", "12", hours=3)]))
    await station.read()
    await station.escalate()
    await station.pass_time(seconds=10)
    (message,) = station.channels[next(iter(station.channels))].received
    assert "Also waiting in rt 12 since" in message.body


async def test_one_person_who_writes_the_same_in_two_help_desks_is_not_two_customers() -> None:
    station = several(*desks(mailbox=[wrote("mailbox", "7")], rt=[wrote("rt", "12", KNOWN)]))
    await station.read()
    assert row(station, "rt:12").same_trouble == 0


async def test_a_help_desk_that_fails_keeps_its_part_and_says_since_when() -> None:
    sources = desks(mailbox=[wrote("mailbox", "7")], rt=[wrote("rt", "12", KNOWN)], zammad=[])
    station = several(*sources)
    await station.read()
    sources[1].error = SourceUnreachable("rt did not answer")
    station.clock.now += HOUR
    sources[0].tickets = [wrote("mailbox", "7"), wrote("mailbox", "8", requester("Bo", email="bo@firm.example"))]
    await station.read()
    assert also(station, "mailbox:7") == "rt 12 “Export is empty” (waiting 2 h; rt stale since 23:05)"
    assert row(station, "mailbox:7").tier is not None
    assert {one.id for one in station.station.board.desk().tickets} == {"mailbox:7", "mailbox:8", "rt:12"}
    sources[1].error = None
    await station.read()
    assert also(station, "mailbox:7") == "rt 12 “Export is empty” (waiting 2 h)"


async def test_an_answer_leaves_through_one_help_desk_while_the_others_fail() -> None:
    mailbox = AnsweredSource(id=SourceId("mailbox"), tickets=[wrote("mailbox", "7")])
    rt = AnsweredSource(id=SourceId("rt"), tickets=[wrote("rt", "12")])
    station = several(mailbox, rt)
    await station.read()
    rt.error = SourceUnreachable("rt did not answer")
    await station.read()
    answers = station.station.actions.answers
    await answers.store(row(station, "mailbox:7").ticket, AnswerKind.REPLY, "We are on it.", seen=())
    await station.turn()
    assert [answer.text for answer in mailbox.written] == ["We are on it."]


async def test_a_handover_names_a_help_desk_that_fails_and_the_tickets_of_all() -> None:
    sources = desks(mailbox=[wrote("mailbox", "7")], rt=[wrote("rt", "12", hours=3)], zammad=[])
    station = several(*sources)
    await station.read()
    sources[1].error = SourceUnreachable("rt did not answer")
    sources[2].error = SourceUnreachable("zammad did not answer")
    await station.read()
    paper = await station.station.actions.handover.markdown()
    assert "rt did not answer" in paper
    assert "zammad did not answer" in paper
    assert "same person as rt 12" in paper
    assert "same person as mailbox 7" in paper
