"""What other systems call time zones."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from oncall_tui.domain.wall_time import zone_names
from oncall_tui.places.rails import RAILS_ZONES

_CONTINENTS = frozenset(("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"))
_LABEL = re.compile(r"^\((?:GMT|UTC)[^)]*\) *")
"""Some help desks show their zones as ``(GMT+01:00) Berlin``."""


@lru_cache(maxsize=1024)
def zone_called(name: str) -> str:
    """Return the IANA name of what Rails or Windows calls a zone, or of a city that has one; empty for all else."""
    name = _LABEL.sub("", name)
    return RAILS_ZONES.get(name) or _in_windows(name) or _cities().get(" ".join(name.casefold().split()), "")


@cache
def _cities() -> Mapping[str, str]:
    """Return the zones that are called after a city; ``US/Eastern`` and its like are not."""
    zones = (name for name in sorted(zone_names()) if name.partition("/")[0] in _CONTINENTS)
    return {name.rpartition("/")[2].replace("_", " ").casefold(): name for name in zones}


def _in_windows(name: str) -> str:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - few help desks say such names

    return WINDOWS_TO_OLSON.get(name, "")
