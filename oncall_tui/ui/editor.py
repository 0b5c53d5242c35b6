"""A person's own editor, for words that are too many for a box: the dashboard steps aside and goes on working."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from oncall_tui.errors import BadUse

USUAL = "vi"


def editor() -> list[str]:
    """Return the program somebody writes with: ``VISUAL``, else ``EDITOR``, else vi."""
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or USUAL
    try:
        return shlex.split(wanted) or [USUAL]
    except ValueError as error:
        raise BadUse(f"EDITOR cannot be read as a command: {wanted}") from error


async def edited(app: App[None], text: str) -> str:
    """Let somebody change a text in their own editor, and return it; raise ``BadUse`` when that cannot be started.

    The file is readable by nobody else, and gone afterwards. Everything behind the screen goes on meanwhile.
    """
    command = editor()
    path = await asyncio.to_thread(_written, text)
    try:
        # Drawing would write over the editor, so it waits.
        with app.batch_update(), app.suspend():
            process = await asyncio.create_subprocess_exec(*command, str(path))
            code = await process.wait()
        if code:
            raise BadUse(f"{command[0]} ended with {code}: the text is as it was before")
        return await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace")
    except SuspendNotSupported as error:
        raise BadUse("this terminal cannot be handed to an editor: write here") from error
    except OSError as error:
        raise BadUse(f"{command[0]} cannot be started ({error.strerror}): set EDITOR, or write here") from error
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _written(text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="oncall-tui-", suffix=".txt")  # 0600 from its first moment
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return Path(name)
