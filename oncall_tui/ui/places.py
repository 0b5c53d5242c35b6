"""The places beside the queue, each loaded when somebody first goes there: the first frame waits for none of them."""

from collections.abc import Callable, Mapping

from textual.screen import Screen

from oncall_tui.services.actions import Actions
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress


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
