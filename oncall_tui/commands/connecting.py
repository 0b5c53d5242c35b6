"""One source or channel filled in by question and answer, and tried."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, get_args, get_origin, get_type_hints

import tomli

from oncall_tui.bootstrap.connectors import connector_of, kinds_of
from oncall_tui.clock import utc_now
from oncall_tui.commands.conversation import Conversation, choose
from oncall_tui.commands.secret_keeping import ask_where, quoted
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import BadUse, OnCallError
from oncall_tui.manual import LASTS_UNTIL, Chapter, Key, Tables
from oncall_tui.ports import Checkable, LogsIn
from oncall_tui.secrets import Secret, resolve
from oncall_tui.settings import Where, is_required, nearest, read_table, secrets_of

LIMIT: Final = timedelta(seconds=60)
"""How long trying may take."""
_AFTER_FAILURE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "again": "try once more",
        "change": "change an answer",
        "keep": "keep it as it is",
        "give up": "write nothing",
    }
)
_LEAVES_OUT: Final = "Enter leaves it out"


@dataclass(slots=True, kw_only=True)
class Connecting:
    """One table of the config, as far as its person has filled it in."""

    conversation: Conversation
    chapter: Chapter
    settings: type
    """The settings class of its kind."""
    config: Path
    """The config it is for, which need not exist yet."""
    identity: str
    values: dict[str, str] = field(default_factory=dict)
    """What was answered, as TOML writes it."""
    asked: set[str] = field(default_factory=set)
    """The keys that were asked for so far, whatever the answer."""

    @property
    def table(self) -> str:
        """Return it as it will stand in the config."""
        return self.chapter.table_with(self.identity, self.values)

    def fill_in(self) -> None:
        """Ask for what it needs, until nothing is wrong with it and it worked, or its person keeps it as it is."""
        self._ask([key.name for key in self.chapter.keys if is_required(self.settings, key.name)])
        self._mend()
        self._ask(self._more())
        self._mend()
        while not self._works() and self._is_changed():
            self._mend()

    def _mend(self) -> None:
        """Ask for what is wrong or lacking until nothing is."""
        while problems := self.problems():
            names = self._named_in(problems) or [self._which()]
            if any(name in self.asked for name in names):
                for problem in problems:
                    self.conversation.say(problem)
            self._ask(names)

    def _more(self) -> Sequence[str]:
        """Ask which of the other keys shall be set."""
        others = [key.name for key in self.chapter.keys if key.name not in self.asked]
        if not others:
            return ()
        self.conversation.say(f"\nIt can also have: {', '.join(others)}.")
        while True:
            answer = self.conversation.ask("Which of these do you want to set? Enter: none of them")
            names = re.findall(r"[^\s,]+", answer)
            unknown = [name for name in names if name not in others]
            if not unknown:
                return names
            self.conversation.say(f"There is no key {unknown[0]} among them.")

    def problems(self) -> Sequence[str]:
        """Return a sentence for everything that is wrong with the answers so far."""
        problems: list[str] = []
        self._read(problems)
        return problems

    def _read(self, problems: list[str]) -> object:
        text = "\n".join(f"{name} = {value}" for name, value in self.values.items() if name != LASTS_UNTIL)
        place = Where(file=self.config, path=self.chapter.table, label=self.identity)
        settings: object = read_table(tomli.loads(text), self.settings, place, problems)
        return settings

    def _is_secret(self, name: str) -> bool:
        hint = self._hint(name)
        return hint is Secret or Secret in get_args(hint)

    def _hint(self, name: str) -> object:
        hints: Mapping[str, object] = get_type_hints(self.settings)
        return hints.get(name, hints.get(f"{name}_"))

    def _ask(self, names: Sequence[str]) -> None:
        """Ask for these keys in the order of the manual, each with whatever may stand instead of it."""
        asked = {key.name for name in names for key in self.chapter.ways(name)}
        is_answered = False
        for key in self.chapter.keys:
            if key.name not in asked:
                continue
            if key.is_another_way and is_answered:
                asked -= {other.name for other in self.chapter.ways(key.name)}
                self.asked |= {other.name for other in self.chapter.ways(key.name)}
                continue
            is_answered = self._ask_for(key)

    def _ask_for(self, key: Key) -> bool:
        """Ask for one key and tell whether it was answered."""
        say = self.conversation.say
        say()
        for line in key.explanation:
            say(line)
        is_optional = not is_required(self.settings, key.name)
        self.asked.add(key.name)
        self.values.pop(key.name, None)
        if self._is_secret(key.name):
            if is_optional and not _is_yes(self.conversation.ask(f"Set {key.name}? y or n", "y")):
                return False
            say(f"{key.name} is a secret; the config will only say where it is.")
            self.values[key.name] = ask_where(self.conversation, f"{self.identity}-{key.name}", self.config.parent)
            self._ask_for_its_end()
            return True
        hint = f"; {_LEAVES_OUT}" if is_optional else ""
        answer = self.conversation.ask(f"{key.name} (such as {key.example}{hint})")
        if answer:
            self.values[key.name] = as_toml(answer, self._hint(key.name))
        return bool(answer)

    def _ask_for_its_end(self) -> None:
        question = "The last day on which it works (such as 2027-03-31; Enter: it does not end)"
        while answer := self.conversation.ask(question):
            try:
                self.values[LASTS_UNTIL] = date.fromisoformat(answer).isoformat()
            except ValueError:
                self.conversation.say("Write the year, the month and the day, such as 2027-03-31.")
            else:
                return

    def _named_in(self, problems: Sequence[str]) -> list[str]:
        return [key.name for key in self.chapter.keys if any(f", {key.name}: " in problem for problem in problems)]

    def _which(self) -> str:
        names = [key.name for key in self.chapter.keys]
        while True:
            answer = self.conversation.ask(f"Which key do you want to change? {', '.join(names)}", names[0])
            if answer in names:
                return answer
            near = nearest(answer, names)
            self.conversation.say(f"There is no key {answer}." + (f" Do you mean {near}?" if near else ""))

    def _works(self) -> bool:
        self.conversation.say("\nTrying it …")
        try:
            seen = asyncio.run(self._try())
        except OnCallError as error:
            self.conversation.say(f"It does not work: {error}")
            return False
        except TimeoutError:
            self.conversation.say(f"It does not work: no answer within {LIMIT.total_seconds():.0f} s.")
            return False
        self.conversation.say(f"It works: {seen}")
        return True

    async def _try(self) -> CleanText:
        settings = self._read([])
        resolve(secrets_of(settings))
        part = connector_of(self.chapter.table, self.chapter.kind, self.identity, settings, utc_now)
        if isinstance(part, LogsIn) and part.needs_login:
            await part.log_in(self.conversation.say)
        async with asyncio.timeout(LIMIT.total_seconds()):
            return await part.check() if isinstance(part, Checkable) else CleanText("there is nothing to try")

    def _is_changed(self) -> bool:
        """Ask what to do with what does not work, and tell whether something about it is another now."""
        match choose(self.conversation, "What shall be done?", _AFTER_FAILURE):
            case "change":
                self._ask([self._which()])
            case "keep":
                return False
            case "give up":
                raise BadUse("given up; the config is as it was")
            case _:
                pass
        return True


def as_toml(answer: str, hint: object) -> str:
    """Return an answer as TOML writes a value of a type: numbers and true as they are, lists by their commas."""
    types = {hint, *get_args(hint)}
    if types & {int, float, bool} and _is_plain(answer):
        return answer
    is_list = any(get_origin(each) is tuple for each in types)
    if is_list:
        return (
            answer if answer.startswith("[") else f"[{', '.join(quoted(part.strip()) for part in answer.split(','))}]"
        )
    return quoted(answer.strip('"'))


def _is_plain(answer: str) -> bool:
    try:
        tomli.loads(f"value = {answer}")
    except tomli.TOMLDecodeError:
        return False
    return True


def _is_yes(answer: str) -> bool:
    return answer.casefold() in {"y", "yes"}


def begin(conversation: Conversation, chapter: Chapter, config: Path, identity: str) -> Connecting:
    """Say what a kind is, and return its table with nothing filled in."""
    for line in ("", f"{chapter.kind}: {chapter.introduction[0]}", *chapter.introduction[1:]):
        conversation.say(line)
    settings = kinds_of(chapter.table)[chapter.kind]
    return Connecting(conversation=conversation, chapter=chapter, settings=settings, config=config, identity=identity)


def choose_chapter(conversation: Conversation, known: Mapping[str, Chapter], table: Tables) -> Chapter:
    """Ask which kind it shall be."""
    summaries = {chapter.kind: chapter.summary for chapter in known.values() if chapter.table == table}
    return known[choose(conversation, "Which one?", summaries)]
