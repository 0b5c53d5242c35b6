"""The handover, as the next person reads it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import BadUse, Rejected, SourceUnreachable
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    calm = replace(ticket("4321", zone="Europe/Berlin", subject="Invoice shows the wrong VAT"), due_at=None, touches=1)
    rig.source.tickets = (ticket(), calm)
    await rig.read()
    return rig


async def written(rig: Rig, not_done: str) -> str:
    """Return the handover with what somebody typed."""
    await rig.station.actions.handover.save_notes(not_done)
    return await rig.station.actions.handover.markdown()


async def test_severity_comes_first_and_everything_open_is_in_it(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=10)
    rig.answer("dana-push", "On it, I ring them at 8")
    await rig.pass_time(seconds=10)
    assert await written(rig, "The VAT question is not answered.") == (
        "# Handover: Ana Ruiz to Ben Okafor\n"
        "\n"
        "- Shift of Acme Support: 63 h\n"
        "  - Fri 20 Nov 18:00 to Mon 23 Nov 09:00 New York\n"
        "  - Sat 21 Nov 00:00 to Mon 23 Nov 15:00 Lagos\n"
        "- Written: Sat 21 Nov 04:05; times below are those of Lagos\n"
        "- helpdesk: as of under 1 m ago\n"
        "\n"
        "## Needs you: 1 red, 0 watch, 1 steady\n"
        "\n"
        "0 promises due by Tue 24 Nov 15:00 (a day ahead, because no shift follows at once); 1 action below.\n"
        "- RED: 4312 Acme KK: Login fails for every user; late by 8 m; waiting 2 h 00 m; 5 touches; "
        "same person as 4321; Dana Lee has it since Sat 21 Nov 04:05\n"
        "Red: escalated and not acknowledged, late. "
        "Watch: escalated and acknowledged, urgent, promised for your time, due in your time. Steady: the rest.\n"
        "\n"
        "## The other open tickets\n"
        "\n"
        "- 4321 Acme KK: Invoice shows the wrong VAT; waiting 2 h 00 m; 1 touch; same person as 4312\n"
        "\n"
        "## What to do\n"
        "\n"
        "- Ben Okafor, at once: 4312: "
        "carry out what Dana Lee decided: “On it, I ring them at 8”\n"
        "\n"
        "## If this happens, then\n"
        "\n"
        "Ana Ruiz expects nothing in particular.\n"
        "\n"
        "## What happened\n"
        "\n"
        "- 1 escalated, 1 acknowledged, the middle one after under 1 m\n"
        "- busy for about 5 m (2%), interrupted once at night (22:00 to 07:00)\n"
        "\n"
        "## Not done, or not known\n"
        "\n"
        "The VAT question is not answered.\n"
    )


async def test_it_is_not_delivered_before_somebody_says_what_was_not_done(rig: Rig) -> None:
    with pytest.raises(BadUse, match="type “none”"):
        await rig.station.actions.handover.deliver()
    assert rig.shelf.saved == {}


async def test_delivered_it_is_saved_and_reaches_whoever_comes_next(rig: Rig) -> None:
    await rig.station.actions.handover.save_notes("none")
    sentence = await rig.station.actions.handover.deliver()
    await rig.pass_time(seconds=2)
    assert sentence == "Saved as handover-2026-11-23-0900-ana.md, on its way through ben-mail."
    (message,) = rig.channels[ChannelId("ben-mail")].received
    assert message.purpose is Purpose.HANDOVER
    assert message.title == "Handover from Ana Ruiz: 1 red, 2 open"
    assert message.body == rig.shelf.saved["handover-2026-11-23-0900-ana.md"]


async def test_what_was_typed_is_still_there_after_a_restart(rig: Rig) -> None:
    await rig.station.actions.handover.save_notes("Kobe rings at 9\nnone else")
    await rig.restart()
    assert rig.station.actions.handover.handing_over.notes() == {NotePart.NOT_DONE: "Kobe rings at 9\nnone else"}


async def test_a_source_that_cannot_be_seen_is_never_an_all_clear(rig: Rig) -> None:
    rig.source.tickets = ()
    rig.source.error = SourceUnreachable("helpdesk did not answer within 30 s")
    await rig.restart()
    text = await written(rig, "none")
    assert "- helpdesk: NOT SEEN: helpdesk did not answer within 30 s" in text
    assert "all clear" not in text.casefold()


async def test_an_hour_of_blindness_is_in_it(rig: Rig) -> None:
    rig.source.error = SourceUnreachable("helpdesk did not answer within 30 s")
    await rig.read()
    await rig.pass_time(minutes=60)
    rig.source.error = None
    await rig.read()
    text = await written(rig, "none")
    assert "- Sat 21 Nov 04:05: helpdesk could not be seen: helpdesk did not answer within 30 s\n" in text
    assert "- Sat 21 Nov 05:05: helpdesk answers again\n" in text


async def test_a_channel_that_refuses_it_is_recorded(rig: Rig) -> None:
    rig.channels[ChannelId("ben-mail")].errors.append(Rejected("no such mailbox"))
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.deliver()
    await rig.pass_time(seconds=2)
    text = await rig.station.actions.handover.markdown()
    assert "the handover was refused: no such mailbox" in text


async def test_after_its_end_the_shift_is_over_and_is_still_the_one_handed_over(rig: Rig) -> None:
    rig.clock.now += timedelta(hours=59)
    desk = rig.station.board.desk()
    assert desk.shift is None
    assert desk.ended_shift is not None
    assert "Ana Ruiz to Ben Okafor" in await written(rig, "none")
