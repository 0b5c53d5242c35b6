"""What books say about places: the questions the domain asks; ``oncall_tui.places`` answers them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

Holidays = Mapping[date, str]
"""Days on which a country does not work, with their names."""

NO_HOLIDAYS: Final[Holidays] = MappingProxyType({})


def _no_text(_: str) -> str:
    return ""


def _no_texts(*_: str) -> Sequence[str]:
    return ()


def _nothing() -> None:
    pass


def _no_holidays(_country: str, _region: str, _year: int) -> Holidays:
    return NO_HOLIDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """Look-ups, each of which answers with nothing where it knows nothing. Countries are ISO 3166-1 codes."""

    zone_called: Callable[[str], str] = _no_text
    """The IANA name of a zone that a help desk calls by another system's name."""
    zones_of_phone: Callable[[str, str], Sequence[str]] = _no_texts
    """The zones a phone number may ring in; the second text is the country it is written for, if that is known."""
    country_called: Callable[[str], str] = _no_text
    """The country behind a code or an English name."""
    zones_of_country: Callable[[str], Sequence[str]] = _no_texts
    """The zones of a country, its main one first."""
    country_of_zone: Callable[[str], str] = _no_text
    holidays: Callable[[str, str, int], Holidays] = _no_holidays
    """The public holidays of a country, of one of its regions (without one: of all of it), in a year."""
    open: Callable[[], None] = _nothing
    """Load what the answers stand in, which takes as long as many frames; else the first question of each kind does."""


EMPTY_ATLAS: Final = Atlas()
"""Knows nothing."""
