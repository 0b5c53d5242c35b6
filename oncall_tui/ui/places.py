"""The places beside the queue, each loaded when somebody first goes there: the first frame waits for none of them."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from textual.screen import Screen

from oncall_tui.services.actions import Actions
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress

LATE: Final = (
    "oncall_tui.ui.screens.compose",
    "oncall_tui.ui.screens.handover",
    "oncall_tui.ui.screens.rota",
    "oncall_tui.ui.screens.escalations",
    "oncall_tui.ui.journal_text",
)
"""What a key loads that is pressed early."""


def load() -> None:
    """Load what no key has asked for yet, beside the event loop: it takes as long as several frames."""
    for module in LATE:
        import_module(module)


def places(actions: Actions, escalate_key: EscalateKey, keypress: Keypress) -> Mapping[str, Callable[[], Screen[None]]]:
    """Return what makes each place, by its name."""

    def handover() -> Screen[None]:
        from oncall_tui.ui.screens.handover import HandoverScreen

        return HandoverScreen(actions, keypress)

    def rota() -> Screen[None]:
        from oncall_tui.ui.screens.rota import RotaScreen

        return RotaScreen(actions, keypress)

    def escalations() -> Screen[None]:
        from oncall_tui.ui.screens.escalations import EscalationsScreen

        return EscalationsScreen(actions, keypress, escalate_key)

    return {"handover": handover, "rota": rota, "escalations": escalations}
