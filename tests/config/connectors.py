"""Settings classes that stand in for connectors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE


class Security(StrEnum):
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A connector with a key of every type that connectors use."""

    url: str = ""
    port: int = 443
    weight: float = 1.0
    is_loud: bool = False
    refresh: timedelta = timedelta(seconds=60)
    timeout: timedelta = field(default=timedelta(seconds=9), metadata=POSITIVE)
    path: Path | None = None
    token: Secret | None = None
    words: tuple[str, ...] = ()
    security: Security = Security.TLS
    from_: str | None = None

    def problems(self) -> Sequence[tuple[str, str]]:
        return [("port", "a port between 1 and 65535")] if not 0 < self.port < 65536 else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A connector that needs something."""

    to: str
    words: tuple[str, ...]
    token: Secret
