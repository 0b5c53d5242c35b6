"""The screen as text: the one place that asks Textual's private compositor."""

import os
from pathlib import Path
from typing import TypeVar

from textual.app import App

Result = TypeVar("Result")
GOLDEN = Path(__file__).parent / "ui" / "golden"
WRITE_GOLDEN = "ONCALL_TUI_WRITE_GOLDEN"
"""Set it to write the golden files anew, and read the difference before keeping it."""


def screen_lines(app: App[Result]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def assert_golden(name: str, lines: list[str]) -> None:
    path = GOLDEN / f"{name}.txt"
    text = "\n".join(lines) + "\n"
    if os.environ.get(WRITE_GOLDEN):
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path} is missing; set {WRITE_GOLDEN}=1 to write it"
    assert text == path.read_text(encoding="utf-8")
