"""The first shift, end to end: a real help desk, a real mailbox, a real terminal, a real mail to the leader."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.ui.list_lines import CURSOR
from tests.mail.letters import raw_letter
from tests.servers.dovecot import Dovecot
from tests.servers.first_shift import Workplace, workplace
from tests.servers.rt_desk import CUSTOMERS, TICKETS, Seeded
from tests.servers.smtp import SmtpServer
from tests.servers.terminal import Terminal, terminal

pytestmark = pytest.mark.servers

AT = "2026-11-21T03:05Z"
EXPECTED: Sequence[tuple[str | None, str | None, list[str], int]] = (
    ("-08:00", "2026-11-20T19:05", ["Los Angeles"], 3),
    (None, None, [], 6),
    ("+13:00", "2026-11-21T16:05", ["Auckland"], 3),
    ("+11:00", "2026-11-21T14:05", ["Lord Howe"], 3),
    ("+09:00", "2026-11-21T12:05", ["Tokyo"], 3),
    ("+05:45", "2026-11-21T08:50", ["Kathmandu"], 3),
    ("+05:30", "2026-11-21T08:35", ["Kolkata"], 3),
    ("+03:00", "2026-11-21T06:05", ["Riyadh"], 3),
    ("+01:00", "2026-11-21T04:05", ["Berlin", "Lagos"], 5),
    ("-03:00", "2026-11-21T00:05", ["Sao Paulo"], 2),
    ("-03:30", "2026-11-20T23:35", ["St Johns"], 3),
    ("-05:00", "2026-11-20T22:05", ["New York"], 3),
)
"""What forty tickets of fifteen customers look like at that instant, worked out by hand; who is awake comes first."""
ZONE_OF_PLACE = {
    "Auckland": "Pacific/Auckland",
    "Lord Howe": "Australia/Lord_Howe",
    "Tokyo": "Asia/Tokyo",
    "Kathmandu": "Asia/Kathmandu",
    "Kolkata": "Asia/Kolkata",
    "Riyadh": "Asia/Riyadh",
    "Berlin": "Europe/Berlin",
    "Sao Paulo": "America/Sao_Paulo",
    "St Johns": "America/St_Johns",
    "New York": "America/New_York",
    "Los Angeles": "America/Los_Angeles",
}
SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
BESIDE_THE_LIST = re.compile("[│▏▎▍▌▋▊▉█┃]")
GROUP_LINE = re.compile(r"▾ (?:(\w{3} \d\d:\d\d)  (\S+(?: \S+)*)|(Clock unknown)).*?\D(\d+)\D*$")


def groups_of(answer: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    groups = answer["groups"]
    assert isinstance(groups, list)
    return groups


def counted(answer: Mapping[str, object]) -> list[tuple[object, ...]]:
    return [
        (group["utc_offset"], group["local_time"], group["places"], len(tickets))
        for group in groups_of(answer)
        if isinstance(tickets := group["tickets"], list)
    ]


def shown_groups(opened: Terminal) -> list[tuple[str, str, str]]:
    """Return every group line: clock, places, count; paging through the list from its top to its end."""
    opened.press("Home")
    found: dict[str, tuple[str, str, str]] = {}
    for _ in range(TICKETS):
        lines = opened.lines
        for line in lines:
            if match := GROUP_LINE.search(BESIDE_THE_LIST.split(line)[0]):
                clock, places, unknown, count = match.groups()
                found.setdefault(places or unknown, (clock or "", places or unknown, count))
        if sum(int(count) for *_, count in found.values()) == TICKETS:
            break
        cursor = _cursor_line(lines)
        opened.press("Down", "Down", "Down")
        opened.wait_until(partial(_has_moved, cursor))
    return list(found.values())


def _has_moved(was: str, screen: str) -> bool:
    return _cursor_line(screen.splitlines()) != was


def _cursor_line(lines: Sequence[str]) -> str:
    return next((line.split()[0] + line.split()[1] for line in lines if line.startswith(CURSOR)), "")


@pytest.fixture
def desk(rt_desk: Seeded, tmp_path: Path) -> Workplace:
    return workplace(tmp_path, rt=rt_desk.rt)


def test_list_gives_the_expected_groups_clocks_and_places_of_request_tracker(desk: Workplace) -> None:
    answer = desk.json("list", "--json", "--at", AT)
    assert counted(answer) == [tuple(group) for group in EXPECTED]
    assert answer["at"] == "2026-11-21T03:05:00Z"
    sources = answer["sources"]
    assert isinstance(sources, list)
    assert [(source["id"], source["state"], source["error"]) for source in sources] == [("rt", "live", None)]


@SIZES
def test_the_dashboard_shows_the_same_groups_with_the_clocks_of_now(
    desk: Workplace, tmp_path: Path, size: tuple[int, int]
) -> None:
    with terminal(tmp_path / "tmux", size) as opened:
        opened.run("--config", str(desk.config), environment=dict(desk.environment))
        opened.wait_for(f"{TICKETS} open")
        shown = shown_groups(opened)
        now = utc_now()
    assert sorted((place.split(" · ")[0], int(count)) for _, place, count in shown) == sorted(
        (places[0] if places else "Clock unknown", count) for _, _, places, count in EXPECTED
    )
    for clock, place, _ in shown:
        if clock:
            zone = ZoneInfo(ZONE_OF_PLACE[place.split(" · ")[0]])
            assert clock in {f"{(now - timedelta(minutes=ago)).astimezone(zone):%a %H:%M}" for ago in (0, 1)}


def letters(now: datetime) -> list[bytes]:
    """Twenty letters: eight threads of customers in five clocks, four of them answered by us."""
    asked = [
        ("Aki Mori <aki@kobe.example>", 9),
        ("Bea Sol <bea@sol.example>", 1),
        ("Chuck Day <chuck@day.example>", -5),
        ("Dev Rao <dev@rao.example>", 5.5),
        ("Eve Null <eve@null.example>", 0),
        ("Fay Kobe <fay@kobe.example>", 9),
        ("Gil Sol <gil@sol.example>", 1),
        ("Hui Day <hui@day.example>", -5),
    ]
    made = []
    for number, (sender, hours) in enumerate(asked):
        zone = timezone(timedelta(hours=hours))
        subject, first = f"Request {number}", f"<first-{number}@customers.example>"
        made.append(_letter(sender, subject, now - timedelta(hours=9), zone, message=first))
        if number % 2:
            made.append(_answer(subject, now - timedelta(hours=8), first))
        else:
            again = f"<again-{number}@customers.example>"
            made.append(_letter(sender, f"Re: {subject}", now - timedelta(hours=7), zone, message=again, to=first))
    made += [
        _letter("Aki Mori <aki@kobe.example>", f"Re: Request {n}", now, UTC, message=f"<late-{n}@x.example>", auto=True)
        for n in range(4)
    ]
    return made


def _letter(
    sender: str, subject: str, at: datetime, zone: timezone, *, message: str, to: str = "", auto: bool = False
) -> bytes:
    headers = {"From": sender, "To": "support@acme.example", "Subject": subject, "Message-ID": message}
    if to:
        headers["In-Reply-To"] = to
    if auto:
        headers["Auto-Submitted"] = "auto-replied"
    return raw_letter(at=at.astimezone(zone), body="Please help.", **headers)


def _answer(subject: str, at: datetime, to: str) -> bytes:
    headers = {
        "From": "Support <support@acme.example>",
        "Subject": f"Re: {subject}",
        "Message-ID": f"<answer-to-{to.strip('<>')}>",
        "In-Reply-To": to,
    }
    return raw_letter(at=at, body="Done.", **headers)


def test_list_gives_the_expected_groups_of_a_real_mailbox_and_the_dashboard_shows_them(
    real_dovecot: Dovecot, tmp_path: Path
) -> None:
    sent = letters(utc_now())
    assert len(sent) == 20
    for raw in sent:
        real_dovecot.append(raw)
    desk = workplace(tmp_path, mail=real_dovecot)
    answer = desk.json("list", "--json")
    found = {
        group["utc_offset"]: (group["places"], [ticket["subject"] for ticket in tickets])
        for group in groups_of(answer)
        if isinstance(tickets := group["tickets"], list)
    }
    assert found == {
        "+09:00": (["UTC+9"], ["Request 0"]),
        "+01:00": (["UTC+1"], ["Request 6"]),
        "-05:00": (["UTC-5"], ["Request 2"]),
        None: ([], ["Request 4"]),
    }
    assert not any("Seen" in flags for flags in real_dovecot.flags())
    with terminal(tmp_path / "tmux") as opened:
        opened.run("--config", str(desk.config), environment=dict(desk.environment))
        screen = opened.wait_for("4 open")
    for place, subject in (("UTC+9", "Request 0"), ("UTC+1", "Request 6"), ("UTC-5", "Request 2")):
        assert place in screen
        assert subject in screen


def reply_of_dana(letter: EmailMessage, words: str) -> bytes:
    headers = {
        "From": "Dana Lee <dana@acme.example>",
        "To": "oncall@acme.example",
        "Subject": f"Re: {letter['Subject']}",
        "Message-ID": "<danas-answer@acme.example>",
        "In-Reply-To": str(letter["Message-ID"]),
    }
    return raw_letter(at=utc_now(), body=f"{words}\n\n> {letter['Subject']}\n", **headers)


def test_e_on_a_real_ticket_mails_the_leader_and_her_reply_is_on_the_screen_without_a_key(
    rt_desk: Seeded, real_dovecot: Dovecot, real_smtp: SmtpServer, tmp_path: Path
) -> None:
    desk = workplace(tmp_path, rt=rt_desk.rt, mail=real_dovecot, smtp=real_smtp)
    with terminal(tmp_path / "tmux") as opened:
        opened.run("--config", str(desk.config), environment=dict(desk.environment))
        opened.wait_for(f"{TICKETS} open")
        opened.press("e")
        opened.wait_for("Escalating")
        opened.wait_for("→ Dana Lee: accepted")
        (letter,) = real_smtp.letters
        assert letter["To"] == "dana@acme.example"
        real_dovecot.append(reply_of_dana(letter, "On it, I ring them at 8."))
        screen = opened.wait_for("acknowledged by Dana Lee at")
        assert "On it, I ring them at 8." in screen
    assert len(real_smtp.letters) == 1


def test_the_first_customers_are_as_many_as_the_table_says() -> None:
    assert sum(count for *_, count in EXPECTED) == TICKETS
    assert len(ZONE_OF_PLACE) + 4 == CUSTOMERS
