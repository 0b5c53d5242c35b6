"""What one help desk knows of a person and another does not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Fact, Requester, SourceId, Ticket
from oncall_tui.domain.zone_guess import named_zone

_READ: Final[Sequence[tuple[Fact, Callable[[Requester], CleanText]]]] = (
    (Fact.NAME, lambda requester: requester.name),
    (Fact.PHONE, lambda requester: requester.phone),
    (Fact.ORGANISATION, lambda requester: requester.organisation),
    (Fact.TIME_ZONE, lambda requester: requester.time_zone),
    (Fact.COUNTRY, lambda requester: requester.country),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreed:
    """What all who say something say, and who is named for it."""

    text: CleanText
    source: SourceId


def completed(tickets: Sequence[Ticket], book: CustomerBook) -> Iterable[Ticket]:
    """Yield one person's tickets that others of them can tell something about, with that filled in.

    What a help desk says itself is never replaced. Where the others do not agree nothing is taken; nor is a zone that
    only says where a help desk is.
    """
    if all(ticket.requester == tickets[0].requester and ticket.tier == tickets[0].tier for ticket in tickets):
        return
    known = {fact: agreed for fact, read in _READ if (agreed := _agreed(tickets, fact, read, book))}
    tier = _one((ticket.tier, ticket.source_id) for ticket in tickets if ticket.tier)
    for ticket in tickets:
        requester = _with(
            ticket.requester, {f: known[f] for f, read in _READ if f in known and not read(ticket.requester)}
        )
        named = ticket.tier or (tier.text if tier else NO_TEXT)
        if requester is not ticket.requester or named != ticket.tier:
            yield replace(ticket, requester=requester, tier=named)


def _agreed(
    tickets: Iterable[Ticket], fact: Fact, read: Callable[[Requester], CleanText], book: CustomerBook
) -> _Agreed | None:
    said = ((read(ticket.requester), ticket.source_id) for ticket in tickets)
    if fact is Fact.TIME_ZONE:
        return _one((zone, source) for zone, source in said if zone and not _is_default(zone, source, book))
    return _one((text, source) for text, source in said if text)


def _is_default(zone: str, source: SourceId, book: CustomerBook) -> bool:
    return named_zone(zone, book.atlas) == named_zone(book.default_of(source), book.atlas)


def _one(said: Iterable[tuple[CleanText, SourceId]]) -> _Agreed | None:
    """Return what everybody says, in the words of the first by name; nothing where two differ."""
    listed = sorted(said, key=lambda one: (one[1], one[0]))
    if len({text.casefold() for text, _ in listed}) != 1:
        return None
    return _Agreed(text=listed[0][0], source=listed[0][1])


def _with(requester: Requester, known: dict[Fact, _Agreed]) -> Requester:
    if not known:
        return requester

    def text(fact: Fact, own: CleanText) -> CleanText:
        return known[fact].text if fact in known else own

    return replace(
        requester,
        name=text(Fact.NAME, requester.name),
        phone=text(Fact.PHONE, requester.phone),
        organisation=text(Fact.ORGANISATION, requester.organisation),
        time_zone=text(Fact.TIME_ZONE, requester.time_zone),
        country=text(Fact.COUNTRY, requester.country),
        learnt=tuple((fact, agreed.source) for fact, agreed in known.items()),
    )
