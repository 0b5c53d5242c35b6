"""Asking a person in a plain terminal, line by line."""

import getpass
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import Protocol

from oncall_tui.errors import BadUse
from oncall_tui.text_safety import clean, clean_body


class Conversation(Protocol):
    """Somebody who can be told and asked things."""

    def say(self, text: str = "") -> None:
        """Tell something."""

    def ask(self, question: str, default: str = "") -> str:
        """Return one line without the spaces around it; an empty answer is the default."""

    def ask_secret(self, question: str) -> str:
        """Return one line that nobody sees while it is typed."""


class TerminalConversation:
    """The person at this terminal."""

    def __init__(self) -> None:
        if not sys.stdin.isatty():
            raise BadUse("this command asks questions, so it needs a terminal; config.example.toml explains every key")

    def say(self, text: str = "") -> None:
        """Print something; nothing in it may steer the terminal."""
        for line in clean_body(text).splitlines() or [""]:
            sys.stdout.write(f"{_wrapped(line)}\n")
        sys.stdout.flush()

    def ask(self, question: str, default: str = "") -> str:
        """Ask for a line."""
        hint = f" [{default}]" if default else ""
        return clean(_answered(input, f"{question}{hint}: ")) or default

    def ask_secret(self, question: str) -> str:
        """Ask for a line that is not shown."""
        return _answered(getpass.getpass, f"{question} (not shown): ").strip()


def _answered(ask: Callable[[str], str], question: str) -> str:
    try:
        return ask(question)
    except EOFError:
        raise BadUse("the answers ended before the questions; nothing was written") from None


def _wrapped(line: str) -> str:
    """Return a line broken between words, so that no word of it is cut at the edge."""
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else textwrap.fill(line, width, subsequent_indent="    ")


def choose(conversation: Conversation, question: str, choices: Mapping[str, str], default: str = "") -> str:
    """Return one of the choices by its name; asks until its name or its number is written.

    Args:
        conversation: Whom to ask.
        question: What is asked.
        choices: For each name what to say about it.
        default: What an empty answer means; empty where there has to be one.
    """
    names = tuple(choices)
    widest = max(map(len, names))
    for number, (name, meaning) in enumerate(choices.items(), start=1):
        conversation.say(f" {number:>2}  {name:<{widest}}  {meaning}".rstrip())
    while True:
        answer = conversation.ask(f"{question} (number or name)", default)
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        if answer in names:
            return answer
        conversation.say(f"Write a number from 1 to {len(names)}, or one of these names.")
