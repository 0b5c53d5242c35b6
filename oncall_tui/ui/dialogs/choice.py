"""Asks for one of several things."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class ChoiceDialog(ModalScreen[str | None]):
    """Names to choose from; gives back what stands behind the chosen one."""

    DEFAULT_CSS = """
    ChoiceDialog { align: center middle; }
    ChoiceDialog > OptionList { width: 70; max-width: 100%; height: auto; max-height: 80%; border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Choose nothing", priority=True),
    ]

    def __init__(self, question: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._question, self._choices = question, choices

    def compose(self) -> ComposeResult:
        """Ask."""
        yield (options := OptionList(*(Option(Content(name)) for name in self._choices), markup=False))
        options.border_title = f"{self._question} ⏎ takes it · Esc leaves"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give back what was chosen."""
        self.dismiss(list(self._choices.values())[event.option_index])

    def action_leave(self) -> None:
        """Give nothing back."""
        self.dismiss(None)
