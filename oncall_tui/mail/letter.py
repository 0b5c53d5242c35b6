"""A letter as a stranger sent it, read so that nothing in it can do harm or stop the reading."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import getaddresses, parsedate_tz
from hashlib import sha256

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Priority
from oncall_tui.mail.readable import text_of_html
from oncall_tui.text_safety import clean, clean_body

READ_AT_MOST = 65_536
"""Bytes of a letter that are read; what follows is attachments, or nothing a person reads on a Friday night."""
MADE_UP = "<no-id-"
"""What the Message-ID begins with that stands for a missing one."""
_HEADER_LIMIT = 8_000
_HEADERS_AT_MOST = 5
_ADDRESSES_AT_MOST = 50
_REFERENCES_AT_MOST = 100
_PARTS_AT_MOST = 100
_FILES_AT_MOST = 20
_FILE_NAME_LIMIT = 100
PERHAPS_MORE = CleanText("perhaps more: the letter is too long to be read whole")
"""Stands after the files of a letter whose end was not read."""
_OLDEST_BELIEVED = timedelta(days=366)
"""A clock with an empty battery says 1970 or 2010."""

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_BULK = frozenset({"bulk", "junk", "auto_reply"})
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto[- ]?reply|autoreply|out of (?:the )?office|automatische antwort|abwesenheit"
    r"|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica)",
    re.IGNORECASE,
)
_PRIORITIES = {
    "1": Priority.URGENT,
    "2": Priority.HIGH,
    "3": Priority.NORMAL,
    "4": Priority.LOW,
    "5": Priority.LOW,
    "high": Priority.HIGH,
    "urgent": Priority.HIGH,
    "normal": Priority.NORMAL,
    "low": Priority.LOW,
    "non-urgent": Priority.LOW,
}
# What Python's mail parser is known to raise on mail nobody meant it to read.
_UNREADABLE = (ValueError, LookupError, MessageError, AssertionError, TypeError, AttributeError, RecursionError)
_UNNAMED = {"image": "a picture", "message": "a letter", "audio": "a recording", "video": "a film"}
"""What an attached thing without a name is called."""
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Somebody in a letter's head; the address is in lower case."""

    name: CleanText = NO_TEXT
    email: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is known of one letter; whatever could not be read is empty."""

    message_id: str
    """With its angle brackets; made up from the content where the letter has none."""
    references: tuple[str, ...] = ()
    """The letters it answers, the oldest first."""
    senders: tuple[Correspondent, ...] = ()
    reply_to: Correspondent | None = None
    to: tuple[Correspondent, ...] = ()
    subject: CleanText = NO_TEXT
    text: CleanText = NO_TEXT
    files: tuple[CleanText, ...] = ()
    """Names of what is attached, or what kind of thing it is where it has no name."""
    sent_at: datetime
    """The ``Date`` header where it can be believed, else when the letter arrived."""
    utc_offset: timedelta | None = None
    """Of the ``Date`` header; None when missing, impossible, or a bare zero, which webmail writes for everybody."""
    priority: Priority | None = None
    is_automatic: bool = False
    """A machine wrote it: an out-of-office note, a bounce, a bulk mailing."""
    is_through_list: bool = False
    asks_for_no_automatic_reply: bool = False
    """A hint only: notes from an absent person's Exchange carry it, and so do some letters of people."""

    @property
    def sender(self) -> Correspondent:
        """Return who wrote it, by its own account."""
        return self.senders[0] if self.senders else Correspondent()


class _AsReceived(Compat32):
    """Hand header values out as they came; the parser's newer policies crash on some of them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return the value unchanged, undecodable bytes as surrogates."""
        del name
        return value


_POLICY = _AsReceived()


def parse_letter(raw: bytes, *, arrived_at: datetime) -> Letter:
    """Read a letter, or as much of it as can be read; never raises on what a stranger wrote."""
    raw = raw[:READ_AT_MOST]
    made_up = f"{MADE_UP}{sha256(raw).hexdigest()[:32]}>"
    try:
        letter = _parse(_parse_message(raw), made_up, arrived_at)
        is_cut = len(raw) == READ_AT_MOST and letter.files
        return replace(letter, files=(*letter.files, PERHAPS_MORE)) if is_cut else letter
    except _UNREADABLE:
        text = clean_body(raw.decode("utf-8", "replace"))
        return Letter(message_id=made_up, subject=CleanText("(unreadable)"), text=text, sent_at=arrived_at)


def _parse(message: Message, made_up_id: str, arrived_at: datetime) -> Letter:
    ids = _MESSAGE_ID.findall(_header(message, "Message-ID"))
    subject = _decoded(_header(message, "Subject"))
    date = _parse_date(_header(message, "Date"))
    reply_to = _parse_correspondents(message, "Reply-To")
    return Letter(
        message_id=ids[0] if ids else made_up_id,
        references=_parse_references(message),
        senders=_parse_correspondents(message, "From") or _parse_correspondents(message, "Sender"),
        reply_to=reply_to[0] if reply_to else None,
        to=_parse_correspondents(message, "To") + _parse_correspondents(message, "Cc"),
        subject=clean(" ".join(subject.split())),
        text=clean_body(_readable_text(message)),
        files=_files(message),
        sent_at=_believable(date, arrived_at),
        utc_offset=_plausible_offset(date),
        priority=_parse_priority(message),
        is_automatic=_is_automatic(message, subject),
        is_through_list=_header(message, "Precedence").strip().lower() == "list",
        asks_for_no_automatic_reply=bool(
            re.search(r"\b(?:all|oof)\b", _header(message, "X-Auto-Response-Suppress"), re.IGNORECASE)
        ),
    )


def _parse_message(raw: bytes) -> Message:
    if raw.lower().count(b"multipart/") <= _PARTS_AT_MOST:  # the parser's time grows with the square of the nesting
        try:
            return BytesParser(policy=_POLICY).parsebytes(raw)
        except _UNREADABLE:
            pass
    return BytesHeaderParser(policy=_POLICY).parsebytes(raw)


def _header(message: Message, name: str) -> str:
    """Return a header's first value as Unicode, unfolded but not decoded; empty when missing."""
    return _unfolded(message.get(name, ""))


def _unfolded(value: str) -> str:
    value = value[:_HEADER_LIMIT].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value.replace("\r", "").replace("\n", "").replace("\0", "")


def _decoded(value: str) -> str:
    """Resolve encoded words; text whose encoding is broken or unknown is shown as it came."""
    if "=?" not in value or not value.isascii():
        return value
    try:
        parts = decode_header(value)
    except _UNREADABLE:
        return value
    shown = "".join(part if isinstance(part, str) else _text(part, charset) for part, charset in parts)
    return shown or value


def _text(content: bytes, charset: str | None) -> str:
    try:
        codec = codecs.lookup(charset or "utf-8").name
        return content.decode("utf-8" if codec in _NOT_FOR_MAIL else codec, "replace")
    except _UNREADABLE:
        return content.decode("utf-8", "replace")


def _parse_correspondents(message: Message, name: str) -> tuple[Correspondent, ...]:
    value = ", ".join(_unfolded(header) for header in message.get_all(name, [])[:_HEADERS_AT_MOST])
    try:
        pairs = getaddresses([value])
    except _UNREADABLE:
        pairs = [("", match) for match in re.findall(r"[^\s<>,;\"]{1,100}@[^\s<>,;\"]{1,200}", value)]
    return tuple(
        Correspondent(name=clean(" ".join(_decoded(shown).split())), email=clean(address.strip().lower()))
        for shown, address in pairs[:_ADDRESSES_AT_MOST]
        if "@" in address
    )


def _parse_references(message: Message) -> tuple[str, ...]:
    # In-Reply-To goes last: it names the letter before this one, References begins with the first of all.
    found = _MESSAGE_ID.findall(_header(message, "References")) + _MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    unique = list(dict.fromkeys(found))
    return tuple(unique[:1] + unique[1:][-_REFERENCES_AT_MOST:])


def _parse_date(value: str) -> datetime | None:
    """Return the ``Date`` header's instant in the sender's own offset."""
    try:
        parsed = parsedate_tz(value)
        if parsed is None:
            return None
        year, month, day, hour, minute, second = parsed[:6]
        zone = timezone(timedelta(seconds=parsed[9] or 0))
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (*_UNREADABLE, OverflowError):
        return None


def _believable(date: datetime | None, arrived_at: datetime) -> datetime:
    """Return when a letter was sent: a letter from the future was sent when it arrived, at the latest."""
    if date is None or not arrived_at - _OLDEST_BELIEVED <= date <= arrived_at:
        return arrived_at
    return date.astimezone(UTC)


def _plausible_offset(date: datetime | None) -> timedelta | None:
    offset = date.utcoffset() if date else None
    if not offset or not timedelta(hours=-12) <= offset <= timedelta(hours=14) or offset % timedelta(minutes=15):
        return None
    return offset


def _parse_priority(message: Message) -> Priority | None:
    for name in ("X-Priority", "Importance", "Priority"):
        words = _header(message, name).lower().split()
        if words and words[0] in _PRIORITIES:
            return _PRIORITIES[words[0]]
    return None


def _is_automatic(message: Message, subject: str) -> bool:
    """Tell whether a machine wrote it, by RFC 3834, by what came before it, and by what mail servers really send."""
    said = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        said not in {"", "no"}
        or _header(message, "Precedence").strip().lower() in _BULK
        or _header(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Failed-Recipients"))
        or bool(_AUTOMATIC_SUBJECT.match(subject))
    )


def _readable_text(message: Message) -> str:
    """Return the letter's own text: its plain part, else its HTML part made readable."""
    html = ""
    for part in filter(_is_read, _parts(message)):
        kind = part.get_content_type()
        if kind == "text/plain" and (text := _payload(part)).strip():
            return text
        if kind == "text/html" and not html:
            html = _payload(part)
    return text_of_html(html)


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that hold no others, from the outside in, not descending into attached letters."""
    waiting = [message]
    for _ in range(_PARTS_AT_MOST):
        if not waiting:
            return
        part = waiting.pop(0)
        # Only asked for where it is a list: a text would be decoded, by whatever codec its sender names.
        content = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting[:0] = [inner for inner in content if isinstance(inner, Message)]
        else:
            yield part


def _is_read(part: Message) -> bool:
    return not _header(part, "Content-Disposition").lower().startswith("attachment")


def _files(message: Message) -> tuple[CleanText, ...]:
    """Return the names of what is attached: everything that is named, and what is no text."""
    names: list[CleanText] = []
    for part in _parts(message):
        name = _file_name(part)
        is_text = part.get_content_maintype() in {"text", "multipart"}  # the latter without parts is broken text
        if name or not is_text or not _is_read(part):
            names.append(name or CleanText(_UNNAMED.get(part.get_content_maintype(), "a file")))
    more = [CleanText(f"{len(names) - _FILES_AT_MOST} more")] if len(names) > _FILES_AT_MOST else []
    return (*names[:_FILES_AT_MOST], *more)


def _file_name(part: Message) -> CleanText:
    try:
        name = part.get_filename("")
    except _UNREADABLE:
        return NO_TEXT
    return clean(" ".join(_decoded(_unfolded(name)).split()), limit=_FILE_NAME_LIMIT)


def _payload(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except _UNREADABLE:
        return ""
    return _text(content, charset) if isinstance(content, bytes) else ""
