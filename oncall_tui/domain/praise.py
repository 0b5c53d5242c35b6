"""Thanks in a customer's words, found modestly: rather one too few than a complaint that begins with thanks."""

import re
from typing import Final

_THANKS: Final = re.compile(
    r"\b(?:thank you so much|thanks? (?:you )?(?:so |very )?(?:much|a lot)|many thanks|excellent (?:service|support)|"
    r"great (?:service|support|help)|you(?:'re| are) (?:great|the best)|works? (?:again|perfectly|now))\b|"
    r"\b(?:5|five)(?: out of |/)5\b|\b5 stars?\b|\bvielen dank\b|\bherzlichen dank\b|\bmerci beaucoup\b|"
    r"\bmuchas gracias\b",
    re.IGNORECASE,
)
_BUT: Final = re.compile(
    r"\?|\b(?:but|still|however|unfortunately|not|cannot|doesn't|waiting|urgent|asap|in advance|aber|leider)\b",
    re.IGNORECASE,
)


def is_praise(text: str) -> bool:
    """Tell whether a message says thanks and nothing that still has to be done."""
    head = text[:600]
    return bool(_THANKS.search(head)) and not _BUT.search(head)
