"""What the journal says at the end, held against what the leaders got and what the screens said."""

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.clock import Clock, utc_now
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.events import EscalationArmed, NotificationAccepted, Recorded
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import PersonId
from oncall_tui.services.station import Station
from oncall_tui.store.sqlite import SqliteStore
from tests.kills.dashboard import LONG
from tests.kills.leader import Leaders
from tests.kills.scene import Scene

FASTER = 8
"""How fast the last clock runs: a message that is answered after its full second still keeps within its lease."""
_LOOK_EVERY = 0.2
_BEGUN = {EscalationState.ARMED, EscalationState.QUEUED}
SHOWN_ESCALATING = re.compile(r"▲ Escalating (\d+)")
SHOWN_ACCEPTED = re.compile(r"▲ (\d+) → [^▲]*?: (?:may have arrived[^▲]*?; )?accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What went wrong, if anything."""

    kills: int
    armed: int
    claims: int
    """Of how many tickets a screen said that a message was accepted."""
    repeats: int
    """Messages that arrived again under their own key, as they must when nobody knows what became of them."""
    lost: Sequence[str] = ()
    second_keys: Sequence[str] = ()
    falsely_accepted: Sequence[str] = ()
    unmarked: Sequence[str] = ()
    """Repeats that did not say that they may be one."""

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {len(self.lost)} lost, {len(self.second_keys)} second keys, "
            f"{len(self.falsely_accepted)} falsely accepted ({self.armed} escalations, {self.repeats} repeats, "
            f"{len(self.unmarked)} unmarked, {self.claims} shown as accepted)"
        )

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.second_keys or self.falsely_accepted or self.unmarked)


async def settle(scene: Scene, *, ahead: timedelta = timedelta()) -> None:
    """Start once more, on a clock that runs fast, and let everything that was stored come to its end."""
    station = await station_of(scene.read(), _fast(ahead))
    await station.open()
    loops = asyncio.create_task(station.run())
    try:
        async with asyncio.timeout(LONG * 4):
            await _settled(station)
    finally:
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()


def _fast(ahead: timedelta) -> Clock:
    began = utc_now()
    return lambda: began + ahead + (utc_now() - began) * FASTER


async def _settled(station: Station) -> None:
    changed = asyncio.Event()
    station.logbook.on_change(changed.set)
    while not await _is_settled(station):
        with suppress(TimeoutError):  # a message that is dropped leaves no line in the journal
            async with asyncio.timeout(_LOOK_EVERY):
                await changed.wait()
        changed.clear()


async def _is_settled(station: Station) -> bool:
    if any(escalation.state in _BEGUN for escalation in station.logbook.escalations):
        return False
    waiting = await station.store.unsettled()
    return not any(message.purpose is Purpose.NOTIFICATION for message, _, _ in waiting)


async def recorded(scene: Scene) -> Sequence[Recorded]:
    store = await SqliteStore.open(scene.journal)
    lines = await store.read()
    await store.close()
    return lines


async def judge(
    scene: Scene, leaders: Leaders, *, kills: int, promised: Iterable[str], claimed: Collection[str]
) -> Verdict:
    """Hold everything against everything.

    Args:
        scene: Whose journal it is.
        leaders: What arrived.
        kills: How often a process died.
        promised: Numbers of the tickets of which somebody was told that they are being escalated.
        claimed: Numbers of the tickets of which a screen said that a message was accepted.
    """
    events = [line.event for line in await recorded(scene)]
    armed = {event.escalation: event.brief.number for event in events if isinstance(event, EscalationArmed)}
    numbers = Counter(armed.values())
    accepted = {event.key for event in events if isinstance(event, NotificationAccepted)}
    escalations = (await logbook_of(scene.read())).escalations
    attempts = {attempt.key for escalation in escalations for attempt in escalation.attempts}
    told = [told for number in numbers for told in leaders.of(number)]
    return Verdict(
        kills=kills,
        armed=len(armed),
        claims=len(set(claimed)),
        repeats=len(told) - len({one.key for one in told}),
        lost=[
            *(f"{number} was shown and not stored" for number in set(promised) - set(numbers)),
            *(f"{number} was stored and never sent" for number in numbers if not leaders.of(number)),
            *(
                f"{escalation.id}: {person} was given up"
                for escalation in escalations
                for person in untold(escalation, leaders.accepted)
            ),
        ],
        second_keys=[
            *(f"{number} was armed {count} times" for number, count in numbers.items() if count > 1),
            *(one.key for one in leaders.told if one.purpose == "notification" and one.key not in attempts),
        ],
        falsely_accepted=[
            *(accepted - leaders.accepted),
            *(f"{number} on the screen" for number in claimed if not _was_accepted(leaders, number)),
        ],
        unmarked=[one.key for one in told if one.was_acted_on and not one.is_possible_duplicate],
    )


def untold(escalation: Escalation, accepted: Collection[str]) -> Iterable[PersonId]:
    """Return who was to be told first, is still needed, and was asked by no message that was accepted.

    By any message: one that a later round took the place of is dropped, and the person is asked all the same.
    """
    if not escalation.state.wants_acknowledgement:
        return ()
    asked = {attempt.person for attempt in escalation.attempts if attempt.key in accepted}
    first = (attempt.person for attempt in escalation.attempts if attempt.level == 0)
    return [person for person in dict.fromkeys(first) if person not in asked]


def _was_accepted(leaders: Leaders, number: str) -> bool:
    return any(told.key in leaders.accepted for told in leaders.of(number))
