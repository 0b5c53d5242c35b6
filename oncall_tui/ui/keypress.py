"""Keys that send something out, stop it or leave: they act only once they are known to be a person's."""

from collections.abc import Callable
from functools import partial

from textual.app import App

from oncall_tui.ui.keypress_guard import VERDICT_AFTER, KeypressGuard, Verdict

WHY_NOT = {
    Verdict.TYPED: "that looked like pasted text",
    Verdict.UNFOCUSED: "this window was not the one in use",
}
_NAMES = {"escape": "Esc", "enter": "Enter"}
"""What stands on a key, where that is not its letter."""


class Keypress:
    """Asks the guard a moment after the key, and says so when the key does not count."""

    def __init__(self, app: App[None], guard: KeypressGuard) -> None:
        self._app, self._guard = app, guard

    def when_pressed(self, key: str, act: Callable[[], None], *, otherwise: str, may_repeat: bool = False) -> None:
        """Act if a person pressed the key; else say ``otherwise`` (such as ``Not escalated``) and why.

        With ``may_repeat``, the key counts as often as it is pressed; held down, it counts once in any case.
        """
        self._app.set_timer(VERDICT_AFTER, partial(self._decide, key, act, otherwise, may_repeat=may_repeat))

    def _decide(self, key: str, act: Callable[[], None], otherwise: str, *, may_repeat: bool) -> None:
        verdict = self._guard.judge(key, may_repeat=may_repeat)
        if verdict is Verdict.PRESSED:
            act()
        elif verdict in WHY_NOT:
            sentence = f"{otherwise}: {WHY_NOT[verdict]}. Press {_NAMES.get(key, key.upper())} again."
            self._app.notify(sentence, severity="warning", timeout=10, markup=False)
