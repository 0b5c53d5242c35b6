"""Secrets: one type that shows itself to nobody."""

from typing import final


@final
class Secret:
    """A secret of the config; only ``reveal`` gives it away, and only an adapter calls that, at the wire."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is a secret, and nothing of it."""
        return "Secret(***)"
