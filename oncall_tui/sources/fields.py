"""Fields of a help desk's JSON, read so that one of an unexpected type is an unknown one and hides no ticket."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.errors import SourceGarbled
from oncall_tui.text_safety import clean

Payload = Mapping[str, object]

_NOTHING: Payload = {}


def number(payload: Payload, field: str = "id") -> int | None:
    """Return a whole number, which some desks write as a text."""
    found = payload.get(field)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 20:  # noqa: PLR2004 - 64 bits
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def required_number(payload: Payload, field: str = "id") -> int:
    """Return the number of an entry, without which it cannot be told from another."""
    found = number(payload, field)
    if found is None:
        raise SourceGarbled("the help desk sent an entry without a number")
    return found


def text(payload: Payload, *fields: str) -> CleanText:
    """Return the first of the fields that says something, made harmless."""
    found = (payload.get(field) for field in fields)
    return next((clean(word.strip()) for word in found if isinstance(word, str) and word.strip()), NO_TEXT)


def word(payload: Payload, field: str) -> str:
    """Return a word of the vendor's own, to be looked up and never shown; "" when there is none."""
    found = payload.get(field)
    return found.casefold() if isinstance(found, str) else ""


def instant(payload: Payload, field: str) -> datetime | None:
    """Return an instant in UTC; None for one that is unset or cannot be read."""
    found = payload.get(field)
    if not isinstance(found, str):
        return None
    try:
        read = datetime.fromisoformat(found)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def record(payload: Payload, field: str) -> Payload:
    """Return an object inside another; an empty one when there is none."""
    found = payload.get(field)
    return found if isinstance(found, Mapping) else _NOTHING


def records(payload: Payload, field: str) -> Sequence[Payload]:
    """Return the objects of a list inside an object."""
    found = payload.get(field)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else ()


def words(payload: Payload, field: str) -> tuple[CleanText, ...]:
    """Return the texts of a list inside an object, made harmless."""
    found = payload.get(field)
    return tuple(clean(entry) for entry in found if isinstance(entry, str) and entry) if isinstance(found, list) else ()


def required_records(payload: Payload, field: str) -> Sequence[Payload]:
    """Return the objects of a list that must be there: without it, nothing would look like an empty desk."""
    if not isinstance(payload.get(field), list):
        raise SourceGarbled(f"the help desk sent a page without its {field}")
    return records(payload, field)
