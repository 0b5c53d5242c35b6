"""Only a person's own E escalates: what a terminal answers, and what is pasted, does not; and an ignored E says so."""

import json
import sqlite3
from pathlib import Path

import anyio.to_thread
import pytest

from tests.hostile.corpus import REPLIES
from tests.hostile.dashboard import Dashboard
from tests.hostile.desk import HostileDesk, toml
from tests.hostile.terminal import findings
from tests.servers.sink import Canned, Sink

APART = 0.8
"""Seconds between two presses that a person means as two."""
WEBHOOK = """
[[channels]]
id = "dana-bell"
kind = "webhook"
url = {url}
acknowledgements = {asked}
"""
IGNORED = "Not escalated"


def by_hand(desk: HostileDesk) -> int:
    """Count the steps somebody asked for beyond the first press."""
    with sqlite3.connect(f"file:{desk.folder / 'journal.sqlite'}?mode=ro", uri=True) as opened:
        rows = opened.execute("SELECT body FROM journal WHERE kind = 'EscalationStepped'").fetchall()
    opened.close()
    return sum(bool(json.loads(body).get("is_by_hand")) for (body,) in rows)


def back_to_the_list(running: Dashboard) -> None:
    """Close whatever a burst of keys opened."""
    for _ in range(4):
        running.press("\x1b")
        running.read_for(0.15)
    running.settle()
    running.see("E Escalate  ⏎ Open")


@pytest.mark.parametrize(
    "reply",
    [
        "DA3 of VTE",
        *(pytest.param(name, marks=pytest.mark.full) for name in ("typed paste", "typed paste, small", "title report")),
    ],
)
def test_an_e_inside_a_burst_is_ignored_and_says_so(tmp_path: Path, reply: str) -> None:
    desk = HostileDesk(tmp_path)
    with Dashboard(desk.command(), desk.environ) as running:
        running.see("harmless")
        running.press(REPLIES[reply])
        running.see(IGNORED)
        running.read_for(APART)
    assert (desk.escalations, desk.sent) == (0, [])


ANSWERS = [
    pytest.param(("bracketed paste of E alone", "broken UTF-8"), id="the worst"),
    pytest.param(tuple(REPLIES), id="all", marks=pytest.mark.full),
]


@pytest.mark.parametrize("replies", ANSWERS)
def test_nothing_a_terminal_answers_escalates(tmp_path: Path, replies: tuple[str, ...]) -> None:
    desk = HostileDesk(tmp_path)
    with Dashboard(desk.command(), desk.environ) as running:
        running.see("harmless")
        for reply in replies:
            running.press(REPLIES[reply])
            running.read_for(0.1)
            back_to_the_list(running)
        running.read_for(APART)
        running.press("q")
        assert running.end() == 0
        assert findings(bytes(running.written)) == []
    assert (desk.escalations, desk.sent, desk.files) == (0, [], set())


@pytest.mark.parametrize("replies", ANSWERS)
def test_nothing_a_terminal_answers_stops_an_escalation_or_leaves(tmp_path: Path, replies: tuple[str, ...]) -> None:
    desk = HostileDesk(tmp_path)
    desk.config.write_text(desk.config.read_text().replace('undo = "0s"', 'undo = "1h"'))
    with Dashboard(desk.command(), desk.environ) as running:
        running.see("harmless")
        running.press("E")
        running.see("Esc stop")
        for reply in replies:
            for key in (b"k\x1b", b"kq", b"kq"):  # whatever else it makes the terminal type
                running.press(REPLIES[reply] + key)
                running.read_for(APART)
        assert running.is_running
    assert (desk.escalations, desk.count("EscalationStopped"), desk.files) == (1, 0, set())


@pytest.mark.full
def test_a_person_who_presses_e_escalates(tmp_path: Path) -> None:
    desk = HostileDesk(tmp_path)
    with Dashboard(desk.command(), desk.environ) as running:
        running.see("harmless")
        running.press("e")
        running.see("accepted")
    assert (desk.escalations, by_hand(desk), len(desk.sent)) == (1, 0, 1)


def test_an_e_that_is_held_down_is_one_press(tmp_path: Path) -> None:
    desk = HostileDesk(tmp_path)
    with Dashboard(desk.command(), desk.environ) as running:
        running.see("harmless")
        running.press_for_long("E", 30)
        running.see("accepted")
        running.read_for(APART)
    assert (desk.escalations, by_hand(desk), len(desk.sent)) == (1, 0, 1)


@pytest.mark.full
@pytest.mark.anyio
async def test_a_hostile_ticket_is_escalated_and_its_hostile_acknowledgement_is_only_shown(tmp_path: Path) -> None:
    hostile = "[/]\x1b[2J\x9b6n[@click=app.quit]E[/] \u202eOK\x1b]52;c;RQ==\x07"
    answer = {"acknowledged_by": hostile, "at": None, "words": f"On it {hostile}"}
    async with Sink(not_yet=Canned(body=json.dumps(answer).encode())) as sink:
        channel = WEBHOOK.format(url=toml(f"{sink.url}/pages"), asked=toml(f"{sink.url}/receipts/{{key}}"))
        desk = HostileDesk(tmp_path, [hostile], config_words=[hostile], channel=channel)
        written = await anyio.to_thread.run_sync(_escalate_and_look, desk)
    assert findings(written) == []
    (message,) = sink.messages.values()
    assert not {"\x1b", "\x9b", "\u202e"} & {*json.loads(message.body)["title"]}


def _escalate_and_look(desk: HostileDesk) -> bytes:
    with Dashboard(desk.command(), desk.environ, 140, 40) as running:
        running.see("1 open")
        running.press("E")
        running.see("acknowledged by")
        for key, shown in (("x", "acknowledged by"), ("h", "On it"), ("h", "Open")):
            running.press(key)
            running.see(shown)
            running.settle()
        return bytes(running.written)
