"""What every place with a ticket at hand has in common: the keys that answer it."""

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.triage import Row
from oncall_tui.ui.answer_keys import AnswerKeys
from oncall_tui.ui.screens.desk_screen import DeskScreen


class TicketPlace(DeskScreen):
    """Answers the ticket at hand; a subclass lists ``answer_bindings`` among its own."""

    def __init__(self, answer_keys: AnswerKeys) -> None:
        super().__init__()
        self._answer_keys = answer_keys

    def at_hand(self) -> Row | None:
        """Return the ticket that keys are about."""
        raise NotImplementedError

    def surely_meant(self, key: str, done: str) -> Row | None:
        """Return the ticket at hand if the person chose it; where it may be another by now, say so and return None."""
        del key, done
        return self.at_hand()

    def not_offered(self) -> frozenset[str]:
        """Return the actions that cannot be done to the ticket at hand."""
        return self._answer_keys.not_offered(self.at_hand())

    def action_reply(self) -> None:
        """Write a reply."""
        self._answer_keys.write(self.at_hand(), AnswerKind.REPLY)

    def action_note(self) -> None:
        """Write an internal note."""
        self._answer_keys.write(self.at_hand(), AnswerKind.NOTE)

    def action_take(self) -> None:
        """Assign the ticket to whoever sits here."""
        self._answer_keys.take(self.surely_meant("T", "taken"))

    def action_snooze(self) -> None:
        """Ask until when the ticket may wait."""
        self._answer_keys.snooze(self.at_hand(), self.desk, self.present())

    def action_solve(self) -> None:
        """Ask, then solve the ticket."""
        self._answer_keys.solve(self.surely_meant("D", "solved"), self.present())
