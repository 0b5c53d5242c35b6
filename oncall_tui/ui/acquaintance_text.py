"""The other requests of one person, in words; pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from oncall_tui.domain.acquaintance import name_beside
from oncall_tui.domain.ticket import Requester, SourceId, Ticket, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.services.desk import Desk, SourceState
from oncall_tui.text_safety import clean
from oncall_tui.ui.desk_text import source_words, zone_of
from oncall_tui.ui.text import age, cut

NAMED: Final = 3
"""So many of the other requests are named, and the rest counted."""
SUBJECT: Final = 40
NAME: Final = 30
_RAISED: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
MANY: Final = "⁺"


def raised(row: Row) -> str:
    """Return how many open requests a person has, raised as a quiet mark; nothing for one, a plus for ten or more."""
    count = len(row.acquaintance.tickets) if row.acquaintance else 1
    return "" if count < 2 else _RAISED[count] if count < len(_RAISED) else MANY  # noqa: PLR2004 - more than one


def also_from(row: Row, desk: Desk, now: datetime) -> str:
    """Return a person's other requests, in whatever help desk, open or ended lately; empty where there are none."""
    person = row.acquaintance
    if person is None:
        return ""
    ended = (f"{_name(one.ticket, row)} ended {age(now - one.at)} ago" for one in person.ended)
    return "; ".join((*_others(row, desk, now), *ended))


def also_waiting(row: Row, desk: Desk, now: datetime) -> str:
    """Return the line that keeps answers in two requests of one person from contradicting each other."""
    others = "; ".join(_others(row, desk, now))
    return f"Also open from them: {others}" if others else ""


def _others(row: Row, desk: Desk, now: datetime) -> Iterator[str]:
    others = row.acquaintance.others(row.ticket.id) if row.acquaintance else ()
    unseen = {
        source.id: source_words(source, now, zone_of(desk))
        for source in desk.sources
        if source.state is not SourceState.LIVE
    }
    for other in others[:NAMED]:
        yield f"{_name(other.id, row)} “{cut(other.subject, SUBJECT)}” ({'; '.join(_standing(other, unseen, now))})"
    if len(others) > NAMED:
        yield f"{len(others) - NAMED} more"


def _standing(ticket: Ticket, unseen: dict[SourceId, str], now: datetime) -> Iterator[str]:
    yield f"waiting {age(now - ticket.waiting_since)}" if ticket.waiting_since else "not waiting for us"
    if ticket.source_id in unseen:
        yield unseen[ticket.source_id]


def _name(other: TicketId, row: Row) -> str:
    return cut(clean(name_beside(other, row.ticket.id)), NAME)


def learnt(requester: Requester) -> str:
    """Return what is known of a requester from another help desk, and from which."""
    by_source: dict[SourceId, list[str]] = {}
    for fact, source in requester.learnt:
        by_source.setdefault(source, []).append(fact.value)
    return "; ".join(f"{_listed(facts)} from {source}" for source, facts in by_source.items())


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
