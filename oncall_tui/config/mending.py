"""What is left of a rota when its broken tables are taken out, so that a slip in it never keeps the dashboard shut."""

from collections.abc import Mapping

from oncall_tui.config.checks import zone_rule
from oncall_tui.config.rota_tables import RotaTable
from oncall_tui.settings import Where, known_keys, read_table

Table = Mapping[str, object]


def without_rota(root: Table) -> Table:
    """Return a config as if it had no rota."""
    return {key: value for key, value in root.items() if key != "rota"}


def mended(root: Table, where: Where) -> Table:
    """Return a config whose rota has only tables that can be used.

    Tables that name somebody who is not among the people stay: their turns are gaps, which are loud.
    """
    rota = root.get("rota")
    if not isinstance(rota, Mapping):
        return without_rota(root)
    usable = {key: _usable(key, rota[key], where) for key in known_keys(RotaTable) if key in rota}
    return {**root, "rota": {key: entries for key, entries in usable.items() if entries}}


def _usable(key: str, found: object, where: Where) -> list[object]:
    entries = found if isinstance(found, list) else []
    return [entry for entry in entries if _can_be_read(key, entry, where) and not _has_wrong_zone(entry)]


def _can_be_read(key: str, entry: object, where: Where) -> bool:
    problems: list[str] = []
    read_table({key: [entry]}, RotaTable, where, problems)
    return not problems


def _has_wrong_zone(entry: object) -> bool:
    zone = entry.get("time_zone") if isinstance(entry, Mapping) else None
    return isinstance(zone, str) and bool(zone) and bool(zone_rule(zone))
