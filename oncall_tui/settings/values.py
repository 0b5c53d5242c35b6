"""What one key may hold: from what TOML gives to the types of a settings class."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from oncall_tui.secrets import (
    FromCommand,
    FromEnvironment,
    FromFile,
    FromKeyring,
    Secret,
    SecretReference,
    is_one_line,
)
from oncall_tui.settings.where import Where, nearest, shown

_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)

DATE_OR_TIME: Final = date | datetime
"""The type of a key that takes a whole day or a wall time."""

IN_WORDS: Final[Mapping[object, str]] = {
    str: "a text in quotes",
    int: "a whole number, such as 3",
    float: "a number, such as 1.5",
    bool: "true or false",
    timedelta: 'a number with its unit, such as "30s", "5m", "1h30m" or "2d"',
    date: "a date without quotes, such as 2026-11-20",
    datetime: "a date and time without quotes and without an offset, such as 2026-12-25T18:00:00",
    DATE_OR_TIME: "a date without quotes, such as 2026-12-20, or one with a time, such as 2026-12-20T18:00:00",
    Path: 'the path of a file in quotes, such as "~/tickets.json"',
    Secret: '{ env = "NAME" }, { command = ["program", "argument"] }, { keyring = "service/user" } '
    'or { file = "PATH" }',
}
"""What may be written for a type, to finish a sentence that ends in "write"."""


class Unusable(Exception):
    """A value that cannot be used, with what to write instead."""

    def __init__(self, remedy: str, found: str = "") -> None:
        super().__init__(remedy)
        self.remedy = remedy
        self.found = found
        """What is wrong, where the value itself must not or need not be shown."""


def duration(text: str) -> timedelta:
    """Return a length of time written like ``90s`` or ``1h30m``, or raise ``ValueError``."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"write {IN_WORDS[timedelta]}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def one_of(found: object, choices: Sequence[object]) -> object:
    """Return the choice that was written."""
    for choice in choices:
        if found == choice and type(found) is type(choice):
            return choice
    near = nearest(found, [choice for choice in choices if isinstance(choice, str)]) if isinstance(found, str) else ""
    raise Unusable(shown(near) if near else f"one of {', '.join(shown(choice) for choice in choices)}")


def scalar(found: object, wanted: type, where: Where, key: str) -> object:
    """Return a single value of the type a setting wants, or raise ``Unusable``."""
    if wanted is Path:
        return _path(found, where)
    if wanted is Secret:
        return _secret(found, where, key)
    return _SCALARS[wanted](found)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise Unusable(IN_WORDS[str])
    return found


def _whole_number(found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise Unusable(IN_WORDS[int])
    return found


def _number(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Unusable(IN_WORDS[float])
    try:
        number = float(found)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Unusable(IN_WORDS[float])
    return number


def _truth(found: object) -> bool:
    if not isinstance(found, bool):
        raise Unusable(IN_WORDS[bool])
    return found


def _length_of_time(found: object) -> timedelta:
    try:
        return duration(_text(found))
    except (Unusable, ValueError):
        raise Unusable(IN_WORDS[timedelta]) from None


def _date(found: object) -> date:
    if isinstance(found, datetime) or not isinstance(found, date):
        raise Unusable(IN_WORDS[date])
    return found


def _wall_time(found: object) -> datetime:
    if not isinstance(found, datetime):
        raise Unusable(IN_WORDS[datetime])
    if found.tzinfo is not None:
        plain = found.replace(tzinfo=None).isoformat()
        raise Unusable(f"the time of the team's own clock without an offset, such as {plain}")
    return found


def date_or_time(found: object) -> date | datetime:
    """Return a date, or a wall time without an offset."""
    if isinstance(found, datetime):
        return _wall_time(found)
    if not isinstance(found, date):
        raise Unusable(IN_WORDS[DATE_OR_TIME])
    return found


_SCALARS: Mapping[type, Callable[[object], object]] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _truth,
    timedelta: _length_of_time,
    date: _date,
    datetime: _wall_time,
}


def _path(found: object, where: Where) -> Path:
    if not isinstance(found, str) or not found or "\0" in found:
        raise Unusable(IN_WORDS[Path])
    try:
        return where.file.parent / Path(found).expanduser()
    except RuntimeError:
        raise Unusable("a path without ~, because nobody here has that name") from None


def _secret(found: object, where: Where, key: str) -> Secret:
    if isinstance(found, str):
        return _written_out(found, where)
    if not isinstance(found, Mapping) or len(found) != 1:
        raise Unusable(IN_WORDS[Secret])
    ((form, value),) = found.items()
    if form not in _FORMS:
        raise Unusable(IN_WORDS[Secret])
    return Secret.named(_FORMS[form](value, where), f"{where}, {key}")


def _written_out(found: str, where: Where) -> Secret:
    if where.exposed:
        raise Unusable(f'{{ env = "NAME" }} instead, or {where.exposed}', "found the secret itself")
    if not found or not is_one_line(found):
        raise Unusable(IN_WORDS[Secret], "found a secret that is empty or has more than one line")
    return Secret(found)


def _from_environment(value: object, _where: Where) -> SecretReference:
    if not isinstance(value, str) or not value or "=" in value or "\0" in value:
        raise Unusable('{ env = "NAME" } with the name of an environment variable')
    return FromEnvironment(value)


def _from_command(value: object, _where: Where) -> SecretReference:
    words = [word for word in value if isinstance(word, str) and "\0" not in word] if isinstance(value, list) else []
    if not isinstance(value, list) or not words or len(words) != len(value) or not words[0]:
        raise Unusable('{ command = ["program", "argument"] }, a list that starts with a program')
    return FromCommand(tuple(words))


def _from_keyring(value: object, _where: Where) -> SecretReference:
    service, slash, user = value.rpartition("/") if isinstance(value, str) else ("", "", "")
    if not (service and slash and user):
        raise Unusable('{ keyring = "service/user" }')
    return FromKeyring(service, user)


def _from_file(value: object, where: Where) -> SecretReference:
    return FromFile(_path(value, where))


_FORMS: Mapping[str, Callable[[object, Where], SecretReference]] = {
    "env": _from_environment,
    "command": _from_command,
    "keyring": _from_keyring,
    "file": _from_file,
}
