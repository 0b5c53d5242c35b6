"""A config whose every word a stranger wrote, and a help desk that is a file full of the same."""

import json
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from oncall_tui.clock import utc_now

ROOT = Path(__file__).parent.parent.parent
_ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "")
_CONFIG = """
me = "ana"

[team]
name = {team}
time_zone = "America/New_York"
store = {store}

[[people]]
id = "ana"
name = {ana}
time_zone = "America/New_York"

[[people]]
id = "dana"
name = {dana}
time_zone = "Asia/Seoul"
phone = {phone}
channels = ["dana-bell"]

[[rota.rotations]]
name = {rotation}
starts = "Mon 00:00"
ends = "Mon 00:00"
from = 2026-01-05
people = ["ana"]

[[rota.overrides]]
starts = 2020-01-01T00:00:00
ends = 2020-01-01T01:00:00
person = "dana"
reason = {reason}

[escalation]
undo = "0s"
[[escalation.levels]]
people = ["dana"]

{channel}

[[sources]]
id = "helpdesk"
kind = "file"
path = {desk}
refresh = "1h"
"""
_COMMAND = """
[[channels]]
id = "dana-bell"
kind = "command"
run = {run}
"""
_CUSTOMER = """
[[customers]]
name = {name}
match = [{match}]
tier = {tier}
notes = {notes}
"""
_CALENDAR = """
[[rota.calendars]]
name = {name}
path = {path}
[[rota.calendars.match]]
text = {match}
person = "dana"
"""
_EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:{text}
X-WR-CALNAME:{text}
X-WR-TIMEZONE:{text}
BEGIN:VEVENT
UID:problem
DTSTART:{start:%Y%m%d}T000000Z
DTEND:{end:%Y%m%d}T000000Z
SUMMARY:{text}
ORGANIZER;CN="{text}":mailto:{text}
END:VEVENT
BEGIN:VEVENT
UID:turn
DTSTART:{start:%Y%m%d}T000000Z
DTEND:{end:%Y%m%d}T000000Z
SUMMARY:{text} ana {text}
DESCRIPTION:{text}
END:VEVENT
BEGIN:VEVENT
UID:zone
DTSTART;TZID="{zone}":{start:%Y%m%d}T000000
SUMMARY:{text}
END:VEVENT
END:VCALENDAR
"""


def toml(value: object) -> str:
    """Return a text or a list of texts as TOML, which knows no lone surrogates."""
    written = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in written)


@dataclass(frozen=True, slots=True)
class Words:
    """Texts by number, over and over."""

    texts: Sequence[str]

    def __call__(self, number: int) -> str:
        return self.texts[number % len(self.texts)]


@dataclass(slots=True)
class HostileDesk:
    """A folder with everything a dashboard needs, and where everything it does shows."""

    folder: Path
    words: Sequence[str] = ("harmless",)
    """What stands in subjects, names, bodies; each ticket takes the next ones."""
    tickets: int = 0
    """How many tickets there are; none named means one for each word."""
    config_words: Sequence[str] = ("Harmless",)
    channel: str = ""
    """Its table, where it is not the usual one."""
    more_tables: str = ""
    """Further tables."""
    calendar_words: Sequence[str] = ()
    """What stands in calendars, one for each."""
    plain_ids: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "desk.json").write_text(json.dumps(self._tickets()), encoding="ascii")
        for number, word in enumerate(self.calendar_words):
            (self.folder / f"{number}.ics").write_bytes(_events(word))
        config = self.folder / "config.toml"
        config.write_text(self._config(), encoding="utf-8")
        config.chmod(0o600)
        browser = self.folder / "browser"
        browser.write_text(f'#!/bin/sh\necho "$@" >> {self.folder / "opened"}\n')
        browser.chmod(0o700)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def environ(self) -> dict[str, str]:
        home = str(self.folder)
        return {
            **{name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
            "HOME": home,
            "XDG_DATA_HOME": home,
            "XDG_CONFIG_HOME": home,
            "XDG_CACHE_HOME": home,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "BROWSER": str(self.folder / "browser"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.extra,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "oncall_tui", "--config", str(self.config), *arguments]

    @property
    def escalations(self) -> int:
        """Count the escalations the journal knows."""
        return self.count("EscalationArmed")

    def count(self, kind: str) -> int:
        """Count the lines of one kind in the journal."""
        journal = self.folder / "journal.sqlite"
        if not journal.exists():
            return 0
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as opened:
            (count,) = opened.execute("SELECT count(*) FROM journal WHERE kind = ?", (kind,)).fetchone()
        opened.close()
        return int(count)

    @property
    def sent(self) -> list[str]:
        """Return what the channel was given, one entry for each message."""
        log = self.folder / "sent"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def files(self) -> set[str]:
        """Return every file that appeared, by its name."""
        ours = {"desk.json", "config.toml", "browser", "last-known.json", "glimpse.json", "sent"}
        ours |= {"journal.sqlite", "journal.sqlite-journal"}
        found = {path.name for path in self.folder.rglob("*") if path.is_file()}
        return found - ours - {f"{number}.ics" for number in range(len(self.calendar_words))}

    def _config(self) -> str:
        word = Words(self.config_words)
        ring = f"import os; open({str(self.folder / 'sent')!r}, 'a').write(os.environ['ONCALL_TUI_KEY'] + '\\n')"
        tables = _CONFIG.format(
            team=toml("T" + word(0)),
            store=toml(str(self.folder / "journal.sqlite")),
            ana=toml("Ana " + word(1)),
            dana=toml("Dana " + word(2)),
            phone=toml("+1 " + word(3)),
            rotation=toml("R" + word(4)),
            reason=toml("W" + word(5)),
            channel=self.channel or _COMMAND.format(run=toml([sys.executable, "-c", ring])),
            desk=toml(str(self.folder / "desk.json")),
        )
        customers = (
            _CUSTOMER.format(
                name=toml("C" + word(number)),
                match=toml(f"customer{number}.example"),
                tier=toml("t" + word(number + 1)),
                notes=toml("N" + word(number + 2)),
            )
            for number in range(min(len(self.config_words), 40))
        )
        calendars = (
            _CALENDAR.format(
                name=toml(f"{number} {written}"),
                path=toml(str(self.folder / f"{number}.ics")),
                match=toml(f"#{number}"),
            )
            for number, written in enumerate(self.calendar_words)
        )
        return tables + self.more_tables + "".join((*customers, *calendars))

    def _tickets(self) -> list[object]:
        word = Words(self.words)
        count = self.tickets or len(self.words)
        bodies = -(-len(self.words) // count)
        return [_ticket(number, word, bodies=bodies, plain_ids=self.plain_ids) for number in range(count)]


def _events(word: str) -> bytes:
    """Return a calendar in which a stranger wrote every text, and which is a calendar all the same."""
    written = " ".join(word[:400].replace("\\", "\\\\").splitlines())
    now = utc_now()
    text = _EVENTS.format(text=written, zone=written[:60], start=now - timedelta(days=1), end=now + timedelta(days=5))
    return text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")


def _ticket(number: int, word: Words, *, bodies: int, plain_ids: bool) -> object:
    """Return a ticket in which strangers wrote every text there is."""
    first = number * bodies
    return {
        "id": str(number) if plain_ids or number % 3 else f"{number}{word(number)[:9]}",
        "subject": word(number),
        "requester": {
            "name": word(number + 1),
            "email": f"{word(number + 2)[:40]}@customer{number}.example",
            "phone": word(number + 3),
        },
        "organisation": word(number + 4) if number % 2 else "",
        "tier": word(number + 5),
        "tags": [word(number + 6), word(number + 7)],
        "assignee": word(number + 8),
        "time_zone": _ZONES[number % len(_ZONES)] or word(number + 9),
        "country": word(number + 10),
        "touches": number % 9,
        "waiting_since": "2026-11-21T01:00:00Z",
        "messages": [
            {"at": f"2026-11-21T01:{minute:02}:00Z", "from": word(first + minute + 1), "text": word(first + minute)}
            for minute in range(min(bodies, 60))
        ],
    }
