"""Opens a ticket where its help desk shows it."""

import webbrowser
from functools import partial

from textual.dom import DOMNode

from oncall_tui.domain.triage import Row
from oncall_tui.ui.keypress import Keypress


def browse(node: DOMNode, keypress: Keypress, row: Row | None) -> None:
    """Open a ticket in the browser, when a person pressed O: a stranger's address is asked for nothing else."""
    url = row.ticket.url if row else ""
    if url.startswith(("https://", "http://")):
        keypress.when_pressed("o", partial(_open, node, url), otherwise="Not opened")
    else:
        node.app.notify("This ticket has no link.", markup=False)


def _open(node: DOMNode, url: str) -> None:
    """Open an address from a thread, because some browsers keep their caller waiting."""
    node.run_worker(lambda: webbrowser.open(url), thread=True)
