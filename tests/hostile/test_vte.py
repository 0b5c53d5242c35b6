"""A terminal that answers questions, asked by what strangers wrote: the dashboard lets no question through."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.desk import HostileDesk
from tests.hostile.vte import VteTerminal, display, vte

pytestmark = pytest.mark.full

SUBJECTS = (
    "\x1b[=c",
    "\x9b=c",
    "\x1b[c\x1b[>c\x1b[6n\x1b[5n",
    "\x1b]10;#EEEEEE\x1b\\",
    "\x1b]10;?\x1b\\",
    "\x9d10;?\x9c",
    "\x1b]10;#EEEEEE\x07\x1b]10;?\x07",
    "\x1b]52;c;RUVF\x07\x1b]52;c;?\x07",
    "\x1b]2;EEE\x07\x1b[21t\x1b[20t",
    "\x1b[>q",
    "\x1b[>0q",
    "\x1bP$qm\x1b\\",
)
ANSWERS = ("\x1bP", "\x1b]", "\x1b[?6", "\x1b[>", "\x1b[0n")
"""How the answers to those begin that the dashboard itself never asks for."""
APART = 0.8
"""Seconds between two presses that a person means as two."""
ASKING = """
import os, sys, tty
tty.setraw(0)
os.write(1, sys.argv[1].encode())
heard = b""
while not heard.endswith(sys.argv[2].encode()):
    heard += os.read(0, 1)
open(sys.argv[3], "wb").write(heard)
"""
QUESTIONS = [
    pytest.param("\x1b[=c", "\x1bP!|", "\x1b\\", id="DA3"),
    pytest.param("\x9b=c", "\x1bP!|", "\x1b\\", id="DA3 by C1"),
    pytest.param("\x1b]10;#EEEEEE\x07\x1b]10;?\x07", "\x1b]10;rgb:eeee/eeee/eeee", "\x07", id="colour"),
]


@pytest.fixture(scope="module")
def display_name() -> Iterator[str]:
    with display() as name:
        yield name


def visit(running: VteTerminal) -> None:
    """Look at the list, at each ticket, and at the handover."""
    running.see("E Escalate  ⏎ Open")
    running.see("␛[=c")
    for _ in SUBJECTS:
        running.press("\r")
        running.see("Esc Back")
        running.press("\x1b")
        running.see("E Escalate  ⏎ Open")
        running.press("\x1b[B")
    running.press("h")
    running.see("D Deliver")
    running.press("\x1b")
    running.see("E Escalate  ⏎ Open")


@pytest.mark.parametrize(("question", "beginning", "end"), QUESTIONS)
def test_this_terminal_answers_who_asks_it(
    tmp_path: Path, display_name: str, question: str, beginning: str, end: str
) -> None:
    desk, heard = HostileDesk(tmp_path), tmp_path / "heard"
    asking = [sys.executable, "-c", ASKING, question, end, str(heard)]
    with vte(display_name, asking, desk.environ) as running:
        assert running.end() == 0
    assert heard.read_bytes().startswith(beginning.encode())
    assert running.answered == heard.read_text()


def test_no_question_in_a_ticket_is_answered_or_escalates(tmp_path: Path, display_name: str) -> None:
    desk = HostileDesk(tmp_path, SUBJECTS, config_words=SUBJECTS)
    with vte(display_name, desk.command(), desk.environ) as running:
        visit(running)
        running.read_for(APART)
        assert "Not escalated" not in running.shown
        running.press("q")
        assert running.end() == 0
    assert [answer for answer in ANSWERS if answer in running.answered] == []
    assert (desk.escalations, desk.sent, desk.files) == (0, [], set())


def test_a_person_at_this_terminal_escalates(tmp_path: Path, display_name: str) -> None:
    desk = HostileDesk(tmp_path, SUBJECTS)
    with vte(display_name, desk.command(), desk.environ) as running:
        running.see("␛[=c")
        running.press("E")
        running.see("accepted")
    assert (desk.escalations, len(desk.sent)) == (1, 1)
