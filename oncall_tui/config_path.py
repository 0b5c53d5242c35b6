"""Where the config and the journal lie, known without reading anything else of the config."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from platformdirs import user_config_path, user_data_path

APP: Final = "oncall-tui"
PATH_VARIABLE: Final = "ONCALL_TUI_CONFIG"
SQLITE: Final = "sqlite"
"""Stands for the usual file."""


def find(explicit: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the config to read: the one asked for, the environment's, or the usual one where it exists."""
    if explicit is not None:
        return explicit
    if environ.get(PATH_VARIABLE):
        return Path(environ[PATH_VARIABLE])
    usual = usual_path()
    return usual if usual.exists() else None


def usual_path() -> Path:
    """Return where the config is looked for when nobody names one."""
    return user_config_path(APP) / "config.toml"


def store_path(text: str) -> Path:
    """Return where the journal lies for what ``store`` of ``[team]`` says."""
    return user_data_path(APP) / "journal.sqlite" if text == SQLITE else Path(text)
