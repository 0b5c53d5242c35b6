"""Escalations in words that never say more than was proved; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.brief import Brief
from oncall_tui.domain.escalation import Attempt, Escalation, EscalationState
from oncall_tui.domain.ladder import current_level, deliverable, untried
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.ringing import what_to_say, what_to_say_in_full, whom_to_ring
from oncall_tui.ui.text import between, cells, clock, countdown, cut, due

ALL_OF_IT = "X for all of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripText:
    """The two lines of the strip, and the state that colours them."""

    first: str
    second: str
    state: EscalationState | None
    """None for a suggestion: nothing is under way."""


def on_strip(escalations: Iterable[Escalation]) -> tuple[Escalation, ...]:
    """Return the live escalations, the one that still can be stopped first."""
    live = (escalation for escalation in escalations if escalation.state.is_live)
    return tuple(sorted(live, key=lambda escalation: escalation.state is not EscalationState.ARMED))


def strip_text(
    escalations: Sequence[Escalation], now: datetime, zone: str, width: int, *, strategy: str = ""
) -> StripText | None:
    """Return what the strip says, or None when nothing is live; before anything is sent also how its tier is served."""
    if not escalations:
        return None
    escalation = escalations[0]
    more = f"+{len(escalations) - 1} more, {ALL_OF_IT}" if len(escalations) > 1 else ALL_OF_IT
    match escalation.state:
        case EscalationState.ARMED:
            first, second, more = _armed(escalation, now, width), _reason(escalation, now, strategy), "E now · Esc stop"
        case EscalationState.ACKNOWLEDGED:
            first, second = acknowledged(escalation, now, zone), "Nothing more is sent."
        case EscalationState.EXHAUSTED:
            first, second = _exhausted(escalation), what_to_say(escalation.brief)
            more = "X, then P, when reached"
        case _:
            first, second = _notifying(escalation, now, zone), next_step(escalation, now, zone)
    return StripText(first=cut(first, width), second=between("  " + second, more, width), state=escalation.state)


def number(escalation: Escalation) -> str:
    """Return what the ticket is called in its source."""
    return escalation.brief.ticket.partition(":")[2]


def _armed(escalation: Escalation, now: datetime, width: int) -> str:
    left = escalation.next_action_at - now if escalation.next_action_at else None
    when = "now" if left is None or left.total_seconds() <= 0 else f"in {-int(-left.total_seconds() // 1)} s"
    people = escalation.policy.levels[0].targets if escalation.policy.levels else ()
    if not people:
        return f"▲ Escalating {number(escalation)}: nobody stands on the first level!"
    names = _and(target.name for target in people)
    ways = ", then ".join(people[0].channels) if len(people) == 1 else ""
    customer = escalation.brief.customer
    wordings = (
        f"▲ Escalating {number(escalation)} {customer} to {names} ({ways}) {when}",
        f"▲ Escalating {number(escalation)} {cut(customer, 20)} to {names} {when}",
        f"▲ Escalating {number(escalation)} to {names} {when}",
    )
    return next((line for line in wordings if cells(line) <= width and "()" not in line), wordings[-1])


def _reason(escalation: Escalation, now: datetime, strategy: str) -> str:
    """Return why it is escalated: what somebody said, else what is known; and how such customers are served."""
    why = escalation.brief.why or _armed_facts(escalation, now)
    return " ".join(part for part in (f"{why}." if why and not why.endswith(".") else why, strategy) if part)


def _armed_facts(escalation: Escalation, now: datetime) -> str:
    brief = escalation.brief
    facts = (
        due(brief.due_at, now).capitalize() if brief.due_at else "",
        _touches(brief),
        brief.tier,
    )
    known = ", ".join(fact for fact in facts if fact)
    return f"{known}." if known else ""


def _touches(brief: Brief) -> str:
    if brief.touches is None:
        return ""
    usual = "" if brief.usual_touches is None else f" where {brief.usual_touches} are usual"
    return f"{brief.touches} {'touch' if brief.touches == 1 else 'touches'}{usual}"


def _notifying(escalation: Escalation, now: datetime, zone: str) -> str:
    latest = _latest(escalation)
    if not latest:
        return f"▲ {number(escalation)}: stored {clock(escalation.armed_at, zone, now)}, nothing accepted yet."
    words = "; ".join(f"{_name(escalation, attempt)}: {proof(attempt, now, zone)}" for attempt in latest)
    is_told = any(attempt.state is DeliveryState.ACCEPTED for attempt in latest)
    return f"▲ {number(escalation)} → {words}{', not acknowledged' if is_told else ''}."


def _latest(escalation: Escalation) -> tuple[Attempt, ...]:
    """Return, for each person of the level, the attempt that got furthest."""
    of_level = [a for a in escalation.attempts if (a.round, a.level) == (escalation.round, escalation.level)]
    best: dict[str, Attempt] = {}
    for attempt in sorted(of_level or escalation.attempts[-1:], key=lambda a: (_PROVED.index(a.state), a.at)):
        best[attempt.person] = attempt
    return tuple(best.values())


_PROVED = (
    DeliveryState.DROPPED,
    DeliveryState.REJECTED,
    DeliveryState.PENDING,
    DeliveryState.RETRYING,
    DeliveryState.SENDING,
    DeliveryState.UNKNOWN,
    DeliveryState.ACCEPTED,
)


def proof(attempt: Attempt, now: datetime, zone: str) -> str:
    """Return what is known of one attempt, and no more."""
    at = clock(attempt.at, zone, now)
    detail = f": {attempt.detail.rstrip('.')}" if attempt.detail else ""
    return {
        DeliveryState.PENDING: f"stored {at}, not sent yet",
        DeliveryState.SENDING: f"being sent since {at}",
        DeliveryState.RETRYING: f"stored {at}, not accepted yet, tried again{detail}",
        DeliveryState.UNKNOWN: f"may have arrived {at}, {'not ' if attempt.is_dropped else ''}sent again{detail}",
        DeliveryState.ACCEPTED: f"accepted {at}",
        DeliveryState.REJECTED: f"refused {at}{detail}",
        DeliveryState.DROPPED: "not sent: no longer needed",
    }[attempt.state]


def next_step(escalation: Escalation, now: datetime, zone: str) -> str:
    """Return when the next step is taken, running down, and who is tried then; or that nothing happens by itself."""
    if escalation.next_action_at is None:
        return "Nothing more happens by itself: ring somebody."
    return f"Next {_when(escalation.next_action_at, now, zone)}: {_next_people(escalation)}."


def _when(at: datetime, now: datetime, zone: str) -> str:
    return f"in {countdown(at - now)}, at {clock(at, zone, now)}" if at > now else "now"


def _next_people(escalation: Escalation) -> str:
    on_level = deliverable(escalation, current_level(escalation)) if escalation.level >= 0 else ()
    coming = [(target, channels[0]) for target in on_level if (channels := untried(escalation, target))]
    if coming:
        return _and(f"{target.name} by {channel}" for target, channel in coming)
    names = next(filter(None, _later_levels(escalation)), "")
    return names or "nobody is left, you are told"


def _later_levels(escalation: Escalation) -> Iterator[str]:
    """Yield who can be reached on each level that is still to come, round after round."""
    levels = escalation.policy.levels
    for round_ in range(escalation.round, escalation.policy.rounds + 1):
        is_again = round_ > escalation.round
        for level in levels if is_again else levels[escalation.level + 1 :]:
            names = _and(target.name for target in deliverable(escalation, level))
            yield f"{names} again" if names and is_again else names


def acknowledged(escalation: Escalation, now: datetime, zone: str) -> str:
    """Return who took it, when, and in what words."""
    by = escalation.acknowledged
    if by is None:
        return f"✓ {number(escalation)}: acknowledged"
    words = f": “{by.words}”" if by.words else "."
    return f"✓ {number(escalation)}: acknowledged by {by.name} at {clock(by.at, zone, now)}{words}"


def _exhausted(escalation: Escalation) -> str:
    return f"▲ {number(escalation)}: NOBODY HAS ACKNOWLEDGED. {whom_to_ring(escalation)}"


def heading(escalation: Escalation, now: datetime, zone: str) -> str:
    """Return one line that names an escalation and its state."""
    brief = escalation.brief
    state = standing(escalation)
    by = f" by {brief.on_call_name}" if brief.on_call_name else ""
    return f"{number(escalation)}  {state}  from {clock(escalation.armed_at, zone, now)}{by}  {brief.customer}"


def standing(escalation: Escalation) -> str:
    """Return an escalation's state, and how far up it is."""
    where = f", round {escalation.round}, level {escalation.level + 1} of {len(escalation.policy.levels)}"
    return f"{escalation.state}{where if escalation.state.wants_acknowledgement and escalation.level >= 0 else ''}"


def on_ticket(escalation: Escalation, now: datetime, zone: str) -> str:
    """Return what somebody who looks at the ticket has to know: who has it and in what words, or that nobody has."""
    taken = escalation.acknowledged
    if taken is not None:
        state = "" if escalation.state is EscalationState.ACKNOWLEDGED else f"{standing(escalation)}, "
        words = f": “{taken.words}”" if taken.words else ""
        return f"{state}acknowledged by {taken.name} at {clock(taken.at, zone, now)}{words}"
    if escalation.state is EscalationState.EXHAUSTED:
        return f"NOBODY HAS ACKNOWLEDGED. {whom_to_ring(escalation)}"
    return standing(escalation)


def timeline(escalation: Escalation, now: datetime, zone: str) -> tuple[str, ...]:
    """Return everything that is known of an escalation, one line each, oldest first."""
    brief = escalation.brief
    lines = [f"“{brief.subject}”  {_armed_facts(escalation, now)}".rstrip()]
    known = (("Why", brief.why), ("Runbook", brief.runbook_step), ("Tried", brief.tried))
    lines += [f"{what}: {words}" for what, words in known if words]
    for attempt in escalation.attempts:
        tried = f"{_name(escalation, attempt)} by {attempt.channel}"
        lines.append(f"{clock(attempt.at, zone, now)}  {tried}: {proof(attempt, now, zone)}")
    if escalation.acknowledged is not None:
        lines.append(acknowledged(escalation, now, zone))
    if escalation.state is EscalationState.EXHAUSTED:
        if escalation.next_action_at is not None:
            lines.append(f"Nobody is left to ask. The bell rings again {_when(escalation.next_action_at, now, zone)}.")
        lines += [whom_to_ring(escalation, everybody=True), what_to_say_in_full(brief, now)]
    elif escalation.state.wants_acknowledgement:
        lines.append(next_step(escalation, now, zone))
    if escalation.ended_at is not None:
        reason = f": {escalation.reason}" if escalation.reason else ""
        lines.append(f"{clock(escalation.ended_at, zone, now)}  {escalation.state}{reason}")
    return tuple(lines)


def _name(escalation: Escalation, attempt: Attempt) -> str:
    target = escalation.policy.target(attempt.person)
    return target.name if target else attempt.person


def _and(names: Iterable[str]) -> str:
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def mark(escalation: Escalation | None) -> str:
    """Return the symbol that repeats an escalation's state beside its ticket."""
    if escalation is None or not escalation.state.is_live:
        return ""
    return "✓" if escalation.state is EscalationState.ACKNOWLEDGED else "▲"
