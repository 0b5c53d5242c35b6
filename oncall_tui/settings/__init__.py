"""One TOML table made into one frozen dataclass, or into sentences that say what to write instead.

A field is a key (one trailing underscore is left out: ``from_`` is ``from``), its type is what may be written, its
default is what counts when the key is left out. ``metadata=POSITIVE`` refuses zero and less, ``metadata=NOT_EMPTY``
a text or list with nothing in it. A class with a method ``problems`` (see ``Checked``) judges its own values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Final,
    Literal,
    NewType,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

from oncall_tui.secrets import Secret
from oncall_tui.settings.values import DATE_OR_TIME, IN_WORDS, Unusable, date_or_time, duration, one_of, scalar
from oncall_tui.settings.where import Where, hidden, nearest, shown

__all__ = [
    "NOT_EMPTY",
    "POSITIVE",
    "Checked",
    "Where",
    "duration",
    "is_required",
    "known_keys",
    "nearest",
    "read_table",
    "secrets_of",
    "shown",
]

_T = TypeVar("_T")

Text = Callable[[str], str]
Table = Mapping[str, object]

POSITIVE: Final[Mapping[str, bool]] = {"positive": True}
NOT_EMPTY: Final[Mapping[str, bool]] = {"not_empty": True}


@runtime_checkable
class Checked(Protocol):
    """Settings that can judge what no single type can."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return each key that cannot stay as it is, with what to write instead."""


def known_keys(table: type) -> tuple[str, ...]:
    """Return the keys a table may have, in the order of its class."""
    return tuple(_fields(table))


def is_required(table: type, key: str) -> bool:
    """Tell whether a table cannot do without a key."""
    return _is_required(_fields(table)[key])


def secrets_of(settings: object) -> tuple[Secret, ...]:
    """Return the secrets among a value's fields."""
    if not is_dataclass(settings):
        return ()
    values: list[object] = [getattr(settings, field.name) for field in fields(settings)]
    return tuple(value for value in values if isinstance(value, Secret))


def read_table(table: Table, into: type[_T], where: Where, problems: list[str], *, text: Text = str) -> _T | None:
    """Return a table as a value, adding a sentence to ``problems`` for all that is wrong with it.

    With problems the value is only good for looking for more of them: what cannot be used is left out of it, and
    where that is impossible it is None.

    Args:
        table: The table as TOML gives it.
        into: A dataclass.
        where: The table's place, for the sentences.
        problems: Takes one sentence for each problem.
        text: Makes texts harmless that will be on the screen.
    """
    return _Reading(where, problems, text).value_of(table, into)


class _Told(Exception):
    """A table that cannot be used, and whose problems have been told."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one table."""

    where: Where
    problems: list[str]
    text: Text

    def value_of(self, table: Table, into: type[_T]) -> _T | None:
        """Return the value of a table, or None where it has no value at all."""
        known = _fields(into)
        wanted: Mapping[str, object] = get_type_hints(into)
        told = len(self.problems)
        unknown = [key for key in table if key not in known]
        self.problems.extend(self.where.unknown(key, tuple(known)) for key in unknown)
        misspelt = {nearest(key, known) for key in unknown}  # told already, so not missing as well
        given = {}
        for key, field in known.items():
            if key not in table and key in misspelt:
                continue
            for value in self._given(table, key, field, wanted[field.name]):
                given[field.name] = value
        if any(_is_required(field) and field.name not in given for field in known.values()):
            return None
        make: Callable[..., _T] = into
        value = make(**given)
        if len(self.problems) == told:
            self._tell_own(value, table, wanted)
        return value

    def _given(self, table: Table, key: str, field: "Field[object]", wanted: object) -> Iterator[object]:
        """Yield what a key holds, or nothing where it is absent or cannot be used."""
        if key not in table:
            if _is_required(field):
                self.problems.append(self.where.instead(key, "it is missing", _in_words(wanted)))
            return
        try:
            value = self._converted(table[key], wanted, key)
            _check_limits(value, field)
        except _Told:
            return
        except Unusable as error:
            found = error.found or _found(table[key], wanted)
            self.problems.append(self.where.instead(key, found, error.remedy))
            return
        yield value

    def _tell_own(self, value: object, table: Table, wanted: Mapping[str, object]) -> None:
        if isinstance(value, Checked):
            for name, remedy in value.problems():
                key = name.removesuffix("_")
                hint = wanted.get(key, wanted.get(f"{key}_"))
                found = _found(table[key], hint) if key in table else "it is missing"
                self.problems.append(self.where.instead(key, found, remedy))

    def _converted(self, found: object, wanted: object, key: str) -> object:
        plain = _plain(wanted)
        if get_origin(plain) is not None or not isinstance(plain, type):
            return self._several(found, plain, key)
        if issubclass(plain, Enum):
            return plain(one_of(found, [member.value for member in plain]))
        if is_dataclass(plain):
            return self._table(found, plain, self.where.inside(key))
        if plain is str:
            return self.text(str(scalar(found, str, self.where, key)))
        return scalar(found, plain, self.where, key)

    def _several(self, found: object, plain: object, key: str) -> object:
        """Return a list, tables by their names, or one of several things that may be written."""
        if get_origin(plain) is tuple:
            return self._list(found, get_args(plain)[0], key)
        if get_origin(plain) is Mapping:
            return self._named(found, get_args(plain)[1], self.where.inside(key))
        return _alternative(found, plain)

    def _table(self, found: object, into: type, where: Where) -> object:
        if not isinstance(found, Mapping):
            raise Unusable(f"[{where.path}] above its keys")
        value: object = _Reading(where, self.problems, self.text).value_of(found, into)
        if value is None:
            raise _Told
        return value

    def _named(self, found: object, into: type, where: Where) -> Mapping[str, object]:
        """Return tables that stand below one another, each under a name of its own."""
        if not isinstance(found, Mapping):
            raise Unusable(f"[{where.path}.NAME] above the keys of each such table")
        named: dict[str, object] = {}
        for name, table in found.items():
            if not isinstance(table, Mapping):
                self.problems.append(
                    where.instead(name, f"found {shown(table)}", f"[{where.path}.{name}] above its keys")
                )
                continue
            value: object = _Reading(where.inside(name), self.problems, self.text).value_of(table, into)
            if value is not None:
                named[self.text(name)] = value
        return named

    def _list(self, found: object, wanted: object, key: str) -> tuple[object, ...]:
        if is_dataclass(wanted) and isinstance(wanted, type):
            return tuple(self._tables(found, wanted, key))
        if get_origin(wanted) is not None:
            return _raw_tables(found, self.where.inside(key))
        if not isinstance(found, list):
            raise Unusable(f"a list, such as [{shown(found)}]" if isinstance(found, str) else _in_words(tuple))
        try:
            return tuple(self._converted(entry, wanted, key) for entry in found)
        except Unusable as error:
            raise Unusable(f"a list in which each entry is {error.remedy}") from None

    def _tables(self, found: object, into: type, key: str) -> Iterator[object]:
        for number, table in enumerate(_raw_tables(found, self.where.inside(key)), start=1):
            where = self.where.inside(key).element(number, table)
            value: object = _Reading(where, self.problems, self.text).value_of(table, into)
            if value is not None:
                yield value


def _alternative(found: object, wanted: object) -> object:
    if get_origin(wanted) is Literal:
        return one_of(found, get_args(wanted))
    if wanted == DATE_OR_TIME:
        return date_or_time(found)
    raise TypeError(f"a setting cannot be of the type {wanted}")


def _raw_tables(found: object, where: Where) -> tuple[Table, ...]:
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise Unusable(f"[[{where.path}]] above the keys of each such table")
    return tuple(found)


def _fields(table: type) -> Mapping[str, "Field[object]"]:
    """Return the fields of a settings class by the keys that stand for them."""
    if not is_dataclass(table):
        raise TypeError(f"{table.__name__} is not a dataclass")
    return {field.name.removesuffix("_"): field for field in fields(table) if field.init}


def _is_required(field: "Field[object]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def readable(read: Callable[[str], object], remedy: str) -> Mapping[str, object]:
    """Return the metadata of a field whose text ``read`` takes without a ``ValueError``; else ``remedy`` is said."""
    return {"read": read, "remedy": remedy}


def _check_limits(value: object, field: "Field[object]") -> None:
    read: Callable[[str], object] | None = field.metadata.get("read")
    if read is not None and isinstance(value, str):
        try:
            read(value)
        except ValueError:
            raise Unusable(str(field.metadata["remedy"])) from None
    if "positive" in field.metadata:
        if isinstance(value, timedelta) and value <= timedelta(0):
            raise Unusable('more than nothing, such as "30s"')
        if isinstance(value, int | float) and value <= 0:
            raise Unusable("a number above 0")
    if not value and isinstance(value, str | tuple) and ("not_empty" in field.metadata or _is_required(field)):
        raise Unusable("at least one entry" if isinstance(value, tuple) else "something between the quotes")


def _plain(wanted: object) -> object:
    """Return a type without its ``| None`` and without the name ``NewType`` gives it."""
    if get_origin(wanted) in {Union, UnionType}:
        if wanted == DATE_OR_TIME:
            return wanted
        (wanted,) = (part for part in get_args(wanted) if part is not NoneType)
    while isinstance(wanted, NewType):
        wanted = wanted.__supertype__
    return wanted


def _found(found: object, wanted: object) -> str:
    return f"found {hidden(found) if _plain(wanted) is Secret else shown(found)}"


def _in_words(wanted: object) -> str:
    """Return what may be written for a type."""
    plain = _plain(wanted)
    if get_origin(plain) is Literal:
        return f"one of {', '.join(shown(choice) for choice in get_args(plain))}"
    if isinstance(plain, type) and issubclass(plain, Enum):
        return f"one of {', '.join(shown(member.value) for member in plain)}"
    return IN_WORDS.get(plain, "a table" if is_dataclass(plain) else 'a list, such as ["…", "…"]')
