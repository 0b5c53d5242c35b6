"""Tickets from a file or an address that any script can write: JSON, JSON Lines or CSV.

What the text begins with tells the form: ``[`` or ``{"tickets": [`` is JSON, another ``{`` is JSON Lines, all else is
CSV, whose first line names the fields, nested ones with dots: those of ``file_payload.Row``. A row that cannot be read
makes the whole answer unreadable: a list that silently misses a ticket looks calm.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import fstat, stat_result
from pathlib import Path

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceGarbled, SourceUnreachable
from oncall_tui.http_client import LIST_LIMIT, MEGABYTE, Remote, TokenAuth, client, fetch, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.file_answers import AnswerAddress, AnswerFile, Answers
from oncall_tui.sources.file_payload import parse_tickets
from oncall_tui.text_safety import clean

_WANTED = {"Accept": "application/json, application/x-ndjson, text/csv"}
_SAME = 304
_SETTLED = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``file``."""

    path: Path | None = None
    """The file; or else url."""
    url: str = ""
    """An https address that answers with such a file."""
    token: Secret | None = None
    """A bearer token for url, where it wants one."""
    answers_path: Path | None = None
    """A file to which every answer is added as one line of JSON; or else answers_url; or neither, to read only."""
    answers_url: str = ""
    """An https address every answer is posted to, with an Idempotency-Key header and the same token."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is read."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        if (self.path is None) == (not self.url):
            return [("path", "either path or url")]
        found = [(key, url_problem(url)) for key, url in (("url", self.url), ("answers_url", self.answers_url)) if url]
        if self.answers_path is not None and self.answers_url:
            found.append(("answers_path", "either answers_path or answers_url"))
        return [(key, problem) for key, problem in found if problem is not None]


def build(source: SourceId, settings: Settings, clock: Clock) -> "FileSource":
    """Return the source of a table."""
    return FileSource(source, settings, clock)


class FileSource:
    """One file, or one address that answers with one."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._known: tuple[str, Sequence[Ticket]] = "", ()
        """What it held, under the mark of what it was then; no mark where that proves nothing."""
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout)
        self._answers: Answers | None = None
        if settings.answers_path is not None:
            self._answers = AnswerFile(settings.answers_path.expanduser(), self._remote)
        elif settings.answers_url:
            self._answers = AnswerAddress(settings.answers_url, settings.token, self._remote)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Read it and count."""
        count = len(await self.open_tickets())
        return clean(f"{count} open {'ticket' if count == 1 else 'tickets'} in it")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every open ticket, with its conversation."""
        return [ticket for ticket in await self._tickets() if ticket.status.is_open]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read a ticket's conversation."""
        found = next((t for t in await self._tickets() if t.id == ticket), None)
        if found is None:
            raise SourceGarbled(f"{self._id} has no such ticket any more")
        return found.messages

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything where there is a place for answers, else nothing."""
        return frozenset(AnswerKind) if self._answers is not None else frozenset()

    async def write(self, answer: Answer) -> Receipt:
        """Hand an answer over with its key, for whoever reads it to act on."""
        if self._answers is None:
            raise Rejected(f"{self._id} takes no answers: give it answers_path or answers_url in {self._remote.where}")
        return await self._answers.write(answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for an answer where answers are kept, else among the ticket's own messages."""
        kept = await self._answers.find(answer) if self._answers is not None else None
        if kept is not None:
            return kept
        found = written(answer, await self.thread(answer.ticket), claimed)
        return Receipt(reference=found.reference or found.mark) if found is not None else None

    async def _tickets(self) -> Sequence[Ticket]:
        """Read it, unless it is known to be the same as before."""
        found = await (self._download() if self._settings.path is None else asyncio.to_thread(self._read))
        if found is not None:
            tag, body = found
            self._known = tag, await asyncio.to_thread(parse_tickets, body, self._id)
        return self._known[1]

    async def _download(self) -> tuple[str, bytes] | None:
        auth = TokenAuth(self._settings.token) if self._settings.token else None
        tag = self._known[0]
        headers = {"If-None-Match": tag} if tag else {}
        also = frozenset({_SAME}) if tag else frozenset[int]()
        async with client(auth=auth, headers=_WANTED) as http:
            answer = await fetch(http, self._remote, self._settings.url, also=also, headers=headers)
        if answer.status == _SAME:
            return None
        if answer.is_page:
            raise SourceGarbled(answer.undocumented)
        return answer.headers.get("ETag", ""), answer.body

    def _read(self) -> tuple[str, bytes] | None:
        path = (self._settings.path or Path()).expanduser()
        try:
            with path.open("rb") as file:
                tag = self._tag(fstat(file.fileno()))
                if tag and tag == self._known[0]:
                    return None
                body = file.read(LIST_LIMIT + 1)
        except OSError as error:
            why = error.strerror or "it cannot be opened"
            raise SourceUnreachable(f"{self._id} cannot be read: {why}; check path in {self._remote.where}") from error
        if len(body) > LIST_LIMIT:
            raise SourceGarbled(f"{self._id} is longer than {LIST_LIMIT / MEGABYTE:g} MB")
        return tag, body

    def _tag(self, about: stat_result) -> str:
        """Return what changes with the file; nothing where it may change again within the same tick of its clock."""
        written_at = datetime.fromtimestamp(max(about.st_mtime, about.st_ctime), UTC)
        is_settled = self._clock() - written_at > _SETTLED
        return f"{about.st_ino} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}" if is_settled else ""
