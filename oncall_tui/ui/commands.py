"""The palette: every key that works here, found by its name; there is nothing else in it."""

from collections.abc import Iterator
from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from oncall_tui.ui.keypress_guard import ALONE
from oncall_tui.ui.widgets.key_line import key_name


class KeysProvider(Provider):
    """Offers what the bindings offer, so that it can neither miss a key nor invent one."""

    def _offered(self) -> Iterator[ActiveBinding]:
        seen = set()
        for active in sorted(self.screen.active_bindings.values(), key=lambda active: not active.binding.show):
            if active.enabled and active.tooltip and active.binding.action not in seen:
                seen.add(active.binding.action)
                yield active

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for active in self._offered():
            yield DiscoveryHit(_title(active), partial(self._press, active), help=active.tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what is like the typed text."""
        matcher = self.matcher(query)
        for active in self._offered():
            title = _title(active)
            if (score := matcher.match(f"{title} {active.tooltip}")) > 0:
                yield Hit(score, title, partial(self._press, active), help=active.tooltip)

    def _press(self, active: ActiveBinding) -> None:
        """Press the key, a moment after the Enter that chose it: a key that sends something out has to stand alone."""
        self.app.set_timer(2 * ALONE, partial(self.app.simulate_key, active.binding.key))


def _title(active: ActiveBinding) -> str:
    return f"{active.binding.description}  ({key_name(active.binding)})"
