"""README says what the program really does."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from oncall_tui.arguments import parse
from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.screens.queue import QueueScreen
from oncall_tui.ui.screens.rota import RotaScreen
from oncall_tui.ui.widgets.key_line import key_name
from oncall_tui.ui.widgets.ticket_list import TicketList
from tests.screen import WRITE_GOLDEN

README = Path(__file__).parents[2] / "README.md"
TABLES: Mapping[str, Sequence[type[DOMNode]]] = {
    "keys": (QueueScreen, OnCallApp, TicketList),
    "keys of the rota": (RotaScreen,),
}


def bindings(name: str) -> Iterable[Binding]:
    for owner in TABLES[name]:
        yield from Binding.make_bindings(owner.BINDINGS)


def key_table(name: str) -> str:
    sentences: dict[str, tuple[list[str], str]] = {}
    for binding in bindings(name):
        keys, _ = sentences.setdefault(binding.action, ([], binding.tooltip))
        if (key := key_name(binding)) not in keys:
            keys.append(key)
    rows = (f"| {' · '.join(keys)} | {sentence} |" for keys, sentence in sentences.values())
    return "\n".join(["| key | does |", "|---|---|", *rows, ""])


@pytest.mark.parametrize("name", TABLES)
def test_each_key_table_is_that_of_the_bindings(name: str) -> None:
    table = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    text = README.read_text(encoding="utf-8")
    if os.environ.get(WRITE_GOLDEN):
        README.write_text(text := table.sub(lambda _: key_table(name), text), encoding="utf-8")
    found = table.search(text)
    assert found is not None
    assert found.group() == key_table(name)


@pytest.mark.parametrize("name", TABLES)
def test_every_key_says_what_it_does(name: str) -> None:
    assert not [binding.key for binding in bindings(name) if not binding.tooltip]


COMMANDS = re.findall(r"^\| `oncall-tui ([a-z]+)(.*?)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("command", "options"), COMMANDS)
def test_every_command_readme_names_is_one(command: str, options: str) -> None:
    flags = re.findall(r"--[a-z-]+", options)
    values = {"--at": ["2026-11-20T22:05Z"], "--seed": ["3"], "--tickets": ["3"], "--from": ["2026-11-20"]}
    values |= {
        "--weeks": ["2"],
        "--why": ["because"],
        "--person": ["ana"],
        "--reds": ["4312 is down"],
        "--first": ["I ring"],
    }
    for flag in flags:
        words = {"escalate": ["helpdesk:1"], "accept": ["handover.json"]}.get(command, [])
        assert parse([command, *words, flag, *values.get(flag, [])]).command == command
