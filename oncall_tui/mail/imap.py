"""A folder of an IMAP server, read without leaving a trace: EXAMINE and PEEK only, so that nothing becomes seen."""

import imaplib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

from oncall_tui.domain.text import NO_TEXT
from oncall_tui.errors import SourceBusy, SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.mail.letter import READ_AT_MOST, Letter, parse_letter
from oncall_tui.mail.lifeline import Lifeline
from oncall_tui.mail.server import ANSWER_WITHIN, Login, Security, Server, trust, why_unreachable
from oncall_tui.text_safety import clean

ANSWERED = "\\answered"
DELETED = "\\deleted"
_LETTERS_AT_ONCE = 25
_FLAGS_AT_ONCE = 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""IMAP's own names: ``strftime`` would use those of the user's language."""
_TEMPORARY = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")

_UID = re.compile(rb"\bUID (\d{1,10})")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A letter in its folder."""

    uid: int
    arrived_at: datetime
    letter: Letter
    flags: frozenset[str] = frozenset()
    """In lower case, as the folder has them now."""


class _Plain(imaplib.IMAP4):
    def __init__(self, server: Server, lifeline: Lifeline) -> None:
        self._lifeline = lifeline
        super().__init__(server.host, server.port, timeout=ANSWER_WITHIN)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and let the connection be cut before the server has said a word."""
        super().open(host, port, timeout)
        self._lifeline.hold(self.sock)


class _Tls(imaplib.IMAP4_SSL):
    def __init__(self, server: Server, lifeline: Lifeline) -> None:
        self._lifeline = lifeline
        super().__init__(server.host, server.port, ssl_context=trust(), timeout=ANSWER_WITHIN)

    def open(self, host: str = "", port: int | None = 993, timeout: float | None = None) -> None:
        """Connect, and let the connection be cut before the server has said a word."""
        super().open(host, port, timeout)
        self._lifeline.hold(self.sock)


class Session:
    """A login to an IMAP server; blocking, for one thread."""

    def __init__(self, imap: imaplib.IMAP4, server: Server) -> None:
        self._imap = imap
        self._server = server

    def examine(self, folder: str) -> int:
        """Open a folder for reading only and return its UIDVALIDITY."""
        answer, lines = self._imap.select(_quoted(_utf7(folder)), readonly=True)
        if answer != "OK":
            raise SourceRefused(
                f"{self._server} does not open the folder {clean(folder)} ({_said(lines)}): check its name and the "
                "account's rights."
            )
        _, validity = self._imap.response("UIDVALIDITY")
        try:
            return int(validity[0])
        except (TypeError, ValueError, IndexError) as error:
            raise self._garbled("names no UIDVALIDITY") from error

    def search(self, *criteria: str) -> list[int]:
        """Return the UIDs of the letters that match, ascending."""
        lines = self._ask("SEARCH", *criteria)
        try:
            return sorted({int(uid) for line in lines if isinstance(line, bytes) for uid in line.split()})
        except ValueError as error:
            raise self._garbled("answers a search with something else") from error

    def flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return the flags of letters, in lower case; a letter that is gone is missing."""
        found: dict[int, frozenset[str]] = {}
        for batch in _batches(uids, _FLAGS_AT_ONCE):
            for line in self._ask("FETCH", batch, "(UID FLAGS)"):
                if isinstance(line, bytes) and (uid := _UID.search(line)) and (flags := _FLAGS.search(line)):
                    found[int(uid[1])] = frozenset(flags[1].decode("ascii", "replace").lower().split())
        return found

    def letters(self, uids: Sequence[int]) -> Iterator[Filed]:
        """Fetch letters, each no further than a person would read it."""
        for batch in _batches(uids, _LETTERS_AT_ONCE):
            lines = self._ask("FETCH", batch, f"(UID INTERNALDATE BODY.PEEK[]<0.{READ_AT_MOST}>)")
            for line, following in zip(lines, [*lines[1:], b""], strict=True):
                if isinstance(line, tuple):
                    about = line[0] + b" " + (following if isinstance(following, bytes) else b"")
                    yield self._filed(about, line[1])

    def mark_answered(self, folder: str, message_id: str) -> None:
        """Mark a letter of a folder as answered, which other mail programs show too."""
        self._change(self._imap.select(_quoted(_utf7(folder))), f"does not open the folder {clean(folder)} for changes")
        for uid in self.search(*called(message_id)):
            self._ask("STORE", str(uid), "+FLAGS.SILENT", "(\\Answered)")

    def add_seen(self, folder: str, message_id: str, content: bytes) -> None:
        """Add a letter of ours to a folder, unless it is there."""
        self.examine(folder)
        if not self.search(*called(message_id)):
            added = self._imap.append(_quoted(_utf7(folder)), "(\\Seen)", "", content)
            self._change(added, f"does not take a letter into {clean(folder)}")

    def _change(self, answer: tuple[str, Sequence[object]], what: str) -> None:
        if answer[0] != "OK":
            raise SourceRefused(f"{self._server} {what} ({_said(answer[1])}).")

    def _filed(self, about: bytes, raw: bytes) -> Filed:
        uid, arrived = _UID.search(about), _ARRIVED.search(about)
        if not uid or not arrived:
            raise self._garbled("sends a letter without its UID or date")
        arrived_at = _instant(arrived)
        return Filed(uid=int(uid[1]), arrived_at=arrived_at, letter=parse_letter(raw, arrived_at=arrived_at))

    def _ask(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        answer, lines = self._imap.uid(command, *arguments)
        if answer != "OK":
            raise self._garbled(f"refuses {command} ({_said(lines)})")
        return lines

    def _garbled(self, what: str) -> SourceGarbled:
        return SourceGarbled(f"{self._server} {what}: this is not an IMAP server as RFC 3501 has it.")


@contextmanager
def session(server: Server, lifeline: Lifeline) -> Iterator[Session]:
    """Log in, and out again; whatever goes wrong meanwhile is raised as a ``SourceError``."""
    try:
        imap = _connect(server, lifeline)
        try:
            if server.login:
                _log_in(imap, server, server.login)
            yield Session(imap, server)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()
    except OSError as error:
        raise SourceUnreachable(f"{server} did not answer: {why_unreachable(error)}.") from error
    except imaplib.IMAP4.abort as error:
        raise _broken_off(server, error) from error
    except imaplib.IMAP4.error as error:
        raise SourceGarbled(
            f"{server} does not speak IMAP as expected ({clean(str(error), limit=120)}): check host, port and security."
        ) from error


def _connect(server: Server, lifeline: Lifeline) -> imaplib.IMAP4:
    if server.security is Security.TLS:
        return _Tls(server, lifeline)
    imap = _Plain(server, lifeline)
    if server.security is Security.STARTTLS:
        imap.starttls(trust())
        lifeline.hold(imap.sock)
    return imap


def _log_in(imap: imaplib.IMAP4, server: Server, login: Login) -> None:
    try:
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _: f"\0{login.user}\0{login.password.reveal()}".encode())
        else:
            imap.login(_quoted(login.user), login.password.reveal())
    # What is said at a login is not for showing: a server may say back what it was told, the password included.
    except imaplib.IMAP4.abort as error:
        raise SourceUnreachable(f"{server} broke the connection off at the login; it is tried again.") from error
    except (imaplib.IMAP4.error, UnicodeError) as error:
        said = str(error).upper()
        code = next((code for code in _TEMPORARY if code in said), None)
        if isinstance(error, imaplib.IMAP4.error) and code is not None:
            raise SourceBusy(f"{server} cannot take a login now ({code}); it is tried again.") from error
        raise SourceRefused(
            f"{server} refuses the login of {clean(login.user)}: check user and password, and whether the "
            "provider wants an app password."
        ) from error


def _broken_off(server: Server, error: imaplib.IMAP4.abort) -> SourceUnreachable | SourceGarbled:
    said = clean(str(error), limit=120)
    if said.startswith("unexpected"):
        return SourceGarbled(f"{server} does not speak IMAP ({said}): check host, port and security.")
    return SourceUnreachable(f"{server} broke the connection off ({said}); it is tried again.")


class Folder:
    """A folder that is read again and again: each letter is fetched once, its flags every time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._validity = 0
        self._letters: dict[int, Filed] = {}

    def read(self, session: Session, *criteria: str) -> list[Filed]:
        """Return the letters that match, in the order they arrived."""
        validity = session.examine(self.name)
        if validity != self._validity:  # the server has numbered the letters anew
            self._validity, self._letters = validity, {}
        uids = session.search(*criteria)
        # Letters are kept as they come, so that a round which runs out of time is not lost. The dictionary is this
        # round's own name for it: the thread of a round that was given up may still be busy.
        letters = self._letters
        for filed in session.letters([uid for uid in uids if uid not in letters]):
            letters[filed.uid] = filed
        flags = session.flags(uids)
        kept = {uid: letters[uid] for uid in uids if uid in letters and uid in flags}
        self._letters = kept
        return [replace(filed, flags=flags[uid]) for uid, filed in kept.items()]


def since(day: date) -> tuple[str, str]:
    """Return the search criteria for letters that arrived on a day or later, whatever the server's time zone."""
    day -= timedelta(days=1)
    return "SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def sent_by(address: str) -> tuple[str, str]:
    """Return the search criteria for letters whose sender contains an address."""
    return "FROM", _quoted(address)


def called(message_id: str) -> tuple[str, str, str]:
    """Return the search criteria for the letters of a Message-ID."""
    return "HEADER", "Message-ID", _quoted(message_id)


def _batches(uids: Sequence[int], size: int) -> Iterator[str]:
    for start in range(0, len(uids), size):
        yield ",".join(str(uid) for uid in uids[start : start + size])


def _instant(arrived: re.Match[bytes]) -> datetime:
    day, month, year, *time, sign, zone_hours, zone_minutes = (part.decode() for part in arrived.groups())
    hour, minute, second = (int(part) for part in time)
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
    try:
        on = date(int(year), _MONTHS.index(month.title()) + 1, int(day))
        at = datetime(on.year, on.month, on.day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SourceGarbled("The mail server gives a letter an impossible date of arrival.") from error


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(folder: str) -> str:
    """Return a folder's name in IMAP's own encoding (RFC 3501, 5.1.3)."""
    parts = re.split(r"([^\x20-\x7e]+)", folder.replace("&", "&-"))
    for index in range(1, len(parts), 2):
        parts[index] = "&" + b64encode(parts[index].encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"
    return "".join(parts)


def _said(lines: Sequence[object]) -> str:
    """Return what a server gave as its reason, made harmless."""
    first = lines[0] if lines else b""
    return clean(first.decode("utf-8", "replace"), limit=120) if isinstance(first, bytes) else NO_TEXT
