"""A whole weekend, run by script through the real services: 62 hours, because the clocks go forward in it.

Ana begins on Friday at 18:00 in Berlin; on Saturday Ben takes the rest of the shift from her; on Monday at 09:00 Sam
follows him. 120 tickets come in, six are escalated, promises are made, kept and broken, the machine sleeps.
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.answer_events import AnswerHeld, AnswerStored
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.handover_actions import actions
from oncall_tui.domain.handover_events import NotePart, ShiftFigured
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.rota import Rota, Rotation, WeekTime
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Requester, Ticket, TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, PromiseOutcome, PromiseSettled
from oncall_tui.domain.tier import Tier
from oncall_tui.errors import Rejected
from oncall_tui.services.board import Team
from tests.rig import ANA, BEN, HELPDESK, PEOPLE, SAM, MovingClock, Rig, team
from tests.screen import WRITE_GOLDEN

pytestmark = pytest.mark.anyio

BERLIN = ZoneInfo("Europe/Berlin")
STARTS = datetime(2026, 3, 27, 17, tzinfo=UTC)
ENDS = datetime(2026, 3, 30, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CUSTOMERS = (
    ("Acme KK", "Asia/Tokyo"),
    ("Kobe Foods", "Asia/Tokyo"),
    ("Najd Pharma", "Asia/Riyadh"),
    ("Bay Robots", "America/Los_Angeles"),
)
SUBJECTS = (
    "Login fails for every user",
    "Invoice shows the wrong VAT",
    "Order stuck at customs",
    "Webhook answers 500",
)
GOLDEN = Path(__file__).parent / "golden" / "weekend.md"


def berlin() -> Team:
    """Return a team in which Ana has the weekend and Sam the week that follows."""
    people = {
        **PEOPLE,
        ANA.id: replace(ANA, time_zone="Europe/Berlin"),
        BEN.id: replace(BEN, time_zone="Europe/Berlin"),
    }

    def weekly(name: str, starts: WeekTime, ends: WeekTime, first_on: date, who: PersonId) -> Rotation:
        return Rotation(name=name, starts=starts, ends=ends, first_on=first_on, people=(who,))

    friday, monday = WeekTime(weekday=4, at=time(18)), WeekTime(weekday=0, at=time(9))
    rotations = (
        weekly("Weekend", friday, monday, date(2026, 3, 27), ANA.id),
        weekly("Week", monday, friday, date(2026, 3, 30), SAM.id),
    )
    rota = Rota(zone=BERLIN, people=people, rotations=rotations)
    return replace(
        team(),
        time_zone="Europe/Berlin",
        people=people,
        rota=rota,
        customers=[Customer(name="Najd Pharma", match=("org:Najd Pharma",), tier="gold")],
        tiers=[Tier(name="gold", goodwill=Decimal(200))],
        runbooks=(Runbook(name="Customs", when=("subject:customs",), steps=("Ask for the papers", "Ring the broker")),),
    )


def ticket(number: int) -> Ticket:
    """Return one of the weekend's tickets; every half hour another one comes in."""
    customer, zone = CUSTOMERS[number % len(CUSTOMERS)]
    came_at = STARTS + number * timedelta(minutes=30)
    return Ticket(
        id=TicketId(f"{HELPDESK}:{4300 + number}"),
        subject=CleanText(SUBJECTS[number % len(SUBJECTS)]),
        requester=Requester(name=CleanText("Kim"), organisation=CleanText(customer), time_zone=CleanText(zone)),
        created_at=came_at,
        waiting_since=came_at,
        due_at=came_at + (4 + number % 9) * HOUR if number % 3 else None,
        touches=number % 4,
    )


def open_at(now: datetime) -> tuple[Ticket, ...]:
    """Return what is open: most are solved after some hours, every fifteenth stays."""
    made = [ticket(number) for number in range(120)]
    return tuple(
        t
        for number, t in enumerate(made)
        if t.created_at is not None
        and t.created_at <= now
        and (number % 15 == 14 or now < t.created_at + (1 + number % 5) * HOUR)
    )


async def live(rig: Rig, until: datetime, step: timedelta) -> None:
    """Let the loops live until an instant."""
    while rig.clock.now < until:
        rig.clock.now = min(until, rig.clock.now + step)
        rig.source.tickets = open_at(rig.clock.now)
        await rig.read()
        await rig.turn()


async def escalated(rig: Rig, number: int, words: str) -> None:
    await rig.escalate(str(number), why="it cannot wait")
    await live(rig, rig.clock.now + 2 * MINUTE, MINUTE)
    if words:
        rig.answer("dana-push", words)
        await live(rig, rig.clock.now + 2 * MINUTE, MINUTE)


async def promised(rig: Rig, number: int, due_at: datetime, outcome: PromiseOutcome | None) -> None:
    ticket_id, promise = TicketId(f"{HELPDESK}:{number}"), PromiseId(f"p{number}")
    words, by = CleanText("a fix or a way around"), rig.station.board.me
    made = PromiseMade(ticket=ticket_id, promise=promise, due_at=due_at, words=words, by=by)
    await rig.station.logbook.did(made)
    if outcome is not None:
        await live(rig, rig.clock.now + 2 * HOUR, 10 * MINUTE)
        await rig.station.logbook.did(PromiseSettled(ticket=ticket_id, promise=promise, outcome=outcome))


async def weekend() -> Rig:
    """Return the rig as it stands when the handover has just been delivered."""
    rig = Rig(clock=MovingClock(now=STARTS), team_of=berlin)
    await rig.station.open()
    await live(rig, STARTS + 7 * HOUR + 5 * MINUTE, 10 * MINUTE)
    await escalated(rig, 4314, "On it, I ring them at 8")
    await promised(rig, 4314, ENDS + 3 * HOUR, None)
    await live(rig, STARTS + 15 * HOUR, 10 * MINUTE)
    await swapped(rig)
    await escalated(rig, 4329, "Roll it back")
    await promised(rig, 4329, ENDS - HOUR, PromiseOutcome.KEPT)
    await second_half(rig)
    return rig


async def second_half(rig: Rig) -> None:
    """Let the machine sleep, two more be escalated, and Ben write his part."""
    await live(rig, STARTS + 30 * HOUR, 10 * MINUTE)
    await asleep(rig, 2 * HOUR)
    await escalated(rig, 4344, "Yes")
    await rig.station.actions.withdraw(TicketId(f"{HELPDESK}:4344"), "the customer found it")
    await promised(rig, 4344, ENDS + 60 * HOUR, PromiseOutcome.TAKEN_BACK)
    await live(rig, STARTS + 48 * HOUR, 10 * MINUTE)
    await escalated(rig, 4395, "")  # solved before anybody answers
    await escalated(rig, 4374, "Offer them a credit")
    await promised(rig, 4374, STARTS + 50 * HOUR, PromiseOutcome.BROKEN)
    await rig.station.actions.note_good_news("Kobe Foods renewed for two years", TicketId(f"{HELPDESK}:4389"))
    await cared(rig)
    await live(rig, ENDS - 65 * MINUTE, 10 * MINUTE)
    await answered(rig)
    rig.channels[ChannelId("dana-phone")].errors = [Rejected("the number is not known") for _ in range(3)]
    await rig.escalate("4404", why="nobody there can log in")
    await rig.station.actions.handover.save_notes("The VAT question of 4389 is not answered.")
    await rig.station.actions.handover.save_notes("Kobe Foods rings at 10.", NotePart.EXPECT)
    await rig.station.actions.handover.save_notes("If the login fails again, roll back.", NotePart.CONTINGENCIES)
    await live(rig, ENDS - 14 * MINUTE, MINUTE)


async def cared(rig: Rig) -> None:
    """Let Ben spend goodwill, go through a runbook, and note what the help desk cannot take, in the evening."""
    actions_, row = rig.station.actions, rig.row("4374")
    await actions_.attending.opened(row.ticket.id)
    for _ in range(5):
        rig.clock.now += 4 * MINUTE
        await actions_.attending.stayed()
    await actions_.attending.closed()
    await actions_.caring.spend(row, actions_.caring.understood("50 customs fee"))
    await actions_.caring.tick(row, "Ask for the papers", is_ticked=True)
    await actions_.answers.store(rig.row("4359").ticket, AnswerKind.NOTE, "Their proxy cuts headers; logs are with Kim")


async def answered(rig: Rig) -> None:
    """Let a reply be held back, and a ticket and a cover wait: on Monday morning, before the handover."""
    actions_, ticket_id, answer = rig.station.actions, TicketId(f"{HELPDESK}:4389"), AnswerId("a4389")
    text, me = CleanText("The invoice is corrected; you get a new one today."), rig.station.board.me
    stored = AnswerStored(ticket=ticket_id, answer=answer, kind=AnswerKind.REPLY, text=text, by=me)
    held = AnswerHeld(ticket=ticket_id, answer=answer, key=MessageKey("a4389"), detail=CleanText("Kim wrote meanwhile"))
    for event in (stored, held):
        await rig.station.logbook.did(event)
    await actions_.answers.snooze(TicketId(f"{HELPDESK}:4414"), ENDS + 4 * HOUR)
    following = rig.station.board.desk().next_shift
    assert following is not None
    rig.station.board.sits_here(SAM.id)
    await actions_.rota.ask_cover(following, "a dentist")
    rig.station.board.sits_here(BEN.id)


async def swapped(rig: Rig) -> None:
    """Let Ana ask, and Ben take what is left of her shift."""
    board, rota = rig.station.board, rig.station.actions.rota
    shift = board.team.rota.on_call(rig.clock.now)
    assert shift is not None
    await rota.ask_cover(shift, "my daughter is ill")
    board.sits_here(BEN.id)
    (cover,) = board.desk().covers
    await rota.take_cover(cover.id)


async def asleep(rig: Rig, length: timedelta) -> None:
    """Let the machine sleep, as a lid that is closed does, with a start of the program just before."""
    await rig.restart()
    rig.station.board.sits_here(BEN.id)
    rig.clock.now += length
    await rig.station.wakefulness.look()


async def test_a_weekend_of_62_hours_gives_the_handover_of_the_golden_file() -> None:
    assert ENDS - STARTS == 62 * HOUR
    rig = await weekend()
    (text,) = (text for name, text in rig.shelf.saved.items() if name.endswith(".md"))
    if os.environ.get(WRITE_GOLDEN):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")

    draft = rig.station.actions.handover.handing_over.draft()
    todo = actions(draft)
    assert {*(e.id for e in draft.escalations), *(p.id for p in draft.promises), "a4389"} == {a.about for a in todo}
    assert all(a.is_to_do or "nothing to do, because" in a.what for a in todo)
    assert len(rig.station.logbook.escalations) == 6

    assert [m.title for m in rig.channels[ChannelId("sam-push")].received if "Handover" in m.title] == [
        "Handover from Ben Okafor: 7 red, 10 open"
    ]
    await live(rig, ENDS + 2 * MINUTE, MINUTE)
    assert rig.station.board.desk().on_call == berlin().people[BEN.id]
    handover_key = next(m.key for m in rig.channels[ChannelId("sam-push")].received if "Handover" in m.title)
    rig.answer_to("sam-push", handover_key, "4404 is red; I ring Acme first")
    await live(rig, ENDS + 4 * MINUTE, MINUTE)
    assert rig.station.board.desk().on_call == SAM
    figured = [e.event for e in rig.station.logbook.shift_events if isinstance(e.event, ShiftFigured)]
    assert [f.person for f in figured] == [ANA.id, BEN.id]
    assert figured[-1].machine_slept == 2 * HOUR
    assert all(one.shift_ends_at <= other.shift_starts_at for one, other in pairwise(figured))
