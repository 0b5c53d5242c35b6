"""Where the columns of the ticket list stand; pure, and quick to load."""

from dataclasses import dataclass

from oncall_tui.ui.text import cells, cut, fit, fit_right

NARROW = 80
WAITING, DUE, TOUCHES, CUSTOMER = 7, 9, 7, 12
TICKET, TICKET_AT_MOST = 6, 12
CUSTOMER_AT_MOST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Widths that depend on the terminal and on the longest ticket number."""

    width: int
    ticket: int = TICKET

    @property
    def customer(self) -> int:
        """Return the cells of the customer column."""
        return min(CUSTOMER_AT_MOST, CUSTOMER + max(0, self.width - NARROW) // 3)

    def heading(self) -> str:
        """Return the line above the list."""
        return self.line("   ", "ticket", "waiting", "due", "touches", "customer", "subject")

    def line(self, start: str, *columns: str) -> str:
        """Return a line with a text in each column; the last takes what is left."""
        number, waits, is_due, count, customer, subject = columns
        figures = (
            f"{start}{fit(number, self.ticket)}  {fit_right(waits, WAITING)}  "
            f"{fit(is_due, DUE)} {fit_right(count, TOUCHES)}  "
        )
        known = f"{figures}{fit(customer, self.customer)} "
        return fit(known + cut(subject, self.width - cells(known)), self.width)
