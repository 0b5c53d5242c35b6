"""Where answers to tickets of a file go: a file of JSON Lines, or an address, each answer with a key of its own."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from oncall_tui.domain.answer import Answer
from oncall_tui.domain.message import Receipt
from oncall_tui.errors import NotSent, OutcomeUnknown, SourceUnreachable
from oncall_tui.http_client import Remote, TokenAuth, client, send
from oncall_tui.secrets import Secret


class Answers(Protocol):
    """A place for answers."""

    async def write(self, answer: Answer) -> Receipt:
        """Put an answer there, or raise a ``DeliveryError``."""

    async def find(self, answer: Answer) -> Receipt | None:
        """Return the proof that an answer is there, or None where that cannot be seen; or raise a ``SourceError``."""


def payload(answer: Answer) -> Mapping[str, str]:
    """Return an answer as whoever acts on it reads it."""
    return {
        "key": answer.id,
        "ticket": answer.ticket.partition(":")[2],
        "kind": answer.kind.value,
        "text": answer.text,
        "by": answer.by or "",
        "account": answer.account,
        "at": answer.stored_at.isoformat(),
    }


class AnswerFile:
    """A file to which a line is added for each answer."""

    def __init__(self, path: Path, remote: Remote) -> None:
        self._path, self._remote = path, remote

    async def write(self, answer: Answer) -> Receipt:
        """Add the line, and return once the disk has it."""
        await asyncio.to_thread(self._add, json.dumps(payload(answer)).encode() + b"\n")
        return Receipt(reference=answer.id)

    async def find(self, answer: Answer) -> Receipt | None:
        """Look for the line."""
        is_there = await asyncio.to_thread(self._holds, json.dumps({"key": answer.id})[:-1].encode())
        return Receipt(reference=answer.id) if is_there else None

    def _add(self, line: bytes) -> None:
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise NotSent(self._trouble(error)) from error
        try:
            taken = os.write(file, line)
            os.fsync(file)
        except OSError as error:
            raise OutcomeUnknown(self._trouble(error)) from error
        finally:
            os.close(file)
        if taken < len(line):
            raise OutcomeUnknown(f"{self._remote.name}: the disk took a part of the answer; look into answers_path")

    def _holds(self, beginning: bytes) -> bool:
        try:
            with self._path.open("rb") as file:
                return any(line.startswith(beginning) and line.endswith(b"}\n") for line in file)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise SourceUnreachable(self._trouble(error)) from error

    def _trouble(self, error: OSError) -> str:
        why = error.strerror or "it cannot be opened"
        return f"{self._remote.name}: answers cannot be kept: {why}; check answers_path in {self._remote.where}"


class AnswerAddress:
    """An address to which each answer is posted."""

    def __init__(self, url: str, token: Secret | None, remote: Remote) -> None:
        self._url, self._token, self._remote = url, token, remote

    async def write(self, answer: Answer) -> Receipt:
        """Post the answer; its key stays the same on every try."""
        auth = TokenAuth(self._token) if self._token else None
        async with client(auth=auth) as http:
            taken = await send(
                http,
                self._remote,
                "POST",
                self._url,
                json=payload(answer),
                headers={"Idempotency-Key": answer.id},
            )
        if taken.is_page:
            raise OutcomeUnknown(taken.undocumented)
        return Receipt(reference=answer.id)

    async def find(self, answer: Answer) -> Receipt | None:
        """Return None: the ticket's own messages tell."""
        del answer
        return None
