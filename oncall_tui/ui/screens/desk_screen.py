"""What every place has in common: it is shown each new desk, and the time."""

from datetime import datetime

from textual.screen import Screen

from oncall_tui.services.desk import Desk


class DeskScreen(Screen[None]):
    """A place that follows the app's desk and clock."""

    def on_mount(self) -> None:
        """Follow the app."""
        self.watch(self.app, "desk", self._desk_changed)
        self.watch(self.app, "now", self._time_passed, init=False)

    def _desk_changed(self, desk: Desk) -> None:
        self.desk = desk
        self.show(desk, self.present())

    def _time_passed(self, now: datetime) -> None:
        self.tick(self.desk, now)

    def present(self) -> datetime:
        """Return the instant the app shows."""
        now: datetime = self.app.now  # type: ignore[attr-defined] # only OnCallApp shows these screens
        return now

    def keep(self) -> None:
        """Keep what somebody was writing here, before the dashboard ends."""

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk."""
        raise NotImplementedError

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
