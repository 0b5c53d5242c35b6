"""What is spent to make it right without asking."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_LINE: Final = re.compile(r"(?P<sign>-?)[^\w\s.,-]?\s?(?P<amount>[0-9]{1,7}(?:[.,][0-9]{1,2})?)(?:\s+(?P<words>.+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenGoodwill:
    """A sum, and what for."""

    amount: Decimal
    """Less than nothing where it corrects what was recorded before."""
    words: str


def spoken_goodwill(text: str) -> SpokenGoodwill:
    """Read a line such as ``50 refund of shipping``, or raise ``ValueError`` with what to write instead."""
    found = _LINE.fullmatch(text.strip())
    if found is None or not found["words"]:
        raise ValueError(
            "write how much and what for, such as “50 refund of shipping” or “1000.50 flowers”; “-50 …” corrects it"
        )
    amount = Decimal(found["amount"].replace(",", "."))
    if not amount:
        raise ValueError("nothing was spent: write an amount above 0")
    return SpokenGoodwill(amount=-amount if found["sign"] else amount, words=found["words"])
