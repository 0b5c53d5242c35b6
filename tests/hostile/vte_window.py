"""A window with a VTE terminal in it that runs a command: ``vte_window.py SECONDS COMMAND...``.

It runs with the system's Python, which alone has ``gi``, and needs a display. What it reads on standard input is typed
into the terminal. Its lines on standard output are JSON: ``{"shown": text}`` when the screen changed, ``{"answered":
text}`` for what the terminal sends to the command, ``{"ended": status}`` when the command is over.
"""

import json
import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

COLUMNS, ROWS = 80, 24


def say(what: str, value: object) -> None:
    print(json.dumps({what: value}), flush=True)


def library(name: str, version: str) -> ModuleType:
    import_module("gi").require_version(name, version)
    return import_module(f"gi.repository.{name}")


def contents(vte: ModuleType, terminal: Any) -> str:  # noqa: ANN401 - gi says no types
    """Return the text on the screen."""
    gio = library("Gio", "2.0")
    stream = gio.MemoryOutputStream.new_resizable()
    terminal.write_contents_sync(stream, vte.WriteFlags.DEFAULT, None)
    stream.close(None)
    return bytes(stream.steal_as_bytes().get_data() or b"").decode("utf-8", "replace")


def main(seconds: int, command: list[str]) -> None:
    """Show the command until it ends, at most for so many seconds."""
    glib, gtk, vte = library("GLib", "2.0"), library("Gtk", "3.0"), library("Vte", "2.91")
    window, terminal = gtk.Window(), vte.Terminal()

    def type_in(*_: object) -> bool:
        keys = os.read(sys.stdin.fileno(), 4096)
        terminal.feed_child(keys)
        return bool(keys)

    def end(_: object, status: int) -> None:
        say("ended", status)
        gtk.main_quit()

    terminal.connect("contents-changed", lambda _: say("shown", contents(vte, terminal)))
    terminal.connect("commit", lambda _, text, __: say("answered", text))
    terminal.connect("child-exited", end)
    terminal.set_size(COLUMNS, ROWS)
    window.add(terminal)
    window.show_all()
    glib.io_add_watch(sys.stdin.fileno(), glib.PRIORITY_DEFAULT, glib.IO_IN | glib.IO_HUP, type_in)
    glib.timeout_add_seconds(seconds, gtk.main_quit)
    flags = (vte.PtyFlags.DEFAULT, None, command, None, glib.SpawnFlags.DEFAULT)
    terminal.spawn_async(*flags, None, None, -1, None, None)
    gtk.main()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
