"""The type of text that is safe to draw."""

from typing import Final, NewType

CleanText = NewType("CleanText", str)
"""Text that ``text_safety`` has made harmless, or that this program wrote itself.

Everything a stranger may have written reaches the domain as ``CleanText`` only, so that what has not been cleaned
cannot be stored, searched or drawn: the type checker refuses a plain ``str``.
"""

NO_TEXT: Final = CleanText("")
