"""Countries and their zones, by the tables of the tz database."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

_CODE_LENGTH = 2


def zones_of_country(code: str) -> Sequence[str]:
    """Return a country's zones, its main one first; none for a code that is none."""
    return _zones().get(code, ())


def country_of_zone(zone: str) -> str:
    """Return the country a zone lies in; empty for ``Etc/UTC`` and its like."""
    return _countries().get(present_name(zone), "")


def present_name(zone: str) -> str:
    """Return what a zone under an older name, such as Asia/Katmandu, is called now; any other as it is."""
    return zone if zone in _countries() else _links().get(zone, zone)


@lru_cache(maxsize=1024)
def country_called(name: str) -> str:
    """Return the ISO 3166-1 code behind a code of two or three letters or an English name, else nothing."""
    wanted = name.strip()
    if len(wanted) == _CODE_LENGTH and wanted.upper() in codes():
        return wanted.upper()
    return _names().get(wanted.casefold(), "") or (_in_registry(wanted) if wanted else "")


def codes() -> frozenset[str]:
    """Return every code of ISO 3166-1."""
    return frozenset(_names().values())


def _in_registry(name: str) -> str:
    """Ask the holiday library, which knows codes of three letters and the usual names of more countries."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - loaded only where the tz database does not know

    wanted = name.casefold().replace(" ", "_").replace("-", "_")
    for key, (_, code, *others) in COUNTRIES.items():
        if wanted == key or name.upper() in others:
            return code
    return ""


@cache
def _names() -> Mapping[str, str]:
    return {name.casefold(): code for code, name in _lines("iso3166.tab")}


@cache
def _zones() -> Mapping[str, Sequence[str]]:
    zones: dict[str, list[str]] = {}
    for code, _, zone, *_ in _lines("zone.tab"):
        zones.setdefault(code, []).append(zone)
    return zones


@cache
def _countries() -> Mapping[str, str]:
    return {zone: code for code, zones in _zones().items() for zone in zones}


@cache
def _links() -> Mapping[str, str]:
    """Return the present name of every older one."""
    lines = (line.split() for line in _text("tzdata.zi").splitlines() if line.startswith("L "))
    return {older: name for _, name, older in lines}


def _lines(table: str) -> Iterator[Sequence[str]]:
    return (line.split("\t") for line in _text(table).splitlines() if line and not line.startswith("#"))


def _text(name: str) -> str:
    return resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
