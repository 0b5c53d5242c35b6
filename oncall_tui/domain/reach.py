"""Whether a person was proved reachable: what a test message, or an escalation, showed, and when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.events import ChannelProved, Recorded
from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level, Policy

PROVED_FOR = timedelta(days=30)
"""A level that was proved longer ago has to be proved anew: telephones, numbers and tokens change."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The latest thing a test showed of one channel of one person."""

    proof: Proof
    at: datetime


Reach = Mapping[tuple[PersonId, ChannelId], Proved]


def reach(events: Iterable[Recorded], escalations: Iterable[Escalation] = ()) -> Reach:
    """Return the latest proof of each person's channels; an acknowledgement outlives a later mere acceptance."""
    known: dict[tuple[PersonId, ChannelId], Proved] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, ChannelProved):
            place = (event.person, event.channel)
            earlier = known.get(place)
            if earlier is None or event.proof >= earlier.proof:
                known[place] = Proved(proof=event.proof, at=recorded.at)
    for taken in (escalation.acknowledged for escalation in escalations):
        if taken is not None and taken.channel is not None:
            place = (taken.person, taken.channel)
            earlier = known.get(place)
            if earlier is None or earlier.proof < Proof.ACKNOWLEDGED or earlier.at < taken.at:
                known[place] = Proved(proof=Proof.ACKNOWLEDGED, at=taken.at)
    return known


def proof_of(level: Level, reached: Reach) -> datetime | None:
    """Return when somebody of a level last acknowledged; None when nobody ever did."""
    times = [
        proved.at
        for target in level.targets
        for channel in target.channels
        if (proved := reached.get((target.person, channel))) and proved.proof is Proof.ACKNOWLEDGED
    ]
    return max(times, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReach:
    """How far it is proved that somebody of a level can be reached."""

    sentence: str
    is_proved: bool


def levels_reached(policy: Policy, reached: Reach, now: datetime) -> Iterator[LevelReach]:
    """Say of each level when somebody of it was last proved reachable, the first level first."""
    for number, level in enumerate(policy.levels, start=1):
        at = proof_of(level, reached)
        if at is None:
            yield LevelReach(sentence=f"nobody of level {number} was ever proved reachable", is_proved=False)
            continue
        days = max(timedelta(), now - at) // _DAY
        ago = "today" if not days else "1 day ago" if days == 1 else f"{days} days ago"
        sentence = f"level {number} was last proved reachable {ago}"
        yield LevelReach(sentence=sentence, is_proved=now - at <= PROVED_FOR)


def reach_problems(policy: Policy, reached: Reach, now: datetime) -> Iterator[str]:
    """Yield a sentence for every level of which nobody was proved reachable lately."""
    for level in levels_reached(policy, reached, now):
        if not level.is_proved:
            yield f"{level.sentence[:1].upper()}{level.sentence[1:]}; run “oncall-tui check --send-test”."
