"""The zone a help desk writes into contacts nobody chose one for, recognised by how many have it."""

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from operator import countOf
from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.ticket import Requester, SourceId, Ticket
from oncall_tui.domain.zone_guess import named_zone

NEARLY_ALL: Final = 0.9
LEAST: Final = 10
"""Among fewer contacts no share says anything."""
_STEP: Final = 256
"""Tickets looked at in one step."""


def account_defaults(
    tickets: Sequence[Ticket], own_zone: str, atlas: Atlas
) -> Generator[None, None, Mapping[SourceId, str]]:
    """Return, after short steps, our own zone for each source whose contacts nearly all have it, else nothing.

    Such a zone says where the help desk is. Whoever really lives there is still found by the other hints. Of a source
    with too few contacts nothing is said.

    Args:
        tickets: The open tickets of every source.
        own_zone: The zone the account itself is in.
        atlas: Knows what help desks call zones.
    """
    contacts: dict[SourceId, dict[str, str]] = defaultdict(dict)
    for number, ticket in enumerate(tickets, start=1):
        if zone := named_zone(ticket.requester.time_zone, atlas):
            contacts[ticket.source_id][_who(ticket.requester)] = zone
        if number % _STEP == 0:
            yield
    found: dict[SourceId, str] = {}
    for source, zones in contacts.items():
        yield
        ours = countOf(zones.values(), own_zone)
        if len(zones) >= LEAST:
            found[source] = own_zone if ours >= NEARLY_ALL * len(zones) else ""
    return found


def _who(requester: Requester) -> str:
    return (requester.email or requester.name or requester.organisation).casefold()
