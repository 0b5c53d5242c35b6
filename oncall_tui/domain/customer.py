"""What we know of a customer that no help desk tells."""

from dataclasses import dataclass

from oncall_tui.domain.ticket import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A row of the ``[[customers]]`` table."""

    name: str
    match: tuple[str, ...] = ()
    """``org:NAME``, a mail domain (``acme.jp``) or a whole mail address."""
    time_zone: str = ""
    """IANA name; empty when not given."""
    country: str = ""
    """ISO 3166 code of a country, such as ``JP``, or of a region in it, such as ``DE-BY``; empty when not given."""
    hours: str = ""
    """Working hours on the customer's clock, such as ``Mon-Fri 09:00-18:00``."""
    tier: str = ""
    notes: str = ""

    @property
    def country_code(self) -> str:
        """Return the country without its region."""
        return self.country.partition("-")[0].upper()

    @property
    def region(self) -> str:
        """Return the region without its country; empty for the whole country."""
        return self.country.partition("-")[2].upper()

    def is_of(self, requester: Requester) -> bool:
        """Tell whether somebody who wrote belongs to this customer."""
        address = requester.email.casefold()
        domain = address.rpartition("@")[2]
        organisation = requester.organisation.casefold()
        return any(
            bool(organisation) and wanted.removeprefix("org:").strip() == organisation
            if wanted.startswith("org:")
            else wanted in {address, domain} or (bool(domain) and domain.endswith("." + wanted))
            for wanted in (entry.casefold() for entry in self.match)
        )
