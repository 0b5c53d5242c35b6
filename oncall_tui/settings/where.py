"""Where a config says something, and the sentences about it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path

from oncall_tui.secrets import redact
from oncall_tui.text_safety import clean

_FOUND_LIMIT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A table of a config, as its problems name it."""

    file: Path
    path: str = ""
    """The table's name, such as ``escalation.levels``; empty for the keys above all tables."""
    label: str = ""
    """Which one of several tables of that name; empty for a table that stands alone."""
    exposed: str = ""
    """What to do before a secret may stand in this file itself; empty when it may."""

    def __str__(self) -> str:
        """Return file and table."""
        table = f"[[{self.path}]] {self.label}" if self.label else f"[{self.path}]" if self.path else ""
        return ", ".join(clean(part) for part in (str(self.file), table) if part)

    def inside(self, key: str) -> "Where":
        """Return the place of a table within this one."""
        return replace(self, path=f"{self.path}.{key}" if self.path else key, label="")

    def element(self, number: int, table: Mapping[str, object]) -> "Where":
        """Return one of several tables of this name, called by its id, its name or its number."""
        given = (table.get("id"), table.get("name"))
        return replace(self, label=next((name for name in given if isinstance(name, str) and name), f"no. {number}"))

    def instead(self, key: str, found: str, remedy: str) -> str:
        """Return the sentence for a value that cannot stay."""
        at = f"{self}, {clean(key)}" if key else str(self)
        return f"{at}: {found}; write {remedy.strip().removeprefix('write ').removesuffix('.')}."

    def unknown(self, key: str, known: Sequence[str]) -> str:
        """Return the sentence for a key that does not exist; it keeps silent about the value."""
        near = nearest(key, known)
        remedy = f"write {near}" if near else f"write one of {', '.join(known)}" if known else "leave it out"
        return f"{self}: there is no key {clean(key, limit=_FOUND_LIMIT)}; {remedy}."


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant, or an empty text."""
    by_fold = {name.casefold(): name for name in known}
    return next((by_fold[match] for match in get_close_matches(word.casefold(), by_fold, n=1)), "")


def shown(found: object) -> str:
    """Return a value roughly as TOML writes it: one short harmless line without what is private in a URL."""
    if isinstance(found, Mapping):
        return "a table"
    if isinstance(found, list):
        text = f"[{', '.join(shown(entry) for entry in found)}]"
    elif isinstance(found, str | bool):
        text = json.dumps(redact(found) if isinstance(found, str) else found, ensure_ascii=False)
    else:
        text = found.isoformat() if isinstance(found, date | time) else str(found)
    return clean(text, limit=_FOUND_LIMIT)


def hidden(found: object) -> str:
    """Return the kind of a value that must not be shown."""
    kinds = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return f"{kinds.get(type(found), 'a date or time')} (not shown)"
