"""The channels that speak HTTP; another one is a line of ``CASES`` and a folder of answers named like it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from oncall_tui.channels import webhook
from oncall_tui.clock import Clock
from oncall_tui.domain.people import ChannelId
from oncall_tui.ports import Channel, Checkable
from oncall_tui.secrets import Secret
from tests.servers.sink import Canned, Request

SECRET = "hunter2-swordfish"
PATIENT = timedelta(seconds=10)
QUICK = timedelta(seconds=0.15)
"""Time limit of one exchange, for a test that waits for its end."""


class Tried(Channel, Checkable, Protocol):
    """What every channel offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A channel, how it is built, and where its receiver finds the key."""

    kind: str
    build: Callable[[str, Clock, timedelta], Tried]
    """From the receiver's address, a clock and the time limit of one exchange."""
    key_of: Callable[[Request], str]

    def answer(self, name: str, status: int = 200) -> Canned:
        """Return an answer of this channel's provider from its folder."""
        return Canned(status=status, body=(Path(__file__).parent / self.kind / f"{name}.json").read_bytes())


def _webhook(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = webhook.Settings(
        url=f"{url}/pages?sig={SECRET}",
        token=Secret(SECRET),
        acknowledgements=f"{url}/receipts/{{key}}",
        person="Dana Lee",
        timeout=timeout,
    )
    assert settings.problems() == []
    return webhook.build(ChannelId("dana-push"), settings, clock)


CASES = (Case(kind="webhook", build=_webhook, key_of=lambda request: request.key),)
