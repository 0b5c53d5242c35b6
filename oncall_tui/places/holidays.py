"""Public holidays of countries and their regions."""

from collections.abc import Sequence
from functools import lru_cache

from oncall_tui.domain.atlas import NO_HOLIDAYS, Holidays

_LANGUAGE = "en_US"
"""The only English that nearly every country's holidays have names in; without it they are named as at home."""


@lru_cache(maxsize=512)
def public_holidays(country: str, region: str, year: int) -> Holidays:
    """Return the days on which a country, or a region in it, does not work; none where nobody knows them."""
    import holidays  # noqa: PLC0415 - a library that no first frame waits for

    try:
        known = region if region in regions(country) else None
        found = holidays.country_holidays(country, subdiv=known, years=year, expand=False, language=_LANGUAGE)
    except NotImplementedError:  # asking for the list of countries would load every one of them
        return NO_HOLIDAYS
    return dict(found.items())


@lru_cache(maxsize=256)
def regions(country: str) -> Sequence[str]:
    """Return the regions of a country that have holidays of their own."""
    import holidays  # noqa: PLC0415 - see above

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return ()
    return (*known.subdivisions, *known.subdivisions_aliases)
