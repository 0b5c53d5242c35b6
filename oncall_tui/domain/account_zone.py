"""The zone a help desk writes into contacts nobody chose one for, recognised by how many have it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.ticket import Requester, SourceId, Ticket
from oncall_tui.domain.zone_guess import named_zone

NEARLY_ALL: Final = 0.9
LEAST: Final = 10
"""Among fewer contacts no share says anything."""


def account_defaults(tickets: Iterable[Ticket], own_zone: str, atlas: Atlas) -> Mapping[SourceId, str]:
    """Return our own zone for each source in which nearly all contacts have it, and nothing for any other.

    Such a zone says where the help desk is. Whoever really lives there is still found by the other hints. Of a source
    with too few contacts nothing is said.

    Args:
        tickets: The open tickets of every source.
        own_zone: The zone the account itself is in.
        atlas: Knows what help desks call zones.
    """
    contacts: dict[SourceId, dict[str, str]] = defaultdict(dict)
    for ticket in tickets:
        if zone := named_zone(ticket.requester.time_zone, atlas):
            contacts[ticket.source_id][_who(ticket.requester)] = zone
    enough = {source: zones for source, zones in contacts.items() if len(zones) >= LEAST}
    return {
        source: own_zone if Counter(zones.values())[own_zone] >= NEARLY_ALL * len(zones) else ""
        for source, zones in enough.items()
    }


def _who(requester: Requester) -> str:
    return (requester.email or requester.name or requester.organisation).casefold()
