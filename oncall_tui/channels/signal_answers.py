"""What came back through Signal, kept in files, because it is handed out once and to whoever asks first.

Each answer is a file of its own, named after the message it answers, so that several programs and channels can write
and read side by side without a lock. A disk that takes nothing stops no acknowledgement: then this process alone knows
it.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from oncall_tui.beside import by_disk
from oncall_tui.channels.keys import fingerprint

_AT_MOST = 500
"""As many answers are kept; there are a few in a shift."""


class Reaction(Struct, rename="camel"):
    """An emoji under a message; one taken back is no answer."""

    target_sent_timestamp: int
    is_remove: bool = False


class Quote(Struct):
    """The message that a reply is about."""

    id: int


class DataMessage(Struct):
    """What somebody wrote or did."""

    message: str | None = None
    reaction: Reaction | None = None
    quote: Quote | None = None


class Envelope(Struct, rename="camel"):
    """Something that arrived; most of it is not for us."""

    timestamp: int = 0
    source: str | None = None
    source_number: str | None = None
    source_uuid: str | None = None
    data_message: DataMessage | None = None


class Kept(Struct, frozen=True):
    """An answer: to which message, by whom, and when it was written, in milliseconds since 1970."""

    to: str
    sender: tuple[str, ...]
    at: int
    words: str = ""


class Answers:
    """Every answer that was handed out, in a folder and in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Kept, None] = {}

    async def keep(self, arrived: Sequence[Envelope]) -> None:
        """Keep the answers among what arrived; returns when they are on the disk, if it takes them."""
        answers = [answer for envelope in arrived if (answer := _answer(envelope))]
        self._seen = dict.fromkeys([*self._seen, *answers][-_AT_MOST:])
        if answers:
            with suppress(OSError):
                await by_disk(self._write, answers)

    async def to(self, message: str) -> list[Kept]:
        """Return the answers to a message, whoever received them."""
        if not message.isdecimal():
            return []
        found: list[Kept] = []
        with suppress(TimeoutError):
            found += await by_disk(self._read, message)
        found += self._seen
        return [answer for answer in dict.fromkeys(found) if answer.to == message]

    def _write(self, answers: Iterable[Kept]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for answer in answers:
            written = msgspec.json.encode(answer)
            name = self._folder / f"{answer.to}-{answer.at}-{fingerprint(written.decode())}.json"
            draft = name.with_suffix(".part")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(name)
        # Names begin with when the message was sent: the oldest go first.
        for old in islice(sorted(self._folder.glob("*.json"), reverse=True), _AT_MOST, None):
            old.unlink(missing_ok=True)

    def _read(self, message: str) -> list[Kept]:
        found = []
        for path in sorted(self._folder.glob(f"{message}-*.json")):
            with suppress(OSError, msgspec.MsgspecError, UnicodeError):
                found.append(msgspec.json.decode(path.read_bytes(), type=Kept))
        return found


def _answer(envelope: Envelope) -> Kept | None:
    said = envelope.data_message or DataMessage()
    sender = tuple(who for who in (envelope.source, envelope.source_number, envelope.source_uuid) if who)
    if said.reaction is not None and not said.reaction.is_remove:
        return Kept(to=str(said.reaction.target_sent_timestamp), sender=sender, at=envelope.timestamp)
    if said.quote is not None:
        return Kept(to=str(said.quote.id), sender=sender, at=envelope.timestamp, words=said.message or "")
    return None
