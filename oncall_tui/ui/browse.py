"""Opens a ticket where its help desk shows it."""

import webbrowser

from textual.dom import DOMNode

from oncall_tui.domain.triage import Row


def browse(node: DOMNode, row: Row | None) -> None:
    """Open a ticket in the browser; from a thread, because some browsers keep their caller waiting."""
    url = row.ticket.url if row else ""
    if url.startswith(("https://", "http://")):
        node.run_worker(lambda: webbrowser.open(url), thread=True)
    else:
        node.app.notify("This ticket has no link.", markup=False)
