from dataclasses import replace

import pytest
from textual.widgets import Input, TextArea

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_flow import Flow, Question, Stage
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.triage import by_who_feels_it
from oncall_tui.errors import SourceUnreachable
from oncall_tui.services.handing_over import Role
from oncall_tui.ui.keypress_guard import ALONE
from oncall_tui.ui.widgets.handover_paper import HandoverPaper
from tests import desk_make
from tests.fakes import RecordingActions
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio


async def test_the_search_narrows_the_list_and_esc_ends_it() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("slash")
        await rig.type("vat")
        assert "4321" in rig.text
        assert "4312" not in rig.text
        await rig.press("slash")
        await rig.type("nowhere")
        assert "None of the 8 open tickets contains “nowhere”." in rig.text
        await rig.press("escape", "down")
        assert "4312" in rig.text
        assert "None of" not in rig.text


async def test_the_order_goes_from_who_feels_the_wait_to_the_clocks_to_the_next_due_and_back() -> None:
    felt = replace(desk_make.live(), groups=by_who_feels_it(desk_make.groups()))
    async with running(felt) as rig:
        orders = []
        for _ in range(4):
            headings = [line for line in rig.text.splitlines() if line.startswith("▾")]
            orders.append([heading.split()[2] for heading in headings])
            await rig.press("s")
        assert orders[0] == orders[3] == ["19:05", "unknown:", "12:05", "06:05", "04:05"]
        assert orders[1:3] == [
            ["12:05", "06:05", "04:05", "19:05", "unknown:"],
            ["12:05", "06:05", "19:05", "unknown:", "04:05"],
        ]


async def test_keys_work_again_after_the_list_was_away() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.show(desk_make.blind())
        await rig.press("e")
        assert rig.actions.calls == []
        rig.app.show(desk_make.live())
        await rig.settle()
        await rig.press("down")
        await rig.press("e")
        assert rig.actions.calls == [("escalate", "helpdesk:4321")]


async def test_good_news_is_kept_with_its_ticket() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("g")
        await rig.type("Thx")
        assert rig.actions.calls == [("good news", "Thx", "helpdesk:4312")]
        assert "Kept for the digest." in rig.text
        await rig.press("g", "escape")
        assert len(rig.actions.calls) == 1


@pytest.mark.parametrize("key", ["g", "c", "m", "p"])
async def test_what_is_typed_into_a_line_is_seen(key: str) -> None:
    async with running(desk_make.live()) as rig:
        await rig.press(key)
        line = rig.app.focused
        assert isinstance(line, Input)
        line.value = "in 2 h, the papers"
        assert any("in 2 h, the papers" in shown for shown in await rig.still())


async def test_the_conversation_that_cannot_be_read_says_why() -> None:
    rig = Rig(RecordingActions())
    rig.actions.error = SourceUnreachable("helpdesk did not answer; check the network.")
    async with running(desk_make.silent(), size=(140, 40), rig=rig):
        await rig.until("The conversation could not be read")
        assert "The conversation could not be read" in rig.text


async def test_notes_are_saved_as_they_are_typed_and_when_leaving() -> None:
    async with running(desk_make.live()) as rig:
        rig.actions.handed.notes = {NotePart.EXPECT: CleanText("Watch 4312.")}
        await rig.press("h", "tab")
        notes = list(rig.app.screen.query(TextArea))[1]
        assert notes.text == "Watch 4312."
        notes.text = "Watch 4312 and 4330."
        await rig.press("escape")
        await rig.press("escape")
        assert ("save", "expect", "Watch 4312 and 4330.") in rig.actions.calls
        await rig.press("h")
        assert notes.text == "Watch 4312 and 4330."


async def test_the_handover_says_first_what_delivering_does() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("h")
        await rig.press("d")
        assert "Not delivered yet: say here what was not done" in rig.text
        await rig.press(*"none", "escape", "d")
        assert ("deliver",) not in rig.actions.calls
        assert "D again delivers" in rig.text
        await rig.press("D")
        assert ("deliver",) in rig.actions.calls
        assert "It goes to Ben Okafor by ben-push" in rig.text


async def test_esc_leaves_the_handover_undelivered() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("h", "d", *"none", "escape", "d")
        await rig.press("escape")
        await rig.press("d")
        assert ("deliver",) not in rig.actions.calls
        assert rig.app.current_mode == "handover"


async def test_an_escalation_can_go_further_be_withdrawn_or_be_reached_by_phone() -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press("x")
        await rig.press("e")
        await rig.press("p")
        await rig.type("Dana Lee: ok")
        await rig.press("r")
        await rig.type("done")
        assert rig.actions.calls == [
            ("further", "helpdesk:4312"),
            ("reached", "helpdesk:4312", "Dana Lee", "ok"),
            ("withdraw", "helpdesk:4312", "done"),
        ]


@pytest.mark.parametrize("key", ["e", "p", "r"])
async def test_pasted_text_takes_nothing_back_and_sends_nothing_further(key: str) -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press("x")
        await rig.burst(*"prfer", key)
        assert rig.actions.calls == []
        assert "looked like pasted text" in rig.text
        assert rig.app.focused is None or "Input" not in type(rig.app.focused).__name__


async def test_what_has_ended_can_be_read_and_no_more() -> None:
    async with running(desk_make.with_escalation(EscalationState.RESOLVED)) as rig:
        await rig.press("x", "e", "r", "p")
        assert rig.actions.calls == []
        assert "No live escalation is under the cursor." in rig.text


async def test_the_palette_offers_what_the_keys_do_and_never_a_screenshot() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("ctrl+p")
        await rig.settle()
        assert "Escalate  (E)" in rig.text
        assert "Screenshot" not in rig.text
        assert "Theme" not in rig.text
        await rig.press("enter")
        await rig.pilot.pause(2 * ALONE)
        await rig.settle()
        assert rig.actions.calls == [("escalate", "helpdesk:4312")]


@pytest.mark.parametrize("keys", [("c",), ("enter", "C")])
async def test_c_corrects_the_clock_of_the_tickets_customer(keys: tuple[str, ...]) -> None:
    async with running(desk_make.live()) as rig:
        await rig.press(*keys)
        assert "Time zone of Acme KK" in rig.text
        rig.app.screen.query_one(Input).value = "Seoul"
        await rig.press("enter")
        assert rig.actions.calls[-1] == ("zone", "helpdesk:4312", "Seoul")


def asked_to_accept() -> Rig:
    rig = Rig(RecordingActions())
    rig.actions.handed.role = Role.INCOMING
    return rig


async def test_whoever_comes_next_repeats_the_reds_and_her_first_action_and_accepts() -> None:
    async with running(desk_make.live(), rig=asked_to_accept()) as rig:
        await rig.press("h")
        assert "Ana Ruiz hands over to you." in rig.text
        assert "+ new, red: 4399 Kobe Foods: Shop is down" in rig.text
        assert "REQUIRED: What is red, in your own words?" in rig.text
        reds, first, _ = rig.app.screen.query(TextArea)
        reds.text, first.text = "4312 is down", "I ring Kenji"
        await rig.settle()
        assert "REQUIRED" not in rig.text
        await rig.press("a")
        assert rig.actions.calls[-2:] == [("accept", "4312 is down", "I ring Kenji"), ("sheet",)]
        assert not [call for call in rig.actions.calls if call[0] in {"save", "deliver"}]


async def test_pasted_text_accepts_and_declines_nothing() -> None:
    async with running(desk_make.live(), rig=asked_to_accept()) as rig:
        await rig.press("h")
        await rig.burst(*"xanax")
        assert {call[0] for call in rig.actions.calls} <= {"sheet", "browse"}


async def test_whoever_comes_next_declines_with_a_reason_or_asks_back() -> None:
    async with running(desk_make.live(), rig=asked_to_accept()) as rig:
        await rig.press("h")
        await rig.press("n")
        await rig.type("I am on a plane")
        await rig.press("r")
        await rig.type("What did Kenji say?")
        asked = [call for call in rig.actions.calls if call[0] in {"decline", "ask"}]
        assert asked == [("decline", "I am on a plane"), ("ask", "What did Kenji say?")]


async def test_s_changes_the_severity_of_the_ticket_under_the_cursor() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("h", "home")
        await rig.press("s")
        assert "Move to a line about a ticket first." in rig.text
        for _ in range(30):
            await rig.press("down")
            if rig.app.screen.query_one(HandoverPaper).ticket is not None:
                break
        await rig.press("s")
        assert ("severity", "helpdesk:4312") in rig.actions.calls


@pytest.mark.parametrize(("key", "meant"), [("a", "yes"), ("n", "no")])
async def test_what_could_be_a_yes_or_a_no_is_decided_by_the_outgoing_person(key: str, meant: str) -> None:
    rig = Rig(RecordingActions())
    words = CleanText("No problem, I take it")
    said = Question(words=words, by=desk_make.BEN.id, at=desk_make.NOW, is_unclear=True)
    rig.actions.handed.flow = Flow(
        shift_starts_at=desk_make.SHIFT.starts_at,
        shift_ends_at=desk_make.SHIFT.ends_at,
        stage=Stage.DELIVERED,
        incoming=desk_make.BEN.id,
        questions=(said,),
    )
    async with running(desk_make.live(), rig=rig):
        await rig.press("h")
        assert "Ben Okafor answered: “No problem, I take it” Is that a yes? A: yes, N: no." in rig.text
        await rig.press(key)
        assert ("judge", meant) in rig.actions.calls


async def test_the_outgoing_person_answers_what_was_asked() -> None:
    rig = Rig(RecordingActions())
    rig.actions.handed.flow = Flow(
        shift_starts_at=desk_make.SHIFT.starts_at,
        shift_ends_at=desk_make.SHIFT.ends_at,
        stage=Stage.DELIVERED,
        incoming=desk_make.BEN.id,
        questions=(Question(words=CleanText("What did Kenji say?"), by=desk_make.BEN.id, at=desk_make.NOW),),
    )
    async with running(desk_make.live(), rig=rig) as running_rig:
        await running_rig.press("h")
        assert "Ben Okafor asks: “What did Kenji say?” A answers." in running_rig.text
        await running_rig.press("a")
        await running_rig.type("He waits.")
        assert ("answer", "He waits.") in running_rig.actions.calls
