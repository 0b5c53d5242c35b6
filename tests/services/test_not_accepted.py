"""A handover nobody accepts: who hears of it at which minute, and what every place shows meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.commands import listing, status
from oncall_tui.domain.people import ChannelId
from oncall_tui.ui.desk_text import countdown
from tests.rig import PEOPLE, Rig, ScriptedSource, ticket
from tests.services.test_relieving import T, before_the_end, got, let_pass

ASKED = (
    "Ana Ruiz hands over to you and waits for your answer. "
    "Ana Ruiz (+1 212 555 0100) stays on call until somebody accepts."
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rig() -> Rig:
    """Return a rig at the end of Ana's shift, which was handed over to Ben a quarter before; he says nothing."""
    rig = Rig()
    await rig.station.open()
    await rig.read()
    before_the_end(16, rig=rig)
    await let_pass(rig, minutes=16)
    assert rig.clock.now == T
    return rig


@pytest.mark.parametrize(
    ("step", "minutes", "channel", "title"),
    [
        ("the incoming person is reminded", 3, "ben-mail", "Please accept the handover from Ana Ruiz"),
        ("through every other channel too", 5, "ben-push", "Please accept the handover from Ana Ruiz"),
        ("leadership hears it", 10, "dana-push", "Nobody accepted the handover from Ana Ruiz"),
    ],
    ids=["T+3", "T+5", "T+10"],
)
async def test_not_accepted_each_step_is_taken_at_its_minute_and_not_before(
    rig: Rig, step: str, minutes: int, channel: str, title: str
) -> None:
    await let_pass(rig, minutes=minutes, seconds=-15)
    assert title not in got(rig, channel), f"{step}, and not before"
    await let_pass(rig, seconds=30)
    assert got(rig, channel).count(title) == 1, step
    await let_pass(rig, minutes=30)
    assert got(rig, channel).count(title) == 1, step


async def test_a_reminder_repeats_the_page_and_only_another_channel_brings_its_appendix() -> None:
    rig = Rig(source=ScriptedSource(tickets=[ticket(f"{number}") for number in range(100)]))
    await rig.station.open()
    await rig.read()
    before_the_end(16, rig=rig)
    await let_pass(rig, minutes=22)
    first, reminder, elsewhere = (*bodies(rig, "ben-mail"), *bodies(rig, "ben-push"))
    page, appendix, _ = first.partition("\n# Appendix: ")
    assert reminder == f"{ASKED}\n\n{page}\nThe appendix is in the handover itself; H on the dashboard shows it too.\n"
    assert appendix
    assert elsewhere == f"{ASKED}\n\n{first}"


async def test_whoever_was_sent_no_handover_is_reminded_with_all_of_it() -> None:
    tickets = [ticket(f"{number}") for number in range(100)]
    elsewhere = replace(Rig().team_of(), handover_to=("dana",))
    rig = Rig(source=ScriptedSource(tickets=tickets), team_of=lambda: elsewhere)
    await rig.station.open()
    await rig.read()
    before_the_end(16, rig=rig)
    await let_pass(rig, minutes=20)
    (handover,), (reminder,) = bodies(rig, "dana-push"), bodies(rig, "ben-mail")
    assert "# Appendix: " in handover
    assert reminder == f"{ASKED}\n\n{handover}"


async def test_a_reminder_of_what_fits_on_a_page_repeats_all_of_it(rig: Rig) -> None:
    await let_pass(rig, minutes=4)
    first, reminder = bodies(rig, "ben-mail")
    assert reminder == f"{ASKED}\n\n{first}"


async def test_the_countdown_counts_up_until_somebody_accepts_on_header_status_and_list(rig: Rig) -> None:
    for over, header, line in (
        (12, "over for 12 m, not accepted: H", "Ana Ruiz 12 m OVER, not handed over"),
        (75, "over for 1 h 15 m, not accepted: H", "Ana Ruiz 1 h 15 m OVER, not handed over"),
    ):
        rig.clock.now = T + timedelta(minutes=over)
        assert shown(rig) == (header, line, -over * 60, True)
    rig.answer("ben-mail", "4312 is red; I ring Kenji")
    await let_pass(rig, seconds=15)
    header, line, left, is_waiting = shown(rig)
    assert "OVER" not in header + line
    assert (line.startswith("Ben Okafor"), left > 0, is_waiting) == (True, True, False)


def shown(rig: Rig) -> tuple[str, str, int, bool]:
    board, flows = rig.station.board, tuple(rig.station.logbook.flows.values())
    desk, now = board.desk(), rig.clock.now
    shift = listing.as_json(desk)["shift"]
    assert isinstance(shift, dict)
    said = status.line(board.team.rota, PEOPLE, (), now, flows)
    return countdown(desk, now), said, shift["remaining_seconds"], shift["is_waiting_for_acceptance"]


def bodies(rig: Rig, channel: str) -> list[str]:
    return [message.body for message in rig.channels[ChannelId(channel)].received]
