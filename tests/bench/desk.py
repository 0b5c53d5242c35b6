"""The whole dashboard over made-up tickets: ``python -m tests.bench.desk COUNT [--still]``.

With ``--still`` its clock stands still, so that whatever is drawn answers a key.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from random import Random

from oncall_tui.clock import Clock, stopwatch, utc_now
from oncall_tui.domain.ticket import Status, Ticket, TicketId
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.polling import Feed
from oncall_tui.services.station import Station
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.memory import MemoryStore
from tests import rig
from tests.make import requester

NEEDLE = "needle"
FOUND = "Haystack"
_ZONE_NAMES = """
Asia/Tokyo Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Kolkata Asia/Dubai Asia/Riyadh Europe/Istanbul Europe/Helsinki
Europe/Berlin Europe/Paris Europe/Madrid Europe/London Atlantic/Azores America/Sao_Paulo America/Halifax
America/New_York America/Chicago America/Denver America/Los_Angeles America/Anchorage Pacific/Honolulu Pacific/Auckland
Australia/Sydney Australia/Adelaide Australia/Perth Asia/Kathmandu Asia/Dhaka Asia/Tehran Asia/Kabul Africa/Cairo
Africa/Lagos Africa/Nairobi America/St_Johns Pacific/Apia Pacific/Chatham Asia/Yangon Asia/Karachi America/Bogota
America/Caracas
"""
_ZONES = _ZONE_NAMES.split()
SUBJECTS = ("Login fails for every user", "Invoice shows the wrong VAT", "Order stuck at customs", "Export is empty")


def newcomers(*, seed: int = 7, customers: int | None = None) -> Iterator[Ticket]:
    """Return such tickets one after the other, for ever; of so many customers, who come again and again."""
    dice = Random(seed)
    return (_ticket(number, dice, number % customers if customers else number) for number in count(0))


def tickets(number: int, *, seed: int = 7) -> list[Ticket]:
    """Return open tickets of customers in 40 zones, every fifth of somebody who has written before."""
    made = list(islice(newcomers(seed=seed), number))
    lost = number * 2 // 3
    made[lost] = replace(made[lost], subject=rig.ticket(subject=f"{FOUND} {NEEDLE}").subject)
    return made


def _ticket(number: int, dice: Random, customer: int) -> Ticket:
    who = customer - customer % 5 if customer % 5 == 1 else customer
    age = timedelta(minutes=dice.randrange(6000))
    made = rig.ticket(str(100_000 + number), subject=f"{SUBJECTS[number % 4]} ({dice.randrange(10**6)})")
    return replace(
        made,
        requester=requester(
            f"Kim {who}",
            email=f"kim@firm{who}.example",
            organisation=f"Firm {who}",
            time_zone=_ZONES[who % len(_ZONES)],
        ),
        status=Status.NEW if number % 7 == 0 else Status.OPEN,
        waiting_since=rig.FRIDAY_NIGHT - age,
        due_at=rig.FRIDAY_NIGHT + timedelta(minutes=dice.randrange(-60, 6000)),
        touches=dice.randrange(6),
        url=f"https://desk.example/{number}",
    )


def changed(before: Sequence[Ticket], share: float, *, seed: int) -> list[Ticket]:
    """Return the same tickets, made anew as a parser does, some of them touched and due at another time."""
    dice = Random(seed)
    return [
        replace(_touched(ticket, dice) if dice.random() < share else ticket, requester=replace(ticket.requester))
        for ticket in before
    ]


def _touched(ticket: Ticket, dice: Random) -> Ticket:
    return replace(ticket, touches=9, due_at=rig.FRIDAY_NIGHT + timedelta(minutes=dice.randrange(600)))


def station(source: rig.ScriptedSource, clock: Clock) -> Station:
    """Return a station that reads one source each minute and keeps nothing."""
    return put_together(
        Parts(
            team=rig.team(),
            feeds=[Feed(source=source, kind="file")],
            channels={},
            store=MemoryStore(),
            shelf=rig.MemoryShelf(),
            report=lambda error: f"Not reported: {error!r}",
            troubles=Troubles(),
            clocks=Clocks(wall=clock, awake=stopwatch),
            holder="bench",
            new_id=lambda: TicketId("e1"),
            jitter=lambda: 0.5,
        )
    )


async def _show(count: int, *, is_still: bool) -> int:
    from oncall_tui.ui.run import dashboard  # noqa: PLC0415 - a bench of what has no screen needs none

    ahead = rig.FRIDAY_NIGHT - utc_now()

    made = station(
        rig.ScriptedSource(tickets=tickets(count)),
        (lambda: rig.FRIDAY_NIGHT) if is_still else (lambda: utc_now() + ahead),
    )
    return await dashboard(made)


if __name__ == "__main__":
    sys.exit(asyncio.run(_show(int(sys.argv[1]), is_still="--still" in sys.argv)))
