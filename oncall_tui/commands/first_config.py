"""The first config, from a few questions: who watches, who is told, through what, and where tickets come from."""

import os
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from oncall_tui.clock import utc_now
from oncall_tui.commands.config_file import add_to
from oncall_tui.commands.connecting import Connecting, begin, choose_chapter
from oncall_tui.commands.conversation import Conversation
from oncall_tui.commands.secret_keeping import quoted
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.manual import Chapter
from oncall_tui.places.zone_names import zone_called

_FRIDAY = 4


def write(conversation: Conversation, known: Mapping[str, Chapter], wanted: Chapter | None, config: Path) -> None:
    """Ask for everything a first config needs and write it.

    Args:
        conversation: Whom to ask.
        known: The chapter of every kind.
        wanted: The kind somebody asked to connect; None when nobody did.
        config: Where the config will be; nothing is there yet.
    """
    say = conversation.say
    say(f"There is no config yet. A few questions, each answer tried, and {config} is written.")
    say("Nothing is sent to anybody.\n\nFirst you:")
    team = conversation.ask("What is your team called", "Support")
    me = _Person.asked(conversation, _zone_here())
    say("\nNow the leadership contact, whom E notifies:")
    leader = _Person.asked(conversation, me.zone, other_than=me.id)
    say(f"\nHow is {leader.name} reached?")
    channel = wanted if wanted and wanted.table == "channels" else choose_chapter(conversation, known, "channels")
    reaching = begin(conversation, channel, config, f"{leader.id}-{channel.kind}")
    reaching.fill_in()
    say("\nWhere do tickets come from?")
    source = wanted if wanted and wanted.table == "sources" else choose_chapter(conversation, known, "sources")
    reading = begin(conversation, source, config, "helpdesk")
    reading.fill_in()
    add_to(config, _text(team, me, leader, reaching, reading))
    say(f"\nWritten: {config}. You are on call every weekend, Friday 18:00 to Monday 09:00, until you change")
    say("[[rota.rotations]] there; config.example.toml explains every key. Next:")
    say("  oncall-tui check --send-test   sends a test to the leadership contact and waits for the acknowledgement")
    say("  oncall-tui                     the dashboard")


class _Person:
    """Somebody of ours, as far as the first config needs it."""

    def __init__(self, identity: str, name: str, zone: str, phone: str) -> None:
        self.id, self.name, self.zone, self.phone = identity, name, zone, phone

    @classmethod
    def asked(cls, conversation: Conversation, usual_zone: str, other_than: str = "") -> "_Person":
        """Ask for somebody."""
        name = _needed(conversation, "Name")
        identity = _identity(name)
        if identity == other_than:
            identity = f"{identity}-2"
        return cls(identity, name, _zone(conversation, usual_zone), conversation.ask("Phone (Enter leaves it out)"))

    def table(self, channels: str = "") -> list[str]:
        """Return the lines of the ``[[people]]`` table."""
        lines = ["[[people]]", f"id = {quoted(self.id)}", f"name = {quoted(self.name)}"]
        lines.append(f"time_zone = {quoted(self.zone)}")
        if self.phone:
            lines.append(f"phone = {quoted(self.phone)}")
        return [*lines, f"channels = [{quoted(channels)}]"] if channels else lines


def _text(team: str, me: _Person, leader: _Person, reaching: Connecting, reading: Connecting) -> str:
    lines = [
        "# oncall-tui. config.example.toml explains every key there is.",
        "",
        "[team]",
        f"name = {quoted(team)}",
        "# The wall clock of the rota.",
        f"time_zone = {quoted(me.zone)}",
        "",
        *me.table(),
        "",
        *leader.table(reaching.identity),
        "",
        "# Who is on call, turn after turn.",
        "[[rota.rotations]]",
        'name = "Weekend"',
        'starts = "Fri 18:00"',
        'ends = "Mon 09:00"',
        f"from = {_last_friday():%Y-%m-%d}",
        f"people = [{quoted(me.id)}]",
        "",
        "# Whom E notifies, level after level.",
        "[[escalation.levels]]",
        f"people = [{quoted(leader.id)}]",
        'wait = "5m"',
        "",
        reaching.table,
        reading.table,
    ]
    return "\n".join(lines)


def _needed(conversation: Conversation, question: str) -> str:
    while not (answer := conversation.ask(question)):
        conversation.say("This one is needed.")
    return answer


def _identity(name: str) -> str:
    letters = re.findall(r"[a-z0-9]+", name.casefold())
    return letters[0] if letters else "someone"


def _zone(conversation: Conversation, usual: str) -> str:
    while True:
        answer = conversation.ask("Time zone, such as Europe/Berlin", usual)
        zone = zone_called(answer) or answer
        if zone_info(zone) is not None:
            return zone
        conversation.say(f"{answer} is no time zone; write a continent and a city.")


def _zone_here() -> str:
    """Return this machine's zone as the IANA database calls it; empty where the machine does not say."""
    named = os.environ.get("TZ", "")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    return next((zone for zone in (named, linked) if zone and zone_info(zone) is not None), "")


def _last_friday() -> date:
    today = utc_now().date()
    return today - timedelta(days=(today.weekday() - _FRIDAY) % 7)
