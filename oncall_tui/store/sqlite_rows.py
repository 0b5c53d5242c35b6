"""The rows of the store's SQLite file; every call belongs to a transaction of its caller.

A body of JSON goes in and comes out as the bytes it is, and lies there as text: a handover of a thousand tickets would
otherwise be held as a string as well, of two bytes for each character as soon as one is not Latin.
"""

import sqlite3
from datetime import datetime
from typing import Final

from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.ports import LONGEST_PAUSE
from oncall_tui.store.encoding import (
    decode_event,
    decode_instant,
    decode_message,
    encode_event,
    encode_instant,
    encode_message,
)
from oncall_tui.store.outbox import Entry, urgency
from oncall_tui.store.snapshot import Snapshot, beyond

_ENTRY: Final = "message, state, next_try_at, tries, holder, detail, reference"
_SELECT_ENTRY: Final = f"SELECT {_ENTRY} FROM outbox"  # noqa: S608 - no value in it
_SELECT_WHOLE: Final = f"SELECT {_ENTRY}, body FROM outbox LEFT JOIN words USING (number)"  # noqa: S608
_IS_OPEN: Final = "state IN ('pending', 'sending', 'retrying', 'unknown')"
_IS_DUE: Final = "(state = 'pending' OR next_try_at <= ? OR (state != 'sending' AND next_try_at > ?))"
_TURN: Final = "urgency, next_try_at, number"

_LONG: Final = 2000
"""Characters; the words of a longer message are kept beside it. Bad news is short: one row, and one commit."""

_EntryRow = tuple[str, str, str, int, str, str, str]
_WholeRow = tuple[str, str, str, int, str, str, str, str | None]


def version_of(connection: sqlite3.Connection, stream: StreamId) -> int:
    """Return how many lines a stream has."""
    query = "SELECT coalesce(max(version), 0) FROM journal WHERE stream = ?"
    (version,) = connection.execute(query, (stream,)).fetchone()
    return int(version)


def record(connection: sqlite3.Connection, stream: StreamId, event: Event, *, at: datetime, version: int) -> Recorded:
    """Add a line to the journal."""
    cursor = connection.execute(
        "INSERT INTO journal (stream, version, at, kind, body) VALUES (?, ?, ?, ?, CAST(? AS TEXT))",
        (stream, version, encode_instant(at), *encode_event(event)),
    )
    return Recorded(seq=cursor.lastrowid or 0, stream=stream, version=version, at=at, event=event)


def lines_after(connection: sqlite3.Connection, seq: int, most: int | None = None) -> list[Recorded]:
    """Return every line after a ``seq``, oldest first, or so many of them at most."""
    query = "SELECT seq, stream, version, at, kind, CAST(body AS BLOB) FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
    limit = -1 if most is None else most
    rows: list[tuple[int, str, int, str, str, bytes]] = connection.execute(query, (seq, limit)).fetchall()
    return [
        Recorded(
            seq=seq,
            stream=StreamId(stream),
            version=version,
            at=decode_instant(at),
            event=decode_event(kind, body),
        )
        for seq, stream, version, at, kind, body in rows
    ]


def put(connection: sqlite3.Connection, entry: Entry, *, at: datetime) -> bool:
    """Add an entry to the outbox; a key that is already there is left as it is, and False."""
    is_long = len(entry.message.body) > _LONG
    query = f"INSERT INTO outbox ({_ENTRY}, key, stored_at, urgency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    cursor = connection.execute(
        f"{query} ON CONFLICT (key) DO NOTHING",
        (*_row(entry.without_words if is_long else entry), entry.key, encode_instant(at), urgency(entry.message)),
    )
    is_new = cursor.rowcount > 0
    if is_new and is_long:
        words = (cursor.lastrowid, entry.message.body.encode())
        connection.execute("INSERT INTO words (number, body) VALUES (?, CAST(? AS TEXT))", words)
    return is_new


def update(connection: sqlite3.Connection, entry: Entry) -> None:
    """Write an entry over the one of the same key, which was read without its long words."""
    connection.execute(
        "UPDATE outbox SET message = ?, state = ?, next_try_at = ?, tries = ?, holder = ?, detail = ?, reference = ?"
        " WHERE key = ?",
        (*_row(entry), entry.key),
    )


def entry_of(connection: sqlite3.Connection, key: MessageKey) -> Entry | None:
    """Return the entry of a key, without its words where they are long."""
    return _first(connection.execute(f"{_SELECT_ENTRY} WHERE key = ?", (key,)).fetchone())


def shorten_leases(connection: sqlite3.Connection, *, ends_at: datetime) -> None:
    """Let no lease end later, as ``Entry.shortened`` does."""
    end = encode_instant(ends_at)
    query = f"UPDATE outbox SET next_try_at = ? WHERE {_IS_OPEN} AND state = 'sending' AND next_try_at > ?"  # noqa: S608 - no value in it
    connection.execute(query, (end, end))


def due_entry(connection: sqlite3.Connection, now: datetime) -> Entry | None:
    """Return the entry whose turn it is, without its words where they are long."""
    query = f"{_SELECT_ENTRY} WHERE {_IS_OPEN} AND {_IS_DUE} ORDER BY {_TURN} LIMIT 1"
    return _first(connection.execute(query, (encode_instant(now), encode_instant(now + LONGEST_PAUSE))).fetchone())


def words_of(connection: sqlite3.Connection, key: MessageKey) -> CleanText:
    """Return what a message says whose words are long, or nothing."""
    query = "SELECT body FROM words JOIN outbox USING (number) WHERE key = ?"
    found: tuple[str] | None = connection.execute(query, (key,)).fetchone()
    return NO_TEXT if found is None else CleanText(found[0])


def open_entries(connection: sqlite3.Connection) -> list[Entry]:
    """Return every entry that is not settled, in the order of their turns."""
    return [_whole(row) for row in connection.execute(f"{_SELECT_WHOLE} WHERE {_IS_OPEN} ORDER BY {_TURN}")]


def everything(connection: sqlite3.Connection) -> Snapshot:
    """Return all that is recorded."""
    entries = [_whole(row) for row in connection.execute(f"{_SELECT_WHOLE} ORDER BY number")]
    return Snapshot(lines=lines_after(connection, 0), entries=entries)


def reunite(connection: sqlite3.Connection, other: Snapshot, *, holder: str) -> Snapshot:
    """Record what another store knows beyond this one, and return everything known then."""
    mine = everything(connection)
    for line in beyond(mine.lines, other.lines):
        version = version_of(connection, line.stream) + 1
        record(connection, line.stream, line.event, at=line.at, version=version)
    known = {entry.key: entry for entry in mine.entries}
    for entry in other.entries:
        mine_of_it = known.get(entry.key)
        if mine_of_it is None:
            put(connection, entry, at=entry.next_try_at)
        elif (united := mine_of_it.reunited(entry, holder=holder)) != mine_of_it:
            row = entry_of(connection, entry.key)  # only it tells whether its words are in itself or beside it
            update(connection, united if row is None else united.saying(row.message.body))
    return everything(connection)


def _first(row: _EntryRow | None) -> Entry | None:
    return None if row is None else _entry(row)


def _row(entry: Entry) -> _EntryRow:
    message, next_try_at = encode_message(entry.message).decode(), encode_instant(entry.next_try_at)
    return message, entry.state.value, next_try_at, entry.tries, entry.holder, entry.detail, entry.reference


def _whole(row: _WholeRow) -> Entry:
    entry, words = _entry(row[:-1]), row[-1]
    return entry if words is None else entry.saying(CleanText(words))


def _entry(row: _EntryRow) -> Entry:
    message, state, next_try_at, tries, holder, detail, reference = row
    return Entry(
        message=decode_message(message),
        state=DeliveryState(state),
        next_try_at=decode_instant(next_try_at),
        tries=tries,
        holder=holder,
        detail=CleanText(detail),
        reference=reference,
    )
