"""The second belt: Textual and Rich themselves drop what could steer a terminal, should ``text_safety`` ever be missed.

Of their own they drop five control characters only, and let ESC and all of C1 through.
"""

from types import ModuleType

from rich import control
from textual import content

DROPPED = frozenset((*range(0x20), *range(0x7F, 0xA0))) - {ord("\t"), ord("\n")}
"""Every control character but those that lay text out: C0, DEL, C1."""
_TABLE = "_CONTROL_STRIP_TRANSLATE"


def fasten() -> bool:
    """Add what is missing to the tables both strip text by; False when a table is not where it was.

    The names are private: a version that moves them must not keep the dashboard from starting, so a test, and not
    this function, fails then.
    """
    fastened = [_fasten(module) for module in (content, control)]
    return all(fastened)


def _fasten(module: ModuleType) -> bool:
    table = vars(module).get(_TABLE)
    if not isinstance(table, dict):
        return False
    table.update(dict.fromkeys(DROPPED))
    return True
