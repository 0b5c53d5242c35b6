"""What the dashboard may never be: text that is obeyed when it is clicked. ``python -m tests.hostile.clickable``."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

ROWS, COLUMNS = 40, 140


class ClickableApp(App[None]):
    """A screen full of a stranger's links."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Static("\n".join([f"[@click=app.bell]{'Open' * (COLUMNS // 4)}[/]"] * ROWS), markup=True)


if __name__ == "__main__":
    ClickableApp().run()
