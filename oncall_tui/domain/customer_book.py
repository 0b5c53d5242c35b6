"""Everything we know of customers that no ticket tells."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from oncall_tui.domain.atlas import EMPTY_ATLAS, Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.ticket import Requester, SourceId
from oncall_tui.domain.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBook:
    """The customers table, what was corrected since, and what books say about the places customers may be in."""

    customers: Sequence[Customer] = ()
    corrections: Sequence[Customer] = ()
    """Where somebody of us said a customer's clock is; the first that matches counts."""
    account_default: str = ""
    """The zone a help desk writes down for whoever named none; empty when there is no such zone."""
    account_defaults: Mapping[SourceId, str] = field(default_factory=dict)
    """The same by source, where it was recognised by how many have it."""
    atlas: Atlas = EMPTY_ATLAS
    tiers: Sequence[Tier] = ()
    runbooks: tuple[Runbook, ...] = ()
    ours: AbstractSet[str] = frozenset()
    """Mail addresses and phone numbers of our own: whoever writes from them is no customer."""

    def default_of(self, source: SourceId) -> str:
        """Return the zone that tells nothing in a source; empty when there is no such zone."""
        return self.account_defaults.get(source) or self.account_default

    def tier(self, name: str) -> Tier | None:
        """Return the tier of a name, however it is written."""
        return next((tier for tier in self.tiers if tier.name.casefold() == name.casefold()), None) if name else None

    def find(self, requester: Requester) -> Customer | None:
        """Return the first row of the customers table that somebody who wrote belongs to."""
        return find_customer(requester, self.customers)

    def corrected_zone(self, requester: Requester) -> str:
        """Return the zone somebody of us corrected; empty when nobody did."""
        corrected = find_customer(requester, self.corrections)
        return corrected.time_zone if corrected else ""


EMPTY_BOOK = CustomerBook()


def find_customer(requester: Requester, customers: Sequence[Customer]) -> Customer | None:
    """Return the first of these customers that somebody who wrote belongs to."""
    return next((customer for customer in customers if customer.is_of(requester)), None)
