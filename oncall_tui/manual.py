"""The example config, read as what it is: the manual of every kind of source and channel."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from oncall_tui.errors import BadUse

Tables = Literal["sources", "channels"]

_FILE: Final = "config.example.toml"
LASTS_UNTIL: Final = "token_ends"
"""The key, of every kind, that says until when its token works."""
_COMMON: Final = frozenset({"id", "kind", LASTS_UNTIL})
_OPENS: Final = re.compile(r'# kind = "(?P<kind>[^"]+)": (?P<text>.*)')
_TABLE: Final = re.compile(r"#?\[\[(?P<table>sources|channels)\]\]$")
_KEY: Final = re.compile(r"#?(?P<name>[a-z_]+) = (?P<value>.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a kind, as the manual explains it."""

    name: str
    explanation: tuple[str, ...]
    """Lines above it, without their ``#``; empty where it explains itself."""
    example: str
    """A value as TOML writes it."""

    @property
    def is_another_way(self) -> bool:
        """Tell whether it stands for the key before it instead of beside it."""
        return bool(self.explanation) and self.explanation[0].startswith("… or")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What the manual says about one kind."""

    table: Tables
    kind: str
    introduction: tuple[str, ...]
    keys: tuple[Key, ...]

    @property
    def summary(self) -> str:
        """Return what it is in a few words."""
        words = " ".join(self.introduction)
        return re.split(r"[.:;] ", words, maxsplit=1)[0].removesuffix(".")

    def ways(self, name: str) -> tuple[Key, ...]:
        """Return a key with all that may stand instead of it, itself included, in the order of the manual."""
        found: list[Key] = []
        for key in self.keys:
            follows = key.is_another_way or (not key.explanation and any(each.is_another_way for each in found))
            if not follows:
                if any(each.name == name for each in found):
                    break
                found = []
            found.append(key)
        return tuple(found)

    def table_with(self, identity: str, values: Mapping[str, str]) -> str:
        """Return the table as the manual writes it: these values, everything else left out but explained.

        Args:
            identity: The table's ``id``.
            values: For each key that is set, its value as TOML writes it.
        """
        ends = values.get(LASTS_UNTIL)
        head = [f'# kind = "{self.kind}": {self.introduction[0]}', *(f"# {line}" for line in self.introduction[1:])]
        body = [f"[[{self.table}]]", f'id = "{identity}"', f'kind = "{self.kind}"']
        body += ["# The last day on which its token works.", f"{LASTS_UNTIL} = {ends}"] if ends else []
        for key in self.keys:
            body += [f"# {line}" for line in key.explanation]
            is_set = key.name in values
            body.append(f"{key.name} = {values[key.name]}" if is_set else f"#{key.name} = {key.example}")
        return "\n".join([*head, *body]) + "\n"


def text() -> str:
    """Return the example config that came with the program, or raise ``BadUse`` where somebody took it away."""
    beside = files("oncall_tui") / _FILE
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    above = Path(__file__).parent.parent / _FILE  # a working copy, whose package is not installed as files
    try:
        return above.read_text(encoding="utf-8")
    except OSError:
        raise BadUse(f"{_FILE} did not come with this installation; install oncall-tui again") from None


def chapters(manual: str) -> Mapping[str, Chapter]:
    """Return the chapter of every kind."""
    return {chapter.kind: chapter for chapter in _chapters(manual.splitlines())}


def _chapters(lines: Sequence[str]) -> Iterator[Chapter]:
    for number, line in enumerate(lines):
        if (opens := _OPENS.match(line)) is not None:
            block = list(_until_empty(lines[number + 1 :]))
            chapter = _chapter(opens["kind"], opens["text"], block)
            if chapter is not None:
                yield chapter


def _until_empty(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line:
            return
        yield line


def _chapter(kind: str, first: str, block: Sequence[str]) -> Chapter | None:
    introduction, keys, explanation = [first], [], list[str]()
    table: Tables | None = None
    for line in block:
        if (header := _TABLE.match(line)) is not None:
            table = "sources" if header["table"] == "sources" else "channels"
        elif table is None:
            introduction.append(line.removeprefix("# "))
        elif line.startswith("# "):
            explanation.append(line.removeprefix("# "))
        elif (key := _KEY.match(line)) is not None and key["name"] not in _COMMON:
            keys.append(Key(name=key["name"], explanation=tuple(explanation), example=key["value"]))
            explanation = []
    if table is None:
        return None
    return Chapter(table=table, kind=kind, introduction=tuple(introduction), keys=tuple(keys))
