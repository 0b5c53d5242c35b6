"""Corrections of what the dashboard thinks about a customer."""

from collections.abc import Iterable, Sequence

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.events import CustomerZoneCorrected, Recorded
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import zone_info, zone_names
from oncall_tui.errors import BadUse
from oncall_tui.settings import nearest
from oncall_tui.text_safety import clean

TAKE_BACK = "-"
"""Stands for no zone at all: what was guessed counts again."""


def corrected_zones(events: Iterable[Recorded]) -> Sequence[Customer]:
    """Return rows as of the customers table for every zone that was corrected."""
    latest = {
        event.match: event.zone for event in (e.event for e in events) if isinstance(event, CustomerZoneCorrected)
    }
    return [Customer(name=match, match=(match,), time_zone=zone) for match, zone in latest.items() if zone]


def zone_correction(row: Row, text: str, atlas: Atlas) -> CustomerZoneCorrected:
    """Return the correction of the clock of a ticket's customer.

    It counts for everybody of the requester's organisation, else for the requester's mail address alone: a mail domain
    may be a provider's.

    Raises:
        BadUse: The text names no zone, nobody would recognise the customer, or the customers table decides.
    """
    requester = row.ticket.requester
    if row.customer is not None and zone_info(row.customer.time_zone) is not None:
        raise BadUse(f"the clock of {row.customer.name} is set in [[customers]] of the config: change it there")
    match = f"org:{requester.organisation}" if requester.organisation else requester.email
    if not match:
        raise BadUse("this ticket names neither an organisation nor a mail address to keep a clock for")
    return CustomerZoneCorrected(
        match=clean(match), zone="" if text.strip() == TAKE_BACK else _zone(text.strip(), atlas)
    )


def _zone(text: str, atlas: Atlas) -> str:
    """Return the zone somebody means by its name, its city or another system's name for it."""
    wanted = text.casefold().replace(" ", "_")
    by_name = {name.casefold(): name for name in zone_names()}
    by_city = {name.rpartition("/")[2].casefold(): name for name in sorted(zone_names()) if "/" in name}
    found = by_name.get(wanted) or by_city.get(wanted) or atlas.zone_called(text)
    if zone_info(found) is None:
        near = nearest(text, zone_names()) or by_city.get(nearest(wanted, by_city), "")
        raise BadUse(f"no time zone is called “{clean(text, limit=60)}”; write {near or 'one such as Asia/Tokyo'}")
    return found
