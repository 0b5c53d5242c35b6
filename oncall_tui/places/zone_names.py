"""What other systems call time zones."""

import re
from functools import lru_cache

from oncall_tui.places.rails import RAILS_ZONES

_LABEL = re.compile(r"^\((?:GMT|UTC)[^)]*\) *")
"""Some help desks show their zones as ``(GMT+01:00) Berlin``."""


@lru_cache(maxsize=1024)
def zone_called(name: str) -> str:
    """Return the IANA name of what Rails or Windows calls a zone; empty for what neither knows."""
    name = _LABEL.sub("", name)
    return RAILS_ZONES.get(name) or _in_windows(name)


def _in_windows(name: str) -> str:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - few help desks say such names

    return WINDOWS_TO_OLSON.get(name, "")
