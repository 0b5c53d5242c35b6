"""Whether a promise was kept, as far as a ticket shows it."""

from datetime import datetime, timedelta
from typing import Final

from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.ticket_record import Promise

TOLD_WITHIN: Final = timedelta(minutes=15)
"""An answer so soon after a promise tells the customer of it rather than keeps it; of a short promise a quarter."""


def answered_at(ticket: Ticket, waited_since: datetime | None, seen_at: datetime) -> datetime | None:
    """Return when our side last answered in public, as far as can be known; None where nothing shows an answer.

    Args:
        ticket: How it is listed now.
        waited_since: Since when the customer had been waiting when it was looked at before.
        seen_at: When it was listed so.
    """
    ours = [message.at for message in ticket.messages if message.is_public and not message.is_inbound]
    if ours:
        return max(ours)
    has_turned = waited_since is not None and (ticket.waiting_since is None or ticket.waiting_since > waited_since)
    return (ticket.updated_at or seen_at) if has_turned else None


def outcome(promise: Promise, answered: datetime | None, seen_at: datetime) -> PromiseOutcome | None:
    """Return how a promise ends, given the last answer in public and how far the ticket was seen; None while it lasts.

    It breaks only once the ticket was seen after its time: while a source cannot be seen, nobody knows.
    """
    is_kept = answered is not None and answered > _told_until(promise)
    if promise.is_open and is_kept and answered is not None and answered <= promise.due_at:
        return PromiseOutcome.KEPT
    if promise.is_open:
        return PromiseOutcome.BROKEN if promise.due_at <= seen_at else None
    return PromiseOutcome.KEPT_LATE if promise.is_owed and is_kept else None


def outcome_when_gone(promise: Promise, gone_at: datetime) -> PromiseOutcome | None:
    """Return how a promise ends whose ticket needs nobody any more."""
    if not promise.is_owed:
        return None
    if promise.is_open:
        return PromiseOutcome.KEPT if gone_at <= promise.due_at else PromiseOutcome.BROKEN
    return PromiseOutcome.KEPT_LATE


def _told_until(promise: Promise) -> datetime:
    return promise.made_at + min(TOLD_WITHIN, (promise.due_at - promise.made_at) / 4)
