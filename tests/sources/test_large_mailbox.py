"""A mailbox of very many letters, each of which is fetched once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from oncall_tui.domain.ticket import SourceId
from oncall_tui.mail.server import Security
from oncall_tui.secrets import Secret
from oncall_tui.sources.mailbox import Settings, build
from tests.mail.letters import raw_letter
from tests.rig import FRIDAY_NIGHT

pytestmark = pytest.mark.anyio


class Imap:
    """As much of an IMAP server as a reader asks for, with a letter of a thread of its own under each UID."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.fetched: list[int] = []
        self.at_once = 0
        """The most letters that were asked for together."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            writer.write(b"".join(self.answers(command)) + f"{tag} OK done\r\n".encode())
            await writer.drain()
        writer.close()

    def answers(self, command: str) -> list[bytes]:
        if command.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1\r\n"]
        if command.startswith("EXAMINE"):
            return [f"* {self.count} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n".encode()]
        if command.startswith("UID SEARCH"):
            return [f"* SEARCH {' '.join(map(str, range(1, self.count + 1)))}\r\n".encode()]
        asked = re.match(r"UID FETCH ([0-9,]+) \((.*)\)", command)
        if asked is None:
            return []
        uids = [int(uid) for uid in asked[1].split(",")]
        if "BODY" not in asked[2]:
            return [f"* {uid} FETCH (UID {uid} FLAGS ())\r\n".encode() for uid in uids]
        self.fetched += uids
        self.at_once = max(self.at_once, len(uids))
        return [self.letter(uid) for uid in uids]

    def letter(self, uid: int) -> bytes:
        at = FRIDAY_NIGHT - timedelta(minutes=uid)
        raw = raw_letter(
            body="It burns.",
            at=at,
            From=f"hana{uid}@kobe-foods.example",
            To="help@acme.example",
            Subject=f"Printer {uid} is on fire",
            Message_ID=f"<{uid}@kobe-foods.example>",
        )
        about = f'* {uid} FETCH (UID {uid} INTERNALDATE "{at:%d-%b-%Y %H:%M:%S} +0000" BODY[]<0> {{{len(raw)}}}\r\n'
        return about.encode() + raw + b")\r\n"


@asynccontextmanager
async def listening(imap: Imap) -> AsyncIterator[int]:
    server = await asyncio.start_server(imap.serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("many", [500, pytest.param(10_000, marks=pytest.mark.full)])
async def test_the_second_round_of_a_large_mailbox_fetches_only_new_letters(many: int) -> None:
    imap = Imap(many)
    async with listening(imap) as port:
        settings = Settings(
            host="127.0.0.1", port=port, security=Security.NONE, user="help@acme.example", password=Secret("x")
        )
        source = build(SourceId("mailbox"), settings, lambda: FRIDAY_NIGHT)
        assert len(await source.open_tickets()) == many
        assert imap.fetched == list(range(1, many + 1))
        assert imap.at_once == 25
        imap.fetched.clear()
        imap.count += 1
        assert len(await source.open_tickets()) == many + 1
    assert imap.fetched == [many + 1]
