"""The generated part of the handover, line by line, with a cursor."""

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from oncall_tui.domain.handover_words import Line
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.handing_over import Sheet


class HandoverPaper(OptionList):
    """What the dashboard knows; the cursor stays on its line when the text is written afresh."""

    DEFAULT_CSS = """
    HandoverPaper, HandoverPaper:focus { height: 1fr; border: none; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(Option("Writing the handover…"), markup=False)
        self._written: tuple[Line, ...] = ()

    @property
    def ticket(self) -> TicketId | None:
        """Return the ticket that the line under the cursor is about."""
        at = self.highlighted
        return self._written[at].ticket if at is not None and at < len(self._written) else None

    def say(self, sentence: str) -> None:
        """Show a sentence instead of a handover."""
        self._show((Line(text=sentence),))

    def show(self, sheet: Sheet) -> None:
        """Show a handover; what changed since it was frozen comes first."""
        since = (Line(text="Changed since it was delivered:"), *sheet.since, Line(text="")) if sheet.since else ()
        self._show((*since, *sheet.lines))

    def _show(self, lines: tuple[Line, ...]) -> None:
        if lines == self._written:
            return
        at, ticket = self.highlighted, self.ticket
        self._written = lines
        self.set_options(Option(Content(line.text)) for line in lines)
        again = [index for index, line in enumerate(lines) if ticket is not None and line.ticket == ticket]
        self.highlighted = again[0] if again else min(at or 0, len(lines) - 1)
