"""The steps of a runbook, to be ticked in the ticket."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from oncall_tui.domain.runbook import Runbook

KEYS = "↑ ↓ choose   ·   Space tick   ·   Esc close"


class RunbookDialog(ModalScreen[None]):
    """Steps in their order; each tick is kept at once."""

    DEFAULT_CSS = """
    RunbookDialog { align: center middle; }
    RunbookDialog > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 1 2;
        border: round $primary; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,K", "move(-1)", "Up", show=False, tooltip="Choose the step above", priority=True),
        Binding("down,j,J", "move(1)", "Down", show=False, tooltip="Choose the step below", priority=True),
        Binding("space,enter", "tick", "Tick", tooltip="Tick the step, or take the tick away", priority=True),
        Binding("escape,b,B", "leave", "Close", tooltip="Go back to the ticket", priority=True),
    ]

    def __init__(self, number: str, runbook: Runbook, done: tuple[str, ...], tick: Callable[[str, bool], None]) -> None:
        super().__init__()
        self._number, self._runbook, self._tick = number, runbook, tick
        self._done = set(done)
        self._cursor = next((index for index, step in enumerate(runbook.steps) if step not in self._done), 0)

    def compose(self) -> ComposeResult:
        """Lay the steps out."""
        with VerticalScroll():
            yield Static(Content(f"{self._runbook.name} · {self._number}"))
            yield Static(id="steps", markup=False)
            yield Static(Content(KEYS))

    def on_mount(self) -> None:
        """Show the steps."""
        self._draw()

    def _draw(self) -> None:
        lines = (
            f"{'>' if index == self._cursor else ' '} {'[x]' if step in self._done else '[ ]'} {index + 1}. {step}"
            for index, step in enumerate(self._runbook.steps)
        )
        self.query_one("#steps", Static).update(Content("\n" + "\n".join(lines) + "\n"))

    def action_move(self, by: int) -> None:
        """Choose another step."""
        self._cursor = min(max(self._cursor + by, 0), len(self._runbook.steps) - 1)
        self._draw()

    def action_tick(self) -> None:
        """Tick the chosen step, or take its tick away, and go on to the next."""
        step = self._runbook.steps[self._cursor]
        self._done ^= {step}
        self._tick(step, step in self._done)
        if step in self._done:
            self._cursor = min(self._cursor + 1, len(self._runbook.steps) - 1)
        self._draw()

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
