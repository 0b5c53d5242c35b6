"""The second belt holds with the versions of Textual and Rich that are installed."""

import subprocess
import sys

import pytest
from rich.text import Text
from textual.content import Content

from oncall_tui.ui.belt import DROPPED, fasten

EVERY_CONTROL = "".join(map(chr, sorted(DROPPED)))


@pytest.fixture(autouse=True)
def fastened() -> None:
    assert fasten(), "Textual or Rich moved its table of control characters: find it, and mend oncall_tui/ui/belt.py"


def test_it_covers_every_control_character_but_tab_and_line_end() -> None:
    assert len(DROPPED) == 32 + 1 + 32 - 2
    assert not DROPPED & {*range(0x20, 0x7F), *map(ord, "\t\n")}


def test_textual_drops_what_could_steer_a_terminal() -> None:
    assert Content(f"a{EVERY_CONTROL}b").plain == "ab"
    assert Content.from_markup("[b]$s[/b]", s=f"a{EVERY_CONTROL}b").plain == "ab"
    assert Content.from_markup(f"a{EVERY_CONTROL}b").plain == "ab"


def test_rich_drops_what_could_steer_a_terminal() -> None:
    assert Text(f"a{EVERY_CONTROL}b").plain == "ab"
    assert Text("a").append(f"{EVERY_CONTROL}b").plain == "ab"


def test_tabs_and_line_ends_still_lay_text_out() -> None:
    assert Content("a\tb\nc").plain == "a\tb\nc"
    assert Text("a\tb\nc").plain == "a\tb\nc"


APP = r"""
from textual.content import Content
from oncall_tui.clock import stopwatch, utc_now
from oncall_tui.ui.app import OnCallApp
OnCallApp(None, clock=utc_now, stopwatch=stopwatch)
print(Content("a\x1b\x9bb").plain)
"""


def test_the_dashboard_fastens_it_before_anything_is_drawn() -> None:
    # In a process of its own, because in this one it is fastened already.
    done = subprocess.run([sys.executable, "-c", APP], capture_output=True, text=True, check=True)
    assert done.stdout == "ab\n"
