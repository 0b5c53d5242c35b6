"""A conversation of any length: what is in view is laid out, and the rest when somebody scrolls to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from oncall_tui.domain.answering import NOTHING_ANSWERED, Answering
from oncall_tui.domain.ticket import Message
from oncall_tui.ui.answer_text import own_entries
from oncall_tui.ui.ticket_text import NO_MESSAGES, entry

AT_ONCE = 12
"""How many entries are laid out together."""
BETWEEN = "between"
CHARACTERS_AT_ONCE = 6_000
"""A part ends early when its entries are this long: laying out text costs time by its length."""


class Conversation(Vertical):
    """The newest first; ``more`` lays out the next part. Other words may stand between the newest and those before."""

    DEFAULT_CSS = """
    Conversation { height: auto; }
    Conversation > Static { height: auto; color: $text-muted; }
    Conversation > .own { color: $text-warning; }
    Conversation > #between { color: $foreground; margin-bottom: 1; display: none; }
    Conversation.-divided > #between { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: Iterator[str] = iter(())
        self.laid_out = 0
        """How many entries have been laid out."""

    def compose(self) -> ComposeResult:
        """Keep a place for what stands behind the newest."""
        yield Static(id=BETWEEN, markup=False)

    def divide(self, text: str) -> bool:
        """Show other words behind the newest entry, none where they are empty; tell whether that moves the entries."""
        was = self.has_class("-divided")
        self.query_one(f"#{BETWEEN}", Static).update(Content(text))
        self.set_class(bool(text), "-divided")
        return was is not bool(text)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of a conversation."""
        self._entries = iter(())
        self._begin([Static(Content(sentence), markup=False)])

    def show(self, messages: Sequence[Message], answering: Answering | None, now: datetime, zone: str) -> None:
        """Show another conversation, under what we answered and it does not show yet; quotes are folded."""
        answering = answering or NOTHING_ANSWERED
        self._entries = (entry(message, answering, now, zone) for message in reversed(messages))
        own = "\n\n".join(own_entries(answering, messages, now, zone))
        parts = [Static(Content(own + "\n"), markup=False, classes="own")] if own else []
        if not messages:
            parts.append(Static(Content(NO_MESSAGES), markup=False))
        self._begin(parts)
        if self.has_class("-divided"):
            self._more(at_most=1, before=f"#{BETWEEN}")
        else:
            self._more()

    def more(self) -> bool:
        """Lay out the next entries; False when none were left."""
        return self._more()

    def _more(self, *, at_most: int = AT_ONCE, before: str | None = None) -> bool:
        part: list[str] = []
        while len(part) < at_most and sum(map(len, part)) < CHARACTERS_AT_ONCE:
            text = next(self._entries, None)
            if text is None:
                break
            part.append(text)
        if part:
            self.laid_out += len(part)
            self.mount(Static(Content("\n\n".join(part) + "\n"), markup=False), before=before)
        return bool(part)

    def _begin(self, parts: Sequence[Static]) -> None:
        self.laid_out = 0
        # Not by a query: those ask which app is active, and where a desk comes from none is.
        self.remove_children([child for child in self.children if child.id != BETWEEN])
        if parts:
            self.mount(*parts, before=f"#{BETWEEN}")
