"""Where a secret is put that a person types while something is set up: never into the config itself."""

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from oncall_tui.commands.conversation import Conversation, choose
from oncall_tui.errors import BadUse
from oncall_tui.secrets import is_one_line

SERVICE: Final = "oncall-tui"
_FOLDER: Final = "secrets"


def ask_where(conversation: Conversation, name: str, folder: Path) -> str:
    """Ask for a secret and where to keep it, keep it there, and return what the config says instead of it.

    Args:
        conversation: Whom to ask.
        name: Names the secret among all of the config, such as ``helpdesk-token``.
        folder: Where the config lives.
    """
    ways = {name: way for name, way in _WAYS.items() if name != "keyring" or find_spec("keyring") is not None}
    while True:
        chosen = choose(conversation, "Where is it kept?", {name: way.meaning for name, way in ways.items()})
        try:
            return ways[chosen].keep(conversation, name, folder)
        except BadUse as error:
            conversation.say(str(error))


def _file(conversation: Conversation, name: str, folder: Path) -> str:
    value = _typed(conversation)
    path = folder / _FOLDER / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
    except OSError as error:
        raise BadUse(f"It cannot be written to {path} ({error.strerror}). Choose another place.") from None
    conversation.say(f"Kept in {path}.")
    return f"{{ file = {quoted(f'{_FOLDER}/{name}')} }}"


def _variable(conversation: Conversation, name: str, _folder: Path) -> str:
    usual = name.upper().replace("-", "_")
    variable = conversation.ask("Its name", usual)
    if variable not in os.environ:
        conversation.say(f"{variable} is not set in this terminal, so it cannot be tried yet.")
    return f"{{ env = {quoted(variable)} }}"


def _program(conversation: Conversation, name: str, _folder: Path) -> str:
    try:
        words = shlex.split(conversation.ask("The command", f"pass show {name}"))
    except ValueError as error:
        raise BadUse(f"That is no command ({error}).") from None
    return f"{{ command = [{', '.join(map(quoted, words))}] }}"


def _keyring(conversation: Conversation, name: str, _folder: Path) -> str:
    keyring, errors = import_module("keyring"), import_module("keyring.errors")
    try:
        keyring.set_password(SERVICE, name, _typed(conversation))
    except errors.KeyringError:
        raise BadUse("The keyring did not take it. Choose another place.") from None
    conversation.say(f"Kept in the keyring as {SERVICE}/{name}.")
    return f"{{ keyring = {quoted(f'{SERVICE}/{name}')} }}"


def _typed(conversation: Conversation) -> str:
    value = conversation.ask_secret("Paste it")
    if not value or not is_one_line(value):
        raise BadUse("It must be one line, and not empty.")
    return value


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_Keeps = Callable[[Conversation, str, Path], str]


@dataclass(frozen=True, slots=True)
class _Way:
    """A place for secrets."""

    meaning: str
    keep: _Keeps


_WAYS: Final[Mapping[str, _Way]] = MappingProxyType(
    {
        "file": _Way("a file of its own that only you can read", _file),
        "variable": _Way("an environment variable that you set before each start", _variable),
        "command": _Way("a program prints it, such as pass or op", _program),
        "keyring": _Way("this desktop's keyring", _keyring),
    }
)
