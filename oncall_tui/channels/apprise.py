"""Every service that Apprise knows, through the extra ``apprise``: it tells, and nobody can acknowledge.

Apprise itself judges what a service answered, for most of them by the status alone, and it follows redirects; so this
proves no more than ``accepted``, at Apprise's word. Where Apprise says no, it does not say why, and the message may
have arrived all the same; so it is tried again, and says that it may have come before. A pause that a service asks for
is not told either. It suppresses no duplicates.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import OutcomeUnknown, Rejected
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 8000

# They would write whole addresses into any log, and an address of Apprise holds the credentials.
for _library in ("apprise", "urllib3", "requests"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where messages go."""

    url: Secret
    """The address in Apprise's own form, such as gotify://host/token; it holds the credentials, so it is a secret."""
    timeout: timedelta = field(default=timedelta(seconds=20), metadata=POSITIVE)
    """For one whole exchange."""


class _Service(Protocol):
    """One service, as Apprise understood its address."""

    service_name: object
    body_maxlen: int
    title_maxlen: int


class _Delivery(Protocol):
    """What hands messages to services."""

    def add(self, servers: _Service) -> bool:
        """Let a service take part."""

    async def async_notify(self, *, body: str, title: str, body_format: str) -> object:
        """Hand a message over; true when every service took it, whatever was raised in between."""


class AppriseChannel:
    """Hands messages to Apprise."""

    def __init__(self, channel: ChannelId, settings: Settings) -> None:
        self._name, self._settings = channel, settings

    @property
    def proves(self) -> Proof:
        """Return that Apprise's word is all there is to see."""
        return Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Hand the message over, as long as this service takes."""
        service, delivery = await asyncio.to_thread(self._service)
        has_title = service.title_maxlen > 0
        body = fit(message, min(_TEXT_LIMIT, service.body_maxlen), is_titled=not has_title)
        title = shorten(message.title, service.title_maxlen) if has_title else ""
        seconds = self._settings.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                is_taken = await delivery.async_notify(body=body, title=title, body_format="text")
        except TimeoutError as error:
            raise OutcomeUnknown(f"{self._name} did not answer within {seconds:g} s") from error
        if not is_taken:
            raise OutcomeUnknown(f"{self._name}: Apprise could not hand it over, and does not say why")
        return Receipt()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:  # noqa: ARG002 -- port
        """Return nothing: Apprise only sends."""
        return ()

    async def check(self) -> CleanText:
        """See that Apprise is there and understands the address, without sending anything."""
        service, _ = await asyncio.to_thread(self._service)
        return clean(
            f"Apprise understands the address ({service.service_name}); a test message shows whether it is right; "
            "nobody can acknowledge here, so name another channel beside it"
        )

    def _service(self) -> tuple[_Service, _Delivery]:
        where = f"[[channels]] {self._name}"
        try:
            apprise = import_module("apprise")
        except ImportError:
            install = 'install it with: pip install "oncall-tui[apprise]"'
            raise Rejected(f"{self._name} needs Apprise, which is not here; {install}") from None
        service: _Service | None = apprise.Apprise.instantiate(self._settings.url.reveal().strip())
        if service is None:
            raise Rejected(f"{self._name}: Apprise knows no service at this address; check url in {where}")
        delivery: _Delivery = apprise.Apprise()
        delivery.add(service)
        return service, delivery


def build(channel: ChannelId, settings: Settings, _clock: Clock) -> AppriseChannel:
    """Return a channel that sends through Apprise."""
    return AppriseChannel(channel, settings)
