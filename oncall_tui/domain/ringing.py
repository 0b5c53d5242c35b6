"""What is left when nobody acknowledges: whom to ring, and what to say."""

from datetime import datetime, timedelta

from oncall_tui.domain.brief import Brief
from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.policy import Target

_IN_MINUTES = timedelta(hours=2)
"""Shorter waits are told in minutes."""


def others(escalation: Escalation) -> tuple[Target, ...]:
    """Return everybody on a level who did not raise it, each once, the first level first."""
    targets = [target for level in escalation.policy.levels for target in level.targets]
    return tuple({target.person: target for target in targets if target.person != escalation.by}.values())


def whom_to_ring(escalation: Escalation, *, everybody: bool = False) -> str:
    """Return the first number to ring, or each of them."""
    people = others(escalation)
    numbers = [f"{target.name}: {target.phone}" for target in people if target.phone]
    if numbers:
        return f"Ring {', or '.join(numbers if everybody else numbers[:1])}"
    return f"Reach {people[0].name if people else 'a leader'} yourself: no number is known."


def what_to_say(brief: Brief) -> str:
    """Return it in one breath."""
    return f"Say: “{_whose(brief)}{brief.subject}.”"


def what_to_say_in_full(brief: Brief, now: datetime) -> str:
    """Return it as a person says it on the telephone."""
    sentences = (
        _introduction(brief),
        f"{_whose(brief)}{brief.subject}, ticket {brief.number}{f', {brief.tier}' if brief.tier else ''}.",
        f"They have waited {_length(now - brief.waiting_since)}." if brief.waiting_since is not None else "",
        "I need you to decide what we do.",
    )
    return f"Say: “{' '.join(sentence for sentence in sentences if sentence)}”"


def _introduction(brief: Brief) -> str:
    if not brief.on_call_name:
        return ""
    return f"This is {brief.on_call_name}{f', on call for {brief.team}' if brief.team else ''}."


def _whose(brief: Brief) -> str:
    who = brief.customer or brief.requester
    return f"{who}: " if who else ""


def _length(waited: timedelta) -> str:
    if waited < _IN_MINUTES:
        return f"{max(0, waited // timedelta(minutes=1))} minutes"
    return f"{waited // timedelta(hours=1)} hours"
