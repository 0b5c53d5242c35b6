"""Whether a person was proved reachable: what a test message showed, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.events import ChannelProved, Recorded
from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The latest thing a test showed of one channel of one person."""

    proof: Proof
    at: datetime


Reach = Mapping[tuple[PersonId, ChannelId], Proved]


def reach(events: Iterable[Recorded]) -> Reach:
    """Return the latest proof of each person's channels; an acknowledgement outlives a later mere acceptance."""
    known: dict[tuple[PersonId, ChannelId], Proved] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, ChannelProved):
            place = (event.person, event.channel)
            earlier = known.get(place)
            if earlier is None or event.proof >= earlier.proof:
                known[place] = Proved(proof=event.proof, at=recorded.at)
    return known


def proof_of(level: Level, reached: Reach) -> datetime | None:
    """Return when somebody of a level last acknowledged a test; None when nobody ever did."""
    times = [
        proved.at
        for target in level.targets
        for channel in target.channels
        if (proved := reached.get((target.person, channel))) and proved.proof is Proof.ACKNOWLEDGED
    ]
    return max(times, default=None)
