"""The line to search with, and how much was found."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

FIND = "find in number, subject, customer, tag; Esc ends"


class FindLine(Horizontal):
    """Takes what is sought; beside it stands how many tickets contain it, or that they are still looked through."""

    DEFAULT_CSS = """
    FindLine { height: 1; }
    FindLine > Input { width: 1fr; }
    FindLine > Static { width: 22; height: 1; padding: 0 1; text-align: right; color: $text-muted; }
    """

    def __init__(self, sought: str) -> None:
        super().__init__()
        self._line = Input(sought, placeholder=FIND, compact=True)
        self._count = Static(markup=False)
        self._said = ""

    def compose(self) -> ComposeResult:
        """Lay both parts out."""
        yield self._line
        yield self._count

    def on_mount(self) -> None:
        """Let somebody type at once."""
        self._line.focus()

    def show(self, words: str) -> None:
        """Say something beside what is sought."""
        if words != self._said:
            self._said = words
            self._count.update(words, layout=False)  # its place is wide enough for any
