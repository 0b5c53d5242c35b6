"""One field of the handover that only a person can fill in."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static, TextArea

from oncall_tui.domain.handover_events import NotePart


class HandoverField(Vertical):
    """A question and room for the answer; what is required and missing says so."""

    DEFAULT_CSS = """
    HandoverField { height: 1fr; }
    HandoverField .title { height: 1; padding: 0 1; background: $panel; }
    HandoverField.-missing .title { background: $error-muted; color: $foreground; text-style: bold; }
    HandoverField TextArea, HandoverField TextArea:focus { height: 1fr; border: none; padding: 0 1; }
    HandoverField.-hidden { display: none; }
    """

    area = query_one(TextArea)

    def __init__(self, part: NotePart) -> None:
        super().__init__()
        self.part = part

    def compose(self) -> ComposeResult:
        """Ask, and leave room."""
        yield Static(classes="title", markup=False)
        yield TextArea(soft_wrap=True, tab_behavior="focus")

    @property
    def text(self) -> str:
        """Return what stands there."""
        return self.area.text

    @text.setter
    def text(self, text: str) -> None:
        if self.area.text != text:
            self.area.text = text

    def entitle(self, title: str, *, is_missing: bool) -> None:
        """Ask something; an empty question hides the field."""
        self.set_class(is_missing, "-missing")
        self.set_class(not title, "-hidden")
        self.query_one(".title", Static).update(Content(title))
