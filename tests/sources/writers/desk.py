"""What a help desk that can be answered in has to show for the contract of writing: one class in one file each.

The desk has one ticket, ``helpdesk:7``, opened by Hana; whatever is asked of it, it does and remembers.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from oncall_tui.ports import AnswerableSource
from tests.servers.http import Asked, Reply

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
STAMP = "2026-11-21T03:05:30Z"
SECRET = "token-e3b0c4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was written into the ticket."""

    text: str
    is_public: bool
    key: str = ""


@dataclass
class WritableDesk:
    """One ticket, and what was done to it."""

    words: list[Words] = field(default_factory=list)
    owner: str = ""
    is_solved: bool = False
    fault: Reply | None = None
    """What is said instead of the usual answer to whatever writes."""
    acts_all_the_same: bool = False
    """Whether what is answered with a fault is done."""

    def make(self, url: str) -> AnswerableSource:
        """Return the source for a desk at an address."""
        raise NotImplementedError

    def writes(self, asked: Asked) -> bool:
        """Tell whether a request changes something."""
        return asked.method != "GET"

    def act(self, asked: Asked) -> Reply:
        """Do what is asked and answer as the vendor does."""
        raise NotImplementedError

    def show(self, asked: Asked) -> Reply:
        """Answer a question as the vendor does."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Reply:
        """Answer anything, the fault included."""
        if not self.writes(asked):
            return self.show(asked)
        if self.fault is None:
            return self.act(asked)
        if self.acts_all_the_same:
            self.act(asked)
        return self.fault
