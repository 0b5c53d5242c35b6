"""What the tz database, phone numbering plans and holiday calendars say about places.

Each library is loaded when its first question comes, or where keys are answered meanwhile: no frame waits for one.
"""

from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.places.countries import country_called, country_of_zone, zones_of_country
from oncall_tui.places.holidays import public_holidays
from oncall_tui.places.phones import zones_of_phone
from oncall_tui.places.zone_names import zone_called


def _open() -> None:
    public_holidays("US", "", 2000)  # the first country brings what all of them share
    zones_of_phone("+1 212 555 0100")
    zone_called("W. Europe Standard Time")


ATLAS: Final = Atlas(
    zone_called=zone_called,
    zones_of_phone=zones_of_phone,
    country_called=country_called,
    zones_of_country=zones_of_country,
    country_of_zone=country_of_zone,
    holidays=public_holidays,
    open=_open,
)
