"""What somebody answers leaves once, only while it still fits, and says no more than the help desk confirmed."""

from datetime import timedelta

import pytest

from oncall_tui.domain.answer import Answer, AnswerKind, AnswerState
from oncall_tui.domain.answering import Answering
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message
from oncall_tui.errors import BadUse, NotSent, OutcomeUnknown, Rejected, SourceUnreachable
from oncall_tui.services.help_desk import SETTLES_WITHIN
from tests.rig import FRIDAY_NIGHT as NOW
from tests.rig import AnsweredSource, Rig, ticket

pytestmark = pytest.mark.anyio

ASKED = Message(at=NOW - timedelta(hours=2), author=CleanText("Kenji Mori"), text=CleanText("Help."), is_inbound=True)
WRITES_AGAIN = Message(
    at=NOW + timedelta(seconds=1), author=CleanText("Kenji Mori"), text=CleanText("It works again!"), is_inbound=True
)


@pytest.fixture
async def desk() -> AnsweredSource:
    return AnsweredSource(tickets=(ticket(),), messages=[ASKED])


@pytest.fixture
async def rig(desk: AnsweredSource) -> Rig:
    rig = Rig(source=desk)
    await rig.read()
    return rig


def answering(rig: Rig) -> Answering:
    return rig.station.logbook.record(ticket().id).answering


def only(rig: Rig) -> Answer:
    (answer,) = answering(rig).answers
    return answer


async def reply(rig: Rig, text: str = "We look into it.", kind: AnswerKind = AnswerKind.REPLY) -> None:
    await rig.station.actions.answers.store(ticket(), kind, text, seen=[ASKED])


async def test_an_answer_is_stored_and_then_confirmed_by_the_help_desk(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    assert (only(rig).state, desk.written) == (AnswerState.STORED, [])
    await rig.turn()
    assert [(a.kind, a.text) for a in desk.written] == [(AnswerKind.REPLY, "We look into it.")]
    assert (only(rig).state, only(rig).reference) == (AnswerState.CONFIRMED, "t1")


async def test_what_certainly_did_not_arrive_is_tried_again(rig: Rig, desk: AnsweredSource) -> None:
    desk.errors = [NotSent("helpdesk cannot be reached"), None]
    await reply(rig)
    await rig.turn()
    assert (only(rig).state, only(rig).detail) == (AnswerState.DELAYED, "helpdesk cannot be reached")
    await rig.pass_time(seconds=3)
    assert (len(desk.written), only(rig).state) == (1, AnswerState.CONFIRMED)


async def test_one_that_arrived_without_a_word_is_found_and_not_sent_again(rig: Rig, desk: AnsweredSource) -> None:
    desk.errors, desk.takes_it_all_the_same = [OutcomeUnknown("no answer in time")], True
    await reply(rig)
    await rig.turn()
    assert only(rig).state is AnswerState.UNKNOWN
    await rig.pass_time(minutes=3)
    assert (len(desk.written), only(rig).state, only(rig).reference) == (1, AnswerState.CONFIRMED, "found")


async def test_one_that_may_have_arrived_is_looked_for_long_enough_before_it_is_sent_again(
    rig: Rig, desk: AnsweredSource
) -> None:
    desk.errors = [OutcomeUnknown("no answer in time")]
    await reply(rig)
    await rig.pass_time(seconds=SETTLES_WITHIN.total_seconds() - 2)
    assert (desk.written, only(rig).state) == ([], AnswerState.UNKNOWN)
    assert desk.looks >= 2
    await rig.pass_time(minutes=2)
    assert (len(desk.written), only(rig).state) == (1, AnswerState.CONFIRMED)


async def test_while_the_ticket_cannot_be_read_nothing_is_sent_a_second_time(rig: Rig, desk: AnsweredSource) -> None:
    desk.errors = [OutcomeUnknown("no answer in time")]
    await reply(rig, kind=AnswerKind.NOTE)
    await rig.turn()
    desk.error = SourceUnreachable("helpdesk cannot be reached")
    await rig.pass_time(minutes=5)
    assert (desk.written, only(rig).state) == ([], AnswerState.UNKNOWN)
    desk.error = None
    await rig.pass_time(minutes=3)
    assert (len(desk.written), only(rig).state) == (1, AnswerState.CONFIRMED)


async def test_a_killed_sender_s_answer_is_looked_for_before_it_is_sent_again(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    await rig.store.claim(now=NOW, holder="somebody who dies", lease=timedelta(seconds=20))
    desk.written.append(only(rig))
    await rig.restart()
    await rig.pass_time(minutes=2)
    assert (len(desk.written), only(rig).state) == (1, AnswerState.CONFIRMED)


@pytest.mark.parametrize("kind", [AnswerKind.REPLY, AnswerKind.SOLVE])
async def test_nothing_public_leaves_when_the_customer_wrote_meanwhile(
    rig: Rig, desk: AnsweredSource, kind: AnswerKind
) -> None:
    await reply(rig, kind=kind)
    desk.messages.append(WRITES_AGAIN)
    await rig.pass_time(minutes=5)
    held = only(rig)
    assert (desk.written, held.state) == ([], AnswerState.HELD)
    assert "Kenji Mori wrote meanwhile: “It works again!”" in held.detail


async def test_a_held_reply_leaves_once_somebody_who_saw_the_news_says_so(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    desk.messages.append(WRITES_AGAIN)
    await rig.turn()
    await rig.station.actions.answers.release(ticket(), only(rig), "Good to hear.", seen=desk.messages)
    await rig.turn()
    assert [a.text for a in desk.written] == ["Good to hear."]
    assert only(rig).state is AnswerState.CONFIRMED


async def test_a_held_reply_that_is_dropped_never_leaves(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    desk.messages.append(WRITES_AGAIN)
    await rig.turn()
    await rig.station.actions.answers.drop(only(rig))
    await rig.pass_time(minutes=2)
    assert (desk.written, only(rig).state) == ([], AnswerState.DROPPED)


async def test_a_note_leaves_whatever_the_customer_wrote(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig, kind=AnswerKind.NOTE)
    desk.messages.append(WRITES_AGAIN)
    await rig.turn()
    assert [a.kind for a in desk.written] == [AnswerKind.NOTE]


async def test_a_note_stays_in_the_journal_where_the_help_desk_has_no_place_for_it(
    rig: Rig, desk: AnsweredSource
) -> None:
    desk.can = frozenset({AnswerKind.REPLY})
    await reply(rig, kind=AnswerKind.NOTE)
    await rig.turn()
    assert (desk.written, only(rig).state) == ([], AnswerState.KEPT)


async def test_what_the_help_desk_cannot_do_is_refused_with_the_reason(rig: Rig, desk: AnsweredSource) -> None:
    desk.can = frozenset()
    with pytest.raises(BadUse, match="tickets of helpdesk can be read here, and not answered"):
        await reply(rig)
    assert answering(rig).answers == ()


async def test_answers_to_one_ticket_arrive_in_the_order_they_were_asked_for(rig: Rig, desk: AnsweredSource) -> None:
    desk.errors = [NotSent("busy")]
    await reply(rig)
    await reply(rig, kind=AnswerKind.SOLVE)
    await rig.pass_time(minutes=1)
    assert [a.kind for a in desk.written] == [AnswerKind.REPLY, AnswerKind.SOLVE]


async def test_a_refused_reply_keeps_its_words_and_says_why(rig: Rig, desk: AnsweredSource) -> None:
    desk.errors = [Rejected("helpdesk refused the credentials (403)")]
    await reply(rig)
    await rig.turn()
    await rig.restart()
    kept = answering(rig).undecided(AnswerKind.REPLY)
    assert kept is not None
    assert (kept.text, kept.detail) == ("We look into it.", "helpdesk refused the credentials (403)")


async def test_a_draft_survives_and_ends_with_its_answer(rig: Rig) -> None:
    answers = rig.station.actions.answers
    await answers.keep_draft(ticket().id, AnswerKind.REPLY, "We look in")
    await answers.keep_draft(ticket().id, AnswerKind.NOTE, "She is angry")
    await rig.restart()
    assert answering(rig).draft(AnswerKind.REPLY) == "We look in"
    await reply(rig)
    assert answering(rig).draft(AnswerKind.REPLY) == ""
    assert answering(rig).draft(AnswerKind.NOTE) == "She is angry"


async def test_an_empty_reply_is_none(rig: Rig) -> None:
    with pytest.raises(BadUse, match="nothing to send"):
        await reply(rig, " \n")


async def test_a_ticket_that_is_being_solved_is_not_solved_twice(rig: Rig) -> None:
    await reply(rig, kind=AnswerKind.SOLVE)
    with pytest.raises(BadUse, match="on its way already"):
        await reply(rig, kind=AnswerKind.SOLVE)


async def test_a_held_reply_to_a_ticket_that_left_the_list_can_still_be_reached(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    desk.messages.append(WRITES_AGAIN)
    await rig.turn()
    rig.station.board.desk()  # as it was while the ticket was open
    desk.tickets = ()
    await rig.read()
    shown = rig.station.board.desk()
    (left,) = shown.left
    assert (shown.open_tickets, left.ticket.subject, left.ticket.waiting_since) == (0, ticket().subject, None)
    assert shown.row(ticket().id) == left
    await rig.restart()
    (left,) = rig.station.board.desk().left
    assert left.ticket.subject == "(it left the list before this start)"
    await rig.station.actions.answers.release(left.ticket, only(rig), "Good to hear.", seen=desk.messages)
    assert rig.station.board.desk().left == ()
    await rig.turn()
    assert [a.text for a in desk.written] == ["Good to hear."]


async def test_before_its_source_answered_no_ticket_is_said_to_have_left(rig: Rig, desk: AnsweredSource) -> None:
    await reply(rig)
    desk.messages.append(WRITES_AGAIN)
    await rig.turn()
    rig.station = rig._station()
    await rig.station.open()
    assert rig.station.board.desk().left == ()
    assert [answer.kind for answer in rig.station.board.desk().undecided] == [AnswerKind.REPLY]
