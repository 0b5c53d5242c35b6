"""Adding to a config file: all of it or nothing."""

import os
from pathlib import Path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.errors import BadUse, ConfigInvalid


def add_to(config: Path, text: str) -> None:
    """Add a table to the end of a config, all of it or nothing; raise ``ConfigInvalid`` when it would not hold.

    What is written is read as a config first, so that a mistake never takes the place of a config that worked.
    """
    target = config.resolve()
    try:
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        draft = target.with_name(f".{target.name}.new")
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        joint = f"{before.rstrip()}\n\n" if before.strip() else ""
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(f"{joint}{text}")
        try:
            if in_rota := load_config(draft, os.environ).rota_problems:
                raise ConfigInvalid(in_rota)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BadUse(f"{config} cannot be written ({error.strerror}); nothing was changed") from None
