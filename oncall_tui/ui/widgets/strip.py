"""The two lines above the footer that follow a live escalation, or say what E is suggested for."""

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.triage import Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.escalation_text import StripText, on_strip, strip_text
from oncall_tui.ui.suggestion_text import suggested_rows, suggestion_text


class EscalationStrip(Static):
    """Where the most urgent live escalation stands; absent when none is live."""

    DEFAULT_CSS = """
    EscalationStrip { height: 2; padding: 0 1; display: none; background: $warning-muted; color: $foreground; }
    EscalationStrip.-live { display: block; }
    EscalationStrip.-acknowledged { background: $success-muted; color: $foreground; }
    EscalationStrip.-exhausted { background: $error; color: $text; text-style: bold; }
    """

    def __init__(self, *, is_for_one: bool = False) -> None:
        super().__init__(markup=False)
        self._is_for_one = is_for_one
        self._desk: Desk | None = None
        self._now: datetime | None = None
        self._shown: StripText | None = None
        self._chosen: Row | None = None
        self._suggested: tuple[Row, ...] = ()

    def show(self, desk: Desk, now: datetime, chosen: Row | None = None) -> None:
        """Show a desk's live escalations at an instant; without one, what E is suggested for."""
        if desk is not self._desk:
            self._suggested = suggested_rows(desk)
        self._desk, self._now = desk, now
        self._chosen = chosen
        self._draw()

    def _suggestible(self) -> tuple[Row, ...]:
        """Return what E may be suggested for: where one ticket fills the screen, that one alone."""
        at_hand = self._chosen.ticket.id if self._chosen else None
        return tuple(row for row in self._suggested if not self._is_for_one or row.ticket.id == at_hand)

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._desk is None or self._now is None:
            return
        width = max(self.app.size.width - 2, 1)
        live = on_strip(self._desk.escalations)
        row = self._desk.row(live[0].brief.ticket) if live else None
        strategy = row.tier.strategy if row and row.tier else ""
        text = strip_text(live, self._now, zone_of(self._desk), width, strategy=strategy)
        text = text or suggestion_text(self._suggestible(), self._chosen, self._now, width)
        self.set_class(text is not None, "-live")
        if text is None or text == self._shown:
            return
        self._shown = text
        for state in EscalationState:
            self.set_class(text.state is state, f"-{state}")
        self.update(Content(f"{text.first}\n{text.second}"))
