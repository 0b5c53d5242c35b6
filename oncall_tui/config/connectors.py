"""The tables of sources and channels, each read by the settings class of its kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from oncall_tui.config.tables import ConnectorTable
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import SourceId
from oncall_tui.settings import Where, known_keys, nearest, read_table, shown

IdT = TypeVar("IdT")

Table = Mapping[str, object]
Kinds = Mapping[str, type]
"""Each kind with its settings class; a class is asked for only where its kind is used, so that it may load late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[IdT]):
    """A source or a channel of the config."""

    id: IdT
    kind: str
    settings: object
    """A value of the kind's settings class."""
    token_ends_on: date | None = None
    """The last day its token or key works; None where it does not end, or nobody wrote it down."""


SourceEntry = Entry[SourceId]
ChannelEntry = Entry[ChannelId]


def read_connectors(
    tables: object, where: Where, kinds: Kinds | None, make_id: Callable[[str], IdT], problems: list[str]
) -> Iterator[Entry[IdT]]:
    """Yield every entry that can be read, adding a sentence to ``problems`` for all that is wrong.

    Args:
        tables: What the file has under the name; anything but tables is left to the reader of the whole file.
        where: The place of the first table, without its label.
        kinds: What may stand as ``kind``; None when nobody asks for the entries.
        make_id: Makes an id of the right type.
        problems: Takes one sentence for each problem.
    """
    if kinds is None:
        return
    for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
        if isinstance(table, Mapping):
            place = where.element(number, table)
            common = _common(table, place, problems)
            settings = _settings(table, place, kinds, problems)
            if common and settings is not None:
                yield Entry(id=make_id(common.id), kind=common.kind, settings=settings, token_ends_on=common.token_ends)


def _common(table: Table, where: Where, problems: list[str]) -> ConnectorTable | None:
    own = {key: value for key, value in table.items() if key in known_keys(ConnectorTable)}
    return read_table(own, ConnectorTable, where, problems)


def _settings(table: Table, where: Where, kinds: Kinds, problems: list[str]) -> object:
    kind = table.get("kind")
    if not isinstance(kind, str) or not kind:
        return None
    if kind not in kinds:
        near = nearest(kind, kinds)
        remedy = shown(near) if near else f"one of {', '.join(shown(known) for known in kinds)}"
        problems.append(where.instead("kind", f"found {shown(kind)}", remedy))
        return None
    rest = {key: value for key, value in table.items() if key not in known_keys(ConnectorTable)}
    settings: object = read_table(rest, kinds[kind], where, problems)
    return settings
