"""``[tiers.NAME]`` and ``[[runbooks]]`` as they are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from oncall_tui.domain.runbook import SIGNS, Runbook
from oncall_tui.domain.suggestion import RULES, rule
from oncall_tui.domain.tier import SavedAnswer, Tier
from oncall_tui.settings import POSITIVE, nearest, shown

_AROUND_THE_CLOCK = "around the clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTable:
    """How the customers of a tier are served."""

    strategy: str = ""
    first_reply: timedelta | None = field(default=None, metadata=POSITIVE)
    next_reply: timedelta | None = field(default=None, metadata=POSITIVE)
    targets: Literal["working hours", "around the clock"] = "working hours"
    goodwill: float = 0.0
    suggest_escalation: tuple[str, ...] = ()
    answers: tuple[SavedAnswer, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Return what cannot be right."""
        if self.goodwill < 0:
            yield "goodwill", "what may be spent, 0 or more"
        for text in self.suggest_escalation:
            try:
                rule(text)
            except ValueError:
                near = nearest(text, RULES)
                choices = ", ".join(shown(choice) for choice in RULES)
                yield "suggest_escalation", f"{shown(near)} for {shown(text)}" if near else f"only some of {choices}"

    def tier(self, name: str) -> Tier:
        """Return what the domain calls it."""
        return Tier(
            name=name,
            strategy=self.strategy,
            first_reply=self.first_reply,
            next_reply=self.next_reply,
            is_around_the_clock=self.targets == _AROUND_THE_CLOCK,
            goodwill=Decimal(str(self.goodwill)),
            rules=tuple(map(rule, self.suggest_escalation)),
            answers=self.answers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookTable:
    """The written procedure for a kind of ticket."""

    name: str
    when: tuple[str, ...]
    steps: tuple[str, ...]

    def problems(self) -> Iterator[tuple[str, str]]:
        """Return what cannot be right."""
        for entry in self.when:
            sign, colon, wanted = entry.casefold().partition(":")
            if f"{sign}{colon}" not in SIGNS or not wanted.strip():
                near = nearest(f"{sign}:", SIGNS)
                yield "when", f"entries that begin with {near or ', '.join(SIGNS)}, such as {near or 'tag:'}login"

    def runbook(self) -> Runbook:
        """Return what the domain calls it."""
        return Runbook(name=self.name, when=self.when, steps=self.steps)
