"""What leaving stops or loses, in words; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.ringing import whom_to_ring
from oncall_tui.services.desk import Desk
from oncall_tui.ui.escalation_text import number, on_strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """What has to be said before somebody leaves."""

    sentences: Sequence[str]
    may_be_watched: bool
    """Whether a watch, which knows what the disk knows, has something to go on with."""


def farewell(desk: Desk) -> Farewell | None:
    """Return what leaving means, or None when there is nothing to ask about."""
    live = on_strip(desk.escalations)
    waiting = [escalation for escalation in live if escalation.state is not EscalationState.ACKNOWLEDGED]
    lost = [escalation for escalation in waiting if escalation.id in desk.unrecorded.unknown]
    kept = [escalation for escalation in waiting if escalation not in lost]
    outdated = [escalation for escalation in live if escalation.id in desk.unrecorded.outdated]
    sentences = [*_lost(lost), *_kept(kept), *_outdated(outdated)]
    is_known = bool(kept or outdated)
    return Farewell(sentences=sentences, may_be_watched=is_known) if sentences else None


def _lost(lost: Sequence[Escalation]) -> Iterator[str]:
    if lost:
        yield (
            f"Escalation of {_numbers(lost)} is live and NOT RECORDED: leaving forgets it, and neither a watch nor the "
            f"next start goes on with it. Before you leave: {whom_to_ring(lost[0]).rstrip('.')}."
        )


def _kept(kept: Sequence[Escalation]) -> Iterator[str]:
    if kept:
        yield f"Escalation of {_numbers(kept)} is live: nobody will go on with it until the dashboard runs again."


def _outdated(outdated: Sequence[Escalation]) -> Iterator[str]:
    """Name what the disk does not know of an escalation that it knows: the next start does it once more."""
    asked = [escalation for escalation in outdated if escalation.state is not EscalationState.ACKNOWLEDGED]
    if asked:
        yield f"What was sent for {_numbers(asked)} lately is NOT RECORDED: the next start may send it again."
    for escalation in outdated:
        if escalation.acknowledged is not None and escalation not in asked:
            name = escalation.acknowledged.name
            yield f"That {name} has {number(escalation)} is NOT RECORDED: the next start asks for it again."


def _numbers(escalations: Iterable[Escalation]) -> str:
    return " and ".join(number(escalation) for escalation in escalations)
