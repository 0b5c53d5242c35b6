"""The line to search with, and how much was found."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

FIND = "find in number, subject, customer, tag; Esc ends"


class FindLine(Horizontal):
    """Takes what is sought; beside it stands how many tickets contain it, or that they are still looked through."""

    DEFAULT_CSS = """
    FindLine { height: 1; display: none; }
    FindLine.-open { display: block; }
    FindLine > Input { width: 1fr; }
    FindLine > Static { width: 22; height: 1; padding: 0 1; text-align: right; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._line = Input(placeholder=FIND, compact=True)
        self._count = Static(markup=False)
        self._said = ""

    def compose(self) -> ComposeResult:
        """Lay both parts out."""
        yield self._line
        yield self._count

    def open(self) -> None:
        """Take every key from now on, those that wait already among them."""
        self.add_class("-open")
        self.screen.set_focus(self._line)

    def close(self) -> None:
        """Forget what was sought and go away."""
        self.remove_class("-open")
        with self.prevent(Input.Changed):
            self._line.clear()

    def show(self, words: str) -> None:
        """Say something beside what is sought."""
        if words != self._said:
            self._said = words
            self._count.update(words, layout=False)  # its place is wide enough for any
