"""What is wrong with ourselves: sentences that stay on the screen until they are no longer true."""

from collections.abc import Callable, Sequence

from oncall_tui.domain.text import CleanText


class Troubles:
    """Lasting sentences by what they are about; the same trouble is said once."""

    def __init__(self) -> None:
        self._sentences: dict[str, CleanText] = {}
        self._listeners: list[Callable[[], None]] = []

    @property
    def sentences(self) -> Sequence[CleanText]:
        """Return what is wrong now, the newest last."""
        return tuple(self._sentences.values())

    def is_wrong(self, about: str) -> bool:
        """Tell whether something is wrong there now."""
        return about in self._sentences

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when something became wrong or right."""
        self._listeners.append(listener)

    def say(self, about: str, sentence: CleanText) -> None:
        """Say that something is wrong."""
        if self._sentences.get(about) != sentence:
            self._sentences[about] = sentence
            self._tell()

    def clear(self, about: str) -> None:
        """Say that it is right again."""
        if self._sentences.pop(about, None) is not None:
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
