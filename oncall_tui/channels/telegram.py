"""A Telegram bot: a button under the message, or a reply in words, acknowledges.

Telegram keeps what people do for a day, or until it is confirmed. It is confirmed only to make room when a hundred
updates have piled up, and never what answers an awaited message: so a restart sees the same answers again, and two
readers of one bot take nothing away from each other. Of two that read at the same instant the earlier is turned away
(409), and reads again.

A group that grew into a supergroup has another number; the refusal tells it, and the message goes there at once.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

import httpx

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.channels.keys import fingerprint
from oncall_tui.channels.telegram_payload import Id, Outcome, Press, Update, Written, moved_to, pause_of, result_of
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, utf16
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent
from oncall_tui.http_client import Answer, Remote, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 4096
_PAGE = 100
_BAD, _CONFLICT = 400, 409
_HOW_TO_ANSWER = "Press the button, or reply to this message in your own words, to take it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which bot writes, and to whom."""

    token: Secret
    """The token @BotFather gave for the bot; the person must have pressed Start in it once."""
    chat: int
    """The number of the chat with the person, or of a group, which is negative."""
    user: int | None = None
    """The number of the person, whose answers alone count; left out in a private chat, where both are the same."""
    url: str = "https://api.telegram.org"
    """Where the bots' interface is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if self.chat < 0 and self.user is None:
            found.append(("user", "the number of the person, because chat is a group"))
        return [(key, instead) for key, instead in found if instead is not None]


class TelegramChannel:
    """Writes to one chat and looks who answers."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._user = settings.chat if settings.user is None else settings.user
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=pause_of)
        self._seen = Questions(clock)
        self._chats = {settings.chat}
        self._thanked: set[str] = set()

    @property
    def proves(self) -> Proof:
        """Return that presses and replies name who they are from."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Write the message; ``ok`` in the body decides."""
        asks = message.purpose.asks
        text = fit(message, _TEXT_LIMIT, size=utf16, answer=_HOW_TO_ANSWER if asks else "")
        request: dict[str, object] = {"chat_id": self._settings.chat, "text": text}
        if asks:
            button = {"text": "I have it", "callback_data": fingerprint(message.key)}
            request["reply_markup"] = {"inline_keyboard": [[button]]}
        async with self._client() as http:
            answer = await self._write(http, request)
            moved = moved_to(answer)
            if moved is not None:
                self._chats.add(moved)
                answer = await self._write(http, request | {"chat_id": moved})
        return Receipt(reference=str(result_of(answer, Outcome[Written]).message_id))

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Read every update that is kept, and return the first that answers each message."""
        if not awaited:
            return ()
        async with self._client() as http:
            updates = [u for u in await self._updates(http, awaited) if any(self._answers(u, m) for m in awaited)]
            self._seen.remember([found for message in awaited if (found := self._answer(message, updates))])
            for press in (u.callback_query for u in updates if u.callback_query):
                await self._thank(http, press)
        return self._seen.known(awaited)

    async def check(self) -> CleanText:
        """See that the token is right, and that the bot may write to the chat and read its updates."""
        async with self._client() as http:
            answer = await send(http, self._remote, "GET", "getChat", params={"chat_id": self._settings.chat})
            result_of(answer, Outcome[Id])
            await self._page(http, {})
        return CleanText("the bot knows this chat and can read answers")

    def _client(self) -> httpx.AsyncClient:
        # Telegram takes the token nowhere but in the address, which no sentence shows.
        return client(f"{self._settings.url}/bot{quote(self._settings.token.reveal(), safe=':')}")

    async def _write(self, http: httpx.AsyncClient, request: Mapping[str, object]) -> Answer:
        return await send(http, self._remote, "POST", "sendMessage", also=frozenset({_BAD}), json=request)

    async def _updates(self, http: httpx.AsyncClient, awaited: Sequence[Awaited]) -> list[Update]:
        updates = await self._page(http, {})
        while len(updates) == _PAGE:
            needed = (u.update_id for u in updates if any(self._answers(u, message) for message in awaited))
            offset = next(needed, updates[-1].update_id + 1)
            if offset == updates[0].update_id:
                break
            updates = await self._page(http, {"offset": offset})
        return updates

    async def _page(self, http: httpx.AsyncClient, params: dict[str, int]) -> list[Update]:
        wanted: dict[str, str | int] = {"limit": _PAGE, "allowed_updates": '["message","callback_query"]', **params}
        for _ in range(2):
            answer = await send(http, self._remote, "GET", "getUpdates", also=frozenset({_CONFLICT}), params=wanted)
            if answer.status != _CONFLICT:
                return result_of(answer, Outcome[list[Update]])
        remote = self._remote
        raise NotSent(f"{remote.name}: another program reads this bot ({_CONFLICT}); make a bot for this one alone")

    def _answers(self, update: Update, message: Awaited) -> bool:
        press, reply = update.callback_query, update.message
        if press is not None:
            return press.sender.id == self._user and press.data == fingerprint(message.key)
        if reply is None or reply.sender is None or reply.reply_to_message is None:
            return False
        is_here = reply.chat.id in self._chats and str(reply.reply_to_message.message_id) == message.reference
        return is_here and reply.sender.id == self._user

    def _answer(self, message: Awaited, updates: Sequence[Update]) -> Acknowledgement | None:
        """Return the first answer: Telegram tells when a reply was written, and not when a button was pressed."""
        first = next((update for update in updates if self._answers(update, message)), None)
        if first is None:
            return None
        reply = first.message or Written(message_id=0, chat=Id(0))
        return Acknowledgement(key=message.key, at=instant_of(reply.date, self._clock()), words=clean(reply.text))

    async def _thank(self, http: httpx.AsyncClient, press: Press) -> None:
        if press.id not in self._thanked:
            self._thanked.add(press.id)
            with suppress(DeliveryError):  # her phone shows that the press arrived; nothing depends on it
                thanks = {"callback_query_id": press.id, "text": "Thank you: it is yours."}
                await send(http, self._remote, "POST", "answerCallbackQuery", json=thanks)


def build(channel: ChannelId, settings: Settings, clock: Clock) -> TelegramChannel:
    """Return a channel that writes through a Telegram bot."""
    return TelegramChannel(channel, settings, clock)
