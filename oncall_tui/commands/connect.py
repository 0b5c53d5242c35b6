"""``oncall-tui connect KIND``: a source or a channel set up by question and answer, tried, and added to the config."""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from oncall_tui import manual
from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.commands import first_config
from oncall_tui.commands.config_file import add_to
from oncall_tui.commands.connecting import begin, choose_chapter
from oncall_tui.commands.conversation import Conversation, choose
from oncall_tui.commands.secret_keeping import quoted
from oncall_tui.errors import BadUse
from oncall_tui.manual import Chapter
from oncall_tui.settings import nearest

_IDENTITY = re.compile(r"[a-z0-9][a-z0-9_-]*")


def connect(conversation: Conversation, kind: str | None, config: Path) -> None:
    """Set a kind up and add it to a config; where there is no config yet, write its first part as well.

    Raises:
        BadUse: There is no such kind, or its person gave up; the config is as it was.
        ConfigInvalid: The config had mistakes before, or would have them now; it is as it was.
    """
    known = manual.chapters(manual.text())
    chapter = None if kind is None else _chapter(known, kind)
    if not config.exists():
        first_config.write(conversation, known, chapter, config)
        return
    taken = _ids(config)
    chapter = chapter or _chosen(conversation, known)
    identity = _free_id(conversation, chapter.kind, taken)
    connecting = begin(conversation, chapter, config, identity)
    connecting.fill_in()
    add_to(config, connecting.table)
    conversation.say(f"\nAdded to {config}, where each of its keys is explained.")
    if chapter.table == "channels":
        conversation.say(f"Name {quoted(identity)} among the channels of the person it reaches, in [[people]].")
    conversation.say("“oncall-tui check” tries everything together.")


def _chapter(known: Mapping[str, Chapter], kind: str) -> Chapter:
    if kind in known:
        return known[kind]
    near = nearest(kind, known)
    advice = f"do you mean {near}?" if near else f"there are {', '.join(sorted(known))}"
    raise BadUse(f"there is no kind {kind}; {advice}")


def _chosen(conversation: Conversation, known: Mapping[str, Chapter]) -> Chapter:
    ways = {"source": "a help desk or mailbox that tickets come from", "channel": "a way to reach a person"}
    chosen = choose(conversation, "What do you want to connect?", ways)
    return choose_chapter(conversation, known, "sources" if chosen == "source" else "channels")


def _ids(config: Path) -> Collection[str]:
    found = load_config(config, os.environ)
    return {*(entry.id for entry in found.sources), *(entry.id for entry in found.channels)}


def _free_id(conversation: Conversation, usual: str, taken: Collection[str]) -> str:
    conversation.say("Its id is the name it has in the config and in the journal, so choose one that lasts.")
    while True:
        answer = conversation.ask("Id", "" if usual in taken else usual)
        if answer in taken:
            conversation.say(f"{answer} is taken; the config has {', '.join(sorted(taken))}.")
        elif _IDENTITY.fullmatch(answer):
            return answer
        else:
            conversation.say("Write small letters, digits, - and _.")
