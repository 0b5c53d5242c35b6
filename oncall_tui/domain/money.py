"""Sums of money, exact and within bounds; the currency is the team's own."""

from decimal import Decimal
from typing import Final

NO_MONEY: Final = Decimal(0)
MOST: Final = Decimal(10_000_000)
"""More is never spent at once: what one journal or file claims cannot drown the rest."""
MOST_TOGETHER: Final = MOST * 1_000_000_000


def checked(amount: Decimal, *, at_most: Decimal = MOST) -> None:
    """Raise ``ValueError`` for what is no sum of money: infinite, no number at all, or out of every bound."""
    if not amount.is_finite() or abs(amount) > at_most:
        raise ValueError(f"{amount} is no sum of money")


def money(amount: Decimal) -> str:
    """Return a sum without its currency: ``1,000`` or ``12.50``."""
    return f"{amount:,.2f}".removesuffix(".00")
