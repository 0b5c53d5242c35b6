"""Microsoft Teams through the webhook of a workflow: it tells, and nobody can acknowledge.

The workflow answers 202 before it posts anything, and has no way back; so this proves no more than ``accepted``, and a
level needs another channel beside it. The workflow belongs to whoever made it, and stops when that person leaves. It
suppresses no duplicates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, utf8
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Remote, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_TEXT_LIMIT = 8000
_MAY_BE_EMPTY = frozenset({200, 202})
_CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where messages go."""

    url: Secret
    """The address of the workflow's webhook; whoever knows it can post, so it is a secret."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""


class TeamsChannel:
    """Posts cards to one workflow."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._url = settings.url
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)

    @property
    def proves(self) -> Proof:
        """Return that the workflow's answer is all there is to see."""
        return Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Post a card."""
        async with client() as http:
            answer = await send(http, self._remote, "POST", self._address(), json=_written(message))
        if answer.status in _MAY_BE_EMPTY and not answer.body and not answer.is_page:
            return Receipt()
        if "error" in answer.decode(dict[str, Any]):
            raise answer.refused
        return Receipt()

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._address())

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:  # noqa: ARG002 -- port
        """Return nothing: a workflow cannot tell what people answered."""
        return ()

    async def check(self) -> CleanText:
        """See that somebody answers, without posting anything."""
        async with client() as http:
            await send(http, self._remote, "GET", self._address(), also=frozenset(range(400, 500)))
        return CleanText("somebody answers; nobody can acknowledge here, so name another channel beside it")

    def _address(self) -> str:
        address = self._url.reveal()
        if url_problem(address) is not None:
            raise Rejected(f"{self._remote.name}: url in {self._remote.where} is not an https:// address")
        return address


def _written(message: OutgoingMessage) -> dict[str, object]:
    # Runs of text, because the simpler TextBlock would read what customers wrote as Markdown.
    lines = [line for line in fit(message, _TEXT_LIMIT, size=utf8).split("\n") if line.strip()]
    blocks = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines]
    link = [{"type": "Action.OpenUrl", "title": "The ticket", "url": message.url}] if message.url else []
    schema = "http://adaptivecards.io/schemas/adaptive-card.json"
    card = {"$schema": schema, "type": "AdaptiveCard", "version": "1.4", "body": blocks, "actions": link}
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def build(channel: ChannelId, settings: Settings, clock: Clock) -> TeamsChannel:
    """Return a channel that posts in Teams."""
    return TeamsChannel(channel, settings, clock)
