"""Why a ticket's tier suggests an escalation, in one line; the person decides."""

from collections.abc import Generator, Iterable
from datetime import datetime, timedelta

from oncall_tui.domain.row_order import batched
from oncall_tui.domain.suggestion import Rule, Sign
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.triage import Group, Row

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def signs_of(row: Row, now: datetime) -> dict[Sign, str]:
    """Return what can be seen of a ticket that nice words do not solve, each in words."""
    promise = row.record.owed_promise if row.record else None
    is_broken = promise is not None and (promise.outcome is PromiseOutcome.BROKEN or promise.is_late(now))
    found = {
        Sign.LATE: f"late {_span(now - row.due_at)}" if row.due_at is not None and row.is_late(now) else "",
        Sign.PROMISE_BROKEN: "promise broken" if is_broken else "",
        Sign.REOPENED: "reopened" if row.record is not None and row.record.reopened else "",
        Sign.SAME_TROUBLE: f"{row.same_trouble} customers report the same" if row.same_trouble else "",
        Sign.BACK_AGAIN: "back again within days" if row.is_back_again else "",
    }
    return {sign: words for sign, words in found.items() if words}


def why_escalate(row: Row, now: datetime) -> CleanText:
    """Return the reason a tier's rules give, such as ``Late 8 m, 5 touches where 2 are usual, gold``; else nothing."""
    tier = row.tier
    if tier is None or not tier.rules:
        return NO_TEXT
    signs = signs_of(row, now)
    met = dict.fromkeys(words for rule in tier.rules if (words := _met(rule, row, signs)))
    if not met:
        return NO_TEXT
    reason = ", ".join((*met, tier.name))
    return CleanText(reason[0].upper() + reason[1:])


def worth_escalating(groups: Iterable[Group], now: datetime) -> Generator[None, None, tuple[Row, ...]]:
    """Return, after short steps, the tickets whose tier suggests an escalation, in their order."""
    found: list[Row] = []
    for group in groups:
        for some in batched(group.rows):
            found += [row for row in some if row.tier is not None and why_escalate(row, now)]
            yield
    return tuple(found)


def touches_words(touches: int, usual: int | None) -> str:
    """Return how often our side did something, and how often is usual."""
    counted = "1 touch" if touches == 1 else f"{touches} touches"
    return counted if usual is None else f"{counted} where {usual} {'is' if usual == 1 else 'are'} usual"


def _met(rule: Rule, row: Row, signs: dict[Sign, str]) -> str:
    if rule.sign is not None:
        return signs.get(rule.sign, "")
    touches, allowed = row.touches, row.usual_touches if rule.more_than is None else rule.more_than
    if touches is None or allowed is None or touches <= allowed:
        return ""
    return touches_words(touches, row.usual_touches)


def _span(length: timedelta) -> str:
    minutes = length // _MINUTE
    return f"{length // _HOUR} h" if length >= _HOUR else f"{minutes} m" if minutes else "now"
