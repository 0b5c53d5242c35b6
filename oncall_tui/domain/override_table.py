"""Overrides as tables of the config, to be pasted into it."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

from oncall_tui.domain.rota_plan import Override, override_span
from oncall_tui.domain.wall_time import local

_TWICE = "The clock shows one of these times twice: this override is longer than the shift it stands for."


def override_table(override: Override, zone: ZoneInfo, *, note: str = "") -> str:
    """Return one of ``[[rota.overrides]]`` on the rota's wall clock, after a comment.

    A time that the clock shows twice is read as the one that leaves no gap; where that makes it longer it says so.
    """
    span = override_span(override, zone)
    starts, ends = (local(at, zone).replace(tzinfo=None, fold=0) for at in (span.starts_at, span.ends_at))
    pasted = override_span(replace(override, starts=starts, ends=ends), zone)
    comments = [note, "" if pasted == span else _TWICE]
    lines = [
        *(f"# {comment}" for comment in comments if comment),
        "[[rota.overrides]]",
        f"starts = {starts.isoformat()}",
        f"ends = {ends.isoformat()}",
        f"person = {_text(override.person)}",
        *([f"reason = {_text(override.reason)}"] if override.reason else []),
    ]
    return "\n".join(lines)


def _text(text: str) -> str:
    """Return a text as TOML writes it: JSON's own way, which TOML reads, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
