"""Answering as somebody lives it: for whom it is stays in no doubt, nothing leaves by accident, nothing is lost."""

from contextvars import Context
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import TextArea

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind, AnswerState
from oncall_tui.domain.answering import Answering, Snooze
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.services.desk import Desk
from oncall_tui.ui.widgets.conversation import AT_ONCE, Conversation
from tests import desk_make
from tests.desk_make import HOUR, MINUTE, NOW
from tests.screen import screen_lines
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio


def with_answering(answering: Answering, *, at: int = 0) -> Desk:
    """Return the usual desk, the ticket of its first group at some place answered so."""
    desk = desk_make.live()
    first = desk.groups[0]
    rows = list(first.rows)
    ticket = rows[at].ticket
    rows[at] = replace(rows[at], record=TicketRecord(ticket=ticket.id, answering=answering))
    groups = (replace(first, rows=tuple(rows)), *desk.groups[1:])
    return replace(desk, groups=groups, undecided=answering.needs_a_person)


def reply(state: AnswerState, detail: str = "", text: str = "We are on it.") -> Answer:
    return Answer(
        id=AnswerId("a1"),
        ticket=desk_make.live().groups[0].rows[0].ticket.id,
        kind=AnswerKind.REPLY,
        text=CleanText(text),
        stored_at=NOW - 5 * MINUTE,
        since=NOW - 3 * MINUTE,
        state=state,
        detail=CleanText(detail),
    )


def write(rig: Rig, text: str) -> None:
    rig.app.screen.query_one(TextArea).text = text


def sent(rig: Rig) -> list[tuple[str, ...]]:
    return [call for call in rig.actions.calls if call[0] not in {"thread", "draft"}]


async def test_a_reply_says_who_reads_it_and_leaves_only_when_asked_for_again() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("r")
        assert "REPLY — the customer reads this: Yuki Mori" in rig.text
        write(rig, "We are on it.")
        await rig.press("ctrl+s")
        assert "Ctrl+S again sends this to Yuki Mori" in rig.text
        assert sent(rig) == []
        await rig.press("ctrl+s")
        assert sent(rig) == [("reply", "helpdesk:4312", "We are on it.")]
        assert "REPLY" not in rig.text


async def test_another_word_after_the_question_asks_anew() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("r")
        write(rig, "We are on it.")
        await rig.press("ctrl+s")
        write(rig, "We are not on it.")
        await rig.press("ctrl+s")
        assert sent(rig) == []


async def test_a_note_says_that_no_customer_sees_it_and_leaves_at_once() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("n")
        assert "NOTE — never shown to the customer" in rig.text
        write(rig, "She sounds angry.")
        await rig.press("ctrl+s")
        assert sent(rig) == [("note", "helpdesk:4312", "She sounds angry.")]


async def test_a_key_that_was_pasted_sends_nothing() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("n")
        write(rig, "She sounds angry.")
        await rig.burst("a", "ctrl+s")
        assert sent(rig) == []
        await rig.press("escape")
        await rig.burst("t", "x")
        await rig.burst("r", "x", "y")
        assert sent(rig) == []
        assert "REPLY" not in rig.text


async def test_what_was_typed_is_kept_when_somebody_goes_back() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("r")
        write(rig, "We look in")
        await rig.press("escape")
        assert ("draft", "reply", "We look in") in rig.actions.calls
        rig.app.show(with_answering(Answering(drafts=((AnswerKind.REPLY, CleanText("We look in")),))))
        await rig.press("r")
        assert rig.app.screen.query_one(TextArea).text == "We look in"


async def test_what_the_help_desk_cannot_do_is_not_offered_and_its_key_says_why() -> None:
    async with running(desk_make.live()) as rig:
        rig.actions.recorded.cannot = {AnswerKind.REPLY: "tickets of helpdesk can be read here, and not answered"}
        rig.app.show(desk_make.live())
        await rig.settle()
        assert "R Reply" not in rig.text
        await rig.press("r")
        assert "Not possible: tickets of helpdesk can be" in rig.text
        assert sent(rig) == []


async def test_solve_asks_once_and_take_does_not() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("t")
        assert sent(rig) == [("take", "helpdesk:4312", "")]
        await rig.press("d")
        assert "Solve 4312? Press D again" in rig.text
        assert len(sent(rig)) == 1
        await rig.press("d")
        assert sent(rig)[1:] == [("solve", "helpdesk:4312", "")]


async def test_a_held_reply_is_shown_with_its_reason_and_can_be_sent_changed_or_dropped() -> None:
    held = reply(AnswerState.HELD, "not sent: Yuki Mori wrote meanwhile: “It works again!”")
    async with running(with_answering(Answering(answers=(held,)))) as rig:
        assert "4312: your reply waits for you. R on it." in rig.text
        await rig.press("r")
        assert "HELD REPLY" in rig.text
        assert "wrote meanwhile: “It works again!”" in rig.text
        assert rig.app.screen.query_one(TextArea).text == "We are on it."
        await rig.press("ctrl+s")
        await rig.press("ctrl+s")
        await rig.press("r")
        await rig.press("ctrl+g")
        await rig.press("ctrl+g")
        assert sent(rig) == [("release", "a1", "We are on it."), ("drop", "a1")]


async def test_an_answer_that_waits_can_be_reached_when_its_ticket_left_the_list() -> None:
    held = reply(AnswerState.HELD, "not sent: Yuki Mori wrote meanwhile: “It works again!”")
    before = with_answering(Answering(answers=(held,)))
    first, *others = before.groups
    left, *rest = first.rows
    gone = replace(left, ticket=replace(left.ticket, waiting_since=None, due_at=None))
    desk = replace(before, groups=(replace(first, rows=tuple(rest)), *others), left=(gone,))
    async with running(desk) as rig:
        assert "These left the list, and your answer to them waits for you" in rig.text
        await rig.press("home", "enter")
        assert "4312 · not among the open ones" in rig.text
        assert "R shows it" in rig.text
        await rig.press("r")
        assert rig.app.screen.query_one(TextArea).text == "We are on it."
        assert screen_lines(rig.app)[-1].strip().startswith("Ctrl+S Send")
        await rig.press("ctrl+g")
        await rig.press("ctrl+g")
        assert sent(rig) == [("drop", "a1")]
    alone = replace(desk, groups=(), escalations=())
    async with running(alone) as rig:
        assert "4312" in rig.text
        assert "Nothing is waiting" not in rig.text
        await rig.press("r")
        assert "HELD REPLY" in rig.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AnswerState.STORED, "stored, on its way"),
        (AnswerState.DELAYED, "not sent yet, tried again: offline"),
        (AnswerState.UNKNOWN, "may have arrived: offline"),
        (AnswerState.CONFIRMED, "confirmed 22:02"),
    ],
)
async def test_our_answer_is_shown_with_how_far_it_has_come(state: AnswerState, words: str) -> None:
    answer = reply(state, "offline" if state in {AnswerState.DELAYED, AnswerState.UNKNOWN} else "")
    async with running(with_answering(Answering(answers=(answer,)))) as rig:
        await rig.press("enter")
        await rig.until(words)
        assert words in rig.text
        assert "We are on it." in rig.text


async def test_a_conversation_is_read_again_once_the_help_desk_has_our_answer() -> None:
    def shown(state: AnswerState) -> Desk:
        desk = with_answering(Answering(answers=(reply(state),)))
        first = desk.groups[0]
        row = replace(first.rows[0], ticket=replace(first.rows[0].ticket, messages=()))
        return replace(desk, groups=(replace(first, rows=(row, *first.rows[1:])), *desk.groups[1:]))

    async with running(shown(AnswerState.STORED), size=(140, 40)) as rig:
        await rig.until("stored, on its way")
        await rig.until("No messages.")
        reads = rig.actions.calls.count(("thread", "helpdesk:4312"))
        rig.actions.messages = (Message(at=NOW, author=CleanText("Ana Ruiz"), text=CleanText("We are on it.")),)
        rig.app.show(shown(AnswerState.CONFIRMED))
        await rig.until("us: Ana Ruiz · confirmed 22:02")
        assert "us: Ana Ruiz · confirmed 22:02" in rig.text
        assert rig.text.count("We are on it.") == 1
        assert rig.actions.calls.count(("thread", "helpdesk:4312")) == reads + 1


async def test_a_snoozed_ticket_waits_in_a_folded_line_that_counts() -> None:
    snoozed = Answering(snooze=Snooze(at=NOW, until=NOW + 3 * HOUR))
    async with running(with_answering(snoozed, at=1)) as rig:
        assert "4321" not in rig.text
        await rig.press("end")
        assert "Snoozed: they wait until later" in rig.text
        await rig.press("space")
        assert "4321" in rig.text


async def test_a_late_ticket_stays_in_the_list_however_long_it_was_snoozed() -> None:
    snoozed = Answering(snooze=Snooze(at=NOW, until=None))
    async with running(with_answering(snoozed, at=0)) as rig:
        assert "4312" in rig.text
        assert "Snoozed" not in rig.text


async def test_after_a_ticket_was_put_aside_no_key_acts_on_the_one_the_cursor_slipped_to() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("down")
        rig.app.show(with_answering(Answering(snooze=Snooze(at=NOW, until=NOW + 3 * HOUR)), at=1))
        await rig.press("t")
        assert "Not taken: the cursor moved to 4330 by itself." in " ".join(rig.text.replace("▌", "").split())
        assert sent(rig) == []


async def test_snooze_offers_the_customer_s_morning() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("down")
        await rig.press("z")
        assert "Snooze 4321 until: morning" in rig.text
        await rig.press("enter")
        opens_at = desk_make.live().groups[0].day.opens_at
        assert opens_at is not None
        assert sent(rig) == [("snooze", "helpdesk:4321", opens_at.isoformat())]
        assert "4321 waits until Sun 19:00" in rig.text


def long_thread(count: int) -> tuple[Message, ...]:
    text = CleanText("Hello,\nthe export is empty again, line after line of it.\n> quoted\n> quoted\n> quoted")
    return tuple(
        Message(
            at=NOW - timedelta(minutes=count - n), author=CleanText(f"Writer {n}"), text=text, is_inbound=n % 2 == 0
        )
        for n in range(count)
    )


async def test_a_long_conversation_is_laid_out_only_as_far_as_it_is_looked_at() -> None:
    desk = desk_make.live()
    first = desk.groups[0]
    row = replace(first.rows[0], ticket=replace(first.rows[0].ticket, messages=long_thread(500)))
    shown = replace(desk, groups=(replace(first, rows=(row, *first.rows[1:])), *desk.groups[1:]))
    async with running(shown) as rig:
        await rig.press("enter")
        conversation = rig.app.screen.query_one(Conversation)
        assert conversation.laid_out <= 1 + 2 * AT_ONCE
        for _ in range(3):
            await rig.press("end")
        assert 2 * AT_ONCE < conversation.laid_out <= 6 * AT_ONCE


async def test_where_there_is_little_room_the_newest_stands_above_what_is_needed_less() -> None:
    desk = desk_make.live()
    first = desk.groups[0]
    row = replace(first.rows[0], ticket=replace(first.rows[0].ticket, messages=long_thread(3)))
    shown = replace(desk, groups=(replace(first, rows=(row, *first.rows[1:])), *desk.groups[1:]))
    wanted = ("late 8 m", "Prefers the phone.", "Writer 2", "more about it", "Yuki Mori", "Writer 1", "Writer 0")
    async with running(shown) as rig:
        await rig.press("enter")
        read = ""
        for words in ("Writer 2", "Writer 1", "Writer 0"):
            await rig.until(words)
            read += rig.text
            await rig.press("pagedown")
        assert [read.index(words) for words in wanted] == sorted(read.index(words) for words in wanted)
        await rig.pilot.resize_terminal(80, 50)
        await rig.until("their day")
        assert "more about it" not in rig.text
        assert rig.text.index("Yuki Mori") < rig.text.index("Writer 2") < rig.text.index("Writer 0")


@pytest.mark.parametrize("size", [(110, 24), (140, 40)])
async def test_a_desk_from_where_no_app_is_active_is_shown_as_any_other(size: tuple[int, int]) -> None:
    async with running(desk_make.loading(), size=size) as rig:
        Context().run(rig.app.show, desk_make.live())
        await rig.until("4312")
        Context().run(rig.app.show, replace(desk_make.live(), groups=desk_make.live().groups[1:]))
        await rig.until("4321")
        assert "Login fails" not in rig.text


async def test_a_conversation_of_short_words_fills_a_tall_screen() -> None:
    desk = desk_make.live()
    first = desk.groups[0]
    short = tuple(replace(message, text=CleanText("ok")) for message in long_thread(60))
    row = replace(first.rows[0], ticket=replace(first.rows[0].ticket, messages=short))
    shown = replace(desk, groups=(replace(first, rows=(row, *first.rows[1:])), *desk.groups[1:]))
    async with running(shown, size=(80, 70)) as rig:
        await rig.press("enter")
        await rig.until("Writer 48")
        assert "Writer 45" in rig.text


async def test_quotes_are_folded() -> None:
    desk = desk_make.live()
    first = desk.groups[0]
    row = replace(first.rows[0], ticket=replace(first.rows[0].ticket, messages=long_thread(1)))
    shown = replace(desk, groups=(replace(first, rows=(row, *first.rows[1:])), *desk.groups[1:]))
    async with running(shown, size=(140, 40)) as rig:
        assert "⋯ 3 quoted lines" in rig.text
