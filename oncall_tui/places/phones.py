"""Where a phone number rings."""

from collections.abc import Sequence
from functools import lru_cache

from oncall_tui.places.countries import present_name


@lru_cache(maxsize=4096)
def zones_of_phone(number: str, country: str = "") -> Sequence[str]:
    """Return the zones a number may ring in; none for what is no number.

    A number without its country's prefix is read as one of ``country``.
    """
    import phonenumbers  # noqa: PLC0415 - megabytes of numbering plans, which no first frame waits for
    from phonenumbers.timezone import time_zones_for_number  # noqa: PLC0415 - see above

    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return ()
    if not phonenumbers.is_possible_number(parsed):
        return ()
    return tuple(map(present_name, time_zones_for_number(parsed)))
