"""What the desk means, in words: header, moods, groups; pure."""

from datetime import datetime, timedelta

from humanize import intcomma

from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.episode import EscalationState
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.milestones import Milestone
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import NEVER, Group, Row
from oncall_tui.domain.wall_time import LATEST
from oncall_tui.services.desk import Desk, Sight, SourceState, SourceStatus
from oncall_tui.ui.answer_text import undecided_notice
from oncall_tui.ui.text import age, clock, day_and_clock, place, span, wall

NOON, EVENING = 12, 17
CLOCK_UNKNOWN = "Clock unknown"
ZONE_HINT = "press C, or tell us in [[customers]] how to find it"


def zone_of(desk: Desk) -> str:
    """Return the zone of whoever sits here: all our own times are shown in it."""
    person = desk.me or desk.on_call
    return person.time_zone if person else desk.time_zone


def who(desk: Desk, now: datetime) -> str:
    """Return who is on call, and whether that is somebody else than who sits here."""
    if desk.on_call is not None and desk.is_held:
        mine = desk.me is not None and desk.me.id == desk.on_call.id
        return "You are still on call" if mine else f"{desk.on_call.name} is still on call"
    if desk.ended_shift is not None or (desk.shift is not None and desk.shift.ends_at <= now):
        return "Your shift is over" if desk.shift is None else "The shift is over"
    if desk.on_call is None:
        return "Nobody is on call now" if desk.sources else "Loading"
    if desk.me is not None and desk.me.id != desk.on_call.id:
        return f"{desk.on_call.name} is on call, not you"
    return f"{desk.on_call.name} is on call"


def here(desk: Desk, now: datetime) -> str:
    """Return the clock of whoever sits here."""
    return f"{day_and_clock(now, zone_of(desk))} {place(zone_of(desk))}"


def countdown(desk: Desk, now: datetime) -> str:
    """Return how long the shift still lasts, or since when it is over, or when the next one starts."""
    zone = zone_of(desk)
    if desk.shift is not None and desk.is_held:
        return f"over for {span(now - desk.shift.ends_at)}, not accepted: H"
    ended = desk.ended_shift or (desk.shift if desk.shift is not None and desk.shift.ends_at <= now else None)
    if ended is not None:
        return f"ended {span(now - ended.ends_at)} ago: hand over with H"
    if desk.shift is not None:
        return _left(desk, desk.shift, now)
    if desk.next_shift is not None:
        person = desk.people.get(desk.next_shift.person)
        return (
            f"next: {person.name if person else desk.next_shift.person} {clock(desk.next_shift.starts_at, zone, now)}"
        )
    return "no shift is planned" if desk.sources else ""


def is_mine(desk: Desk) -> bool:
    """Tell whether who sits here is on call."""
    return desk.me is not None and desk.me == desk.on_call


def is_last_hour(desk: Desk, now: datetime) -> bool:
    """Tell whether the shift of whoever sits here ends within an hour."""
    return is_mine(desk) and desk.shift is not None and desk.shift.ends_at - now <= Milestone.HOUR.value


def _left(desk: Desk, shift: Shift, now: datetime) -> str:
    if shift.ends_at >= LATEST:
        return "no end planned"
    left, end = shift.ends_at - now, _end(shift, zone_of(desk), now)
    if is_mine(desk) and left <= Milestone.TEN_MINUTES.value:
        return f"{span(left)} left: hand over with H"
    return f"{'last hour: ' if is_last_hour(desk, now) else ''}{span(left)} left, to {end}"


def _end(shift: Shift, zone: str, now: datetime) -> str:
    return (
        day_and_clock(shift.ends_at, zone)
        if shift.ends_at - now < timedelta(days=6)
        else clock(shift.ends_at, zone, now)
    )


def source_words(source: SourceStatus, now: datetime, zone: str) -> str:
    """Return how fresh a source is; a failing one says since when and why."""
    match source.state:
        case SourceState.LOADING if source.is_remembered and source.as_of:
            known = f"{source.id} as of {clock(source.as_of, zone, now)}"
            return f"{known}, not read yet{_left_out(source)}{_so_far(source, ':')}"
        case SourceState.LOADING:
            return f"{source.id} loading{_so_far(source, ':')}"
        case SourceState.STALE if source.is_remembered and source.as_of:
            return f"{source.id} fails, as of {clock(source.as_of, zone, now)}{_left_out(source)}"
        case SourceState.LIVE:
            fresh = f"{age(now - source.as_of)} ago" if source.as_of else "answers"
            return f"{source.id} {fresh}{_so_far(source, ', reading:')}"
    since = source.failing_since or source.as_of
    word = "stale" if source.state is SourceState.STALE else "failed"
    return f"{source.id} {word}" + (f" since {clock(since, zone, now)}" if since else "")


def _so_far(source: SourceStatus, lead: str) -> str:
    return f"{lead} {intcomma(source.so_far)} so far" if source.so_far else ""


def _left_out(source: SourceStatus) -> str:
    return f" ({source.left_out} more not kept)" if source.left_out else ""


def sources_line(desk: Desk, now: datetime) -> str:
    """Return every source's freshness, the failing ones first."""
    failing_first = sorted(desk.sources, key=lambda source: source.state in {SourceState.LIVE, SourceState.LOADING})
    return " · ".join(source_words(source, now, zone_of(desk)) for source in failing_first)


def counts(desk: Desk, now: datetime) -> str:
    """Return the figures of the header; none where nothing can be seen.

    What is due soon takes the place of what is new: the line has room for four.
    """
    if desk.sight in {Sight.BLIND, Sight.LOADING} and not desk.open_tickets:
        return ""
    soon = sum(group.soon(now) for group in desk.groups)
    figures = (
        (desk.open_tickets, "open"),
        *(() if soon else ((sum(group.sums.new for group in desk.groups), "new"),)),
        (sum(group.late(now) for group in desk.groups), "late"),
        *(((soon, "due soon"),) if soon else ()),
        (sum(escalation.state.is_live for escalation in desk.escalations), "escalated"),
    )
    return "  ".join(f"{intcomma(count)} {word}" for count, word in figures)


def counts_until(desk: Desk, now: datetime) -> datetime:
    """Return the instant until which the figures of the header stay as they are, unless the desk changes."""
    return min((group.counts_until(now) for group in desk.groups), default=NEVER)


def reason(source: SourceStatus) -> str:
    """Return why a source fails, without its name, which a sentence of its own begins with and the screen has said."""
    for separator in (": ", ", ", " "):
        if source.error.startswith(f"{source.id}{separator}"):
            return source.error.removeprefix(f"{source.id}{separator}")
    return source.error


def notices(desk: Desk) -> tuple[str, ...]:
    """Return the lasting sentences about ourselves: failing sources first, then the latest."""
    failing = (
        f"{source.id}: {reason(source) or 'does not answer'}"
        for source in desk.sources
        if source.state in {SourceState.STALE, SourceState.FAILED}
    )
    return (*failing, *map(undecided_notice, reversed(desk.undecided)), *reversed(desk.notices))


def mood_lines(desk: Desk, now: datetime) -> tuple[str, ...]:
    """Return what stands in place of an empty list, or nothing when there are tickets to show."""
    if desk.open_tickets or (desk.left and desk.sight not in {Sight.BLIND, Sight.LOADING}):
        return ()
    zone = zone_of(desk)
    lines = tuple(_mood_line(source, now, zone) for source in desk.sources)
    match desk.sight:
        case Sight.BLIND:
            return ("No source answers: I cannot see.", "", *lines, "", "F5 tries again now.")
        case Sight.LOADING:
            return (_first_reading(desk), "", *lines)
        case Sight.STALE:
            return ("Nothing is waiting where I can see, but not every source answers.", "", *lines)
    if any(source.state is SourceState.LOADING for source in desk.sources):
        return ("Nothing is waiting where I can see, but not every source has answered yet.", "", *lines)
    return ("Nothing is waiting.", "", *lines)


def _first_reading(desk: Desk) -> str:
    if any(source.so_far for source in desk.sources):
        return "A long list is being read: nothing of it is shown before it is complete."
    return "Waiting for the first answer: nothing is known yet."


def _mood_line(source: SourceStatus, now: datetime, zone: str) -> str:
    words = source_words(source, now, zone)
    return f"{words}: {reason(source)}" if source.error else words


def group_clock(group: Group, now: datetime) -> str:
    """Return the clock a group's customers see."""
    if group.utc_offset is None:
        return CLOCK_UNKNOWN
    if group.zones:
        return day_and_clock(now, group.zones[0])
    return f"{now + group.utc_offset:%a %H:%M}"


def group_title(group: Group, now: datetime) -> str:
    """Return a group's clock and its places."""
    return "  ".join(part for part in (group_clock(group, now), " · ".join(group.places)) if part)


def group_day(group: Group, now: datetime) -> str:
    """Return what part of the day it is for most of a group, and when that changes."""
    return day_words(group.day, now, group) if group.rows else ""


def day_words(day: LocalDay, now: datetime, group: Group) -> str:
    """Return a part of the day, and what comes next in it."""
    zone = group.zones[0] if group.zones else ""
    match day.day:
        case Day.UNKNOWN:
            return "working hours unknown"
        case Day.AT_WORK:
            return "at work" + (f" until {_local(day.closes_at, zone, group)}" if day.closes_at else "")
        case Day.ASLEEP:
            return "asleep" + (f", wakes in {span(day.wakes_at - now)}" if day.wakes_at else "")
        case Day.AWAKE:
            word = _part_of_day(_hour(now, zone, group))
        case Day.HOLIDAY if day.name:
            word = f"holiday ({day.name})"
        case _:
            word = str(day.day)
    return word + (f", opens in {span(day.opens_at - now)}" if day.opens_at else "")


def _local(at: datetime, zone: str, group: Group) -> str:
    return f"{wall(at, zone) if zone else at + (group.utc_offset or timedelta()):%H:%M}"


def _hour(at: datetime, zone: str, group: Group) -> int:
    return (wall(at, zone) if zone else at + (group.utc_offset or timedelta())).hour


def _part_of_day(hour: int) -> str:
    return "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"


def customer_name(row: Row) -> str:
    """Return the name a customer goes by here."""
    requester = row.ticket.requester
    return row.customer.name if row.customer else requester.organisation or requester.name or requester.email or "?"


def tier_of(row: Row) -> str:
    """Return how the customer is served, the customers table before the help desk."""
    return (row.customer.tier if row.customer else "") or row.ticket.tier


def suggested(row: Row, desk: Desk, now: datetime) -> str:
    """Return why a ticket's tier suggests E; nothing where nothing does, or it was escalated already."""
    return "" if row.tier is None or is_escalated(row.ticket.id, desk) else why_escalate(row, now)


def is_escalated(ticket: TicketId, desk: Desk) -> bool:
    """Tell whether a ticket was escalated already, and nobody took that back."""
    escalation = desk.escalation_of(ticket)
    return escalation is not None and escalation.state is not EscalationState.WITHDRAWN
