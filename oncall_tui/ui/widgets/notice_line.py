"""One line for what is wrong with ourselves."""

from textual.content import Content
from textual.widgets import Static

from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import notices
from oncall_tui.ui.text import between


class NoticeLine(Static):
    """The latest lasting sentence, and how many more there are."""

    DEFAULT_CSS = """
    NoticeLine { height: 1; padding: 0 1; background: $warning-muted; color: $foreground; display: none; }
    NoticeLine.-some { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._notices: tuple[str, ...] = ()

    def show(self, desk: Desk) -> None:
        """Show a desk's notices."""
        if self._notices != (found := notices(desk)):
            self._notices = found
            self.set_class(bool(found), "-some")
            self._draw()

    def on_resize(self) -> None:
        """Lay the line out for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._notices:
            more = f"+{len(self._notices) - 1} more: V" if len(self._notices) > 1 else "all: V"
            self.update(Content(between(self._notices[0], more, self.content_size.width)))
