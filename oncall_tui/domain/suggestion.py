"""When a tier's rules suggest an escalation, and what they say; the person decides."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_COUNTED: Final = re.compile(r"touches ?> ?(?P<than>[0-9]{1,4}|usual)")


class Sign(StrEnum):
    """What can be seen of a ticket that nice words do not solve, as ``suggest_escalation`` calls it."""

    LATE = "late"
    REOPENED = "reopened"
    SAME_TROUBLE = "same trouble"
    """Several customers report it at once."""
    BACK_AGAIN = "back again"
    """Another ticket of the same customer ended a few days ago."""
    PROMISE_BROKEN = "promise broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of ``suggest_escalation``."""

    sign: Sign | None = None
    """None for a rule that counts touches."""
    more_than: int | None = None
    """As many touches are allowed; None where the usual number is."""


RULES: Final = (*Sign, "touches > 4", "touches > usual")
"""What may be written, for the sentence that names the nearest."""


def rule(text: str) -> Rule:
    """Read one rule; raise ``ValueError`` for what is none."""
    written = " ".join(text.casefold().split())
    if written in set(Sign):
        return Rule(sign=Sign(written))
    counted = _COUNTED.fullmatch(written)
    if counted is None:
        raise ValueError(f"{text!r} is no rule")
    return Rule(more_than=None if counted["than"] == "usual" else int(counted["than"]))
