"""What tables say about one another: ids that must exist, or must not yet; zones, hours and places that must be real.

These rules look at what is written and not at what could be read of it, so that one mistake never hides another.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

from oncall_tui.config_path import SQLITE
from oncall_tui.domain.local_day import working_hours
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.places.countries import codes, country_called
from oncall_tui.settings import Where, duration, nearest, shown

Table = Mapping[str, object]
Rule = Callable[[str], str]
"""Returns what to write instead, or an empty text where nothing is wrong."""

NEXT = "next"
"""Stands for whoever the rota names next."""

_LISTS = frozenset({"people", "channels", "accounts", "to", "good_news_to"})
"""Keys where a single text is refused already, for not being a list."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_REGION = re.compile(r"[A-Za-z0-9]{1,3}")


def cross_problems(root: Table, where: Where) -> list[str]:
    """Return a sentence for everything in a config that no single table can know to be wrong."""
    people, channels = _ids(root, "people"), _ids(root, "channels")
    person = _known("[[people]]", people)
    taken: set[str] = set()
    return [
        *_problems(root, where, "", "me", person),
        *_problems(root, where, "team", "time_zone", zone_rule),
        *_problems(root, where, "team", "country", country_rule),
        *_problems(root, where, "team", "store", store_rule),
        *_problems(root, where, "people", "id", _new_id(taken)),
        *_problems(root, where, "people", "time_zone", zone_rule),
        *_problems(root, where, "people", "channels", _known("[[channels]]", channels)),
        *_problems(root, where, "people", "accounts", _account(_ids(root, "sources"))),
        *_problems(root, where, "rota.rotations", "people", person),
        *_problems(root, where, "rota.rotations", "time_zone", zone_rule),
        *_problems(root, where, "rota.overrides", "person", person),
        *_problems(root, where, "rota.absences", "person", person),
        *_problems(root, where, "rota.calendars.match", "person", person),
        *_problems(root, where, "escalation.levels", "people", person),
        *_problems(root, where, "channels", "id", _new_id(taken)),
        *_problems(root, where, "sources", "id", _new_id(set())),
        *_problems(root, where, "sources", "refresh", refresh_rule),
        *_problems(root, where, "customers", "time_zone", zone_rule),
        *_problems(root, where, "customers", "country", country_rule),
        *_problems(root, where, "customers", "hours", hours_rule),
        *_problems(root, where, "handover", "to", _known("[[people]] or [[channels]]", (NEXT, *people, *channels))),
        *_problems(root, where, "handover", "good_news_to", _known("[[people]] or [[channels]]", (*people, *channels))),
    ]


def known_person(root: Table) -> Rule:
    """Return the rule for a person's id that stands outside the file."""
    return _known("[[people]]", _ids(root, "people"))


def zone_rule(name: str) -> str:
    """Refuse a time zone that does not exist."""
    if zone_info(name) is not None:
        return ""
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones()) if "/" in zone}
    near = nearest(name, available_timezones()) or nearest(name, cities)
    return shown(cities.get(near, near)) if near else 'an IANA name, such as "Europe/Berlin"'


def store_rule(store: str) -> str:
    """Refuse every store but a file of SQLite."""
    if store.startswith(("postgresql:", "postgres:")):
        return f'"{SQLITE}", because this version keeps no journal in PostgreSQL yet'
    path = Path(store)
    if store == SQLITE or (path.is_absolute() and path.suffix == ".sqlite"):
        return ""
    return f'"{SQLITE}", or a whole path that ends in .sqlite, such as "/srv/oncall/journal.sqlite"'


def hours_rule(text: str) -> str:
    """Refuse working hours that cannot be understood."""
    try:
        working_hours(text)
    except ValueError:
        return 'days and hours that end by 24:00, such as "Mon-Fri 09:00-18:00"'
    return ""


def country_rule(text: str) -> str:
    """Refuse a country that does not exist; which regions of it there are, ``oncall-tui check`` finds out."""
    country, dash, region = text.partition("-")
    if country.upper() in codes() and (_REGION.fullmatch(region) if dash else True):
        return ""
    code = country_called(text) or country_called(country) or nearest(country.upper(), codes())
    return shown(code) if code else 'a code of ISO 3166, such as "JP", or "DE-BY" for a region with its own holidays'


def refresh_rule(text: str) -> str:
    """Refuse to ask a source without a pause."""
    try:
        return "" if duration(text) >= timedelta(seconds=1) else '"1s" or more'
    except ValueError:
        return ""  # the source's own settings say so


def _new_id(taken: set[str]) -> Rule:
    def rule(name: str) -> str:
        if not _ID.fullmatch(name):
            return 'a short name of small letters, digits, "-" and "_", such as "ana" or "dana-mail"'
        if name in taken or name == NEXT:
            return "an id that nothing else has"
        taken.add(name)
        return ""

    return rule


def _known(table: str, ids: tuple[str, ...]) -> Rule:
    def rule(name: str) -> str:
        if name in ids:
            return ""
        near = nearest(name, ids)
        return shown(near) if near else f"the id of one of the {table}: {', '.join(ids) or 'there is none yet'}"

    return rule


def _account(sources: tuple[str, ...]) -> Rule:
    known = _known("[[sources]]", sources)

    def rule(account: str) -> str:
        source, colon, name = account.partition(":")
        if not colon or not name.strip():
            return 'the id of a source and the name there, such as "helpdesk:aruiz"'
        remedy = known(source.strip())
        return f"{remedy} before the colon" if remedy else ""

    return rule


def _ids(root: Table, path: str) -> tuple[str, ...]:
    found = [table.get("id") for table, _ in _tables(root, Where(file=Path()), path)]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))


def _problems(root: Table, where: Where, path: str, key: str, rule: Rule) -> Iterator[str]:
    for table, place in _tables(root, where, path):
        found = table.get(key)
        entries = found if isinstance(found, list) else [found] if key not in _LISTS else []
        for entry in entries:
            if isinstance(entry, str) and entry and (remedy := rule(entry)):
                yield place.instead(key, f"found {shown(entry)}", remedy)


def _tables(root: Table, where: Where, path: str) -> Iterator[tuple[Table, Where]]:
    """Yield every table of a name that is one, with its place."""
    if not path:
        yield root, where
        return
    name, _, rest = path.partition(".")
    found = root.get(name)
    if isinstance(found, Mapping):
        yield from _tables(found, where.inside(name), rest)
    elif isinstance(found, list):
        for number, table in enumerate(found, start=1):
            if isinstance(table, Mapping):
                yield from _tables(table, where.inside(name).element(number, table), rest)
