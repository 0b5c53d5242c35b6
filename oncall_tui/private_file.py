"""Files that only their owner may read."""

import os
from datetime import datetime
from pathlib import Path


def replace_whole(path: Path, content: bytes | bytearray, *, written_at: datetime | None = None) -> None:
    """Write a file so that whoever reads it meanwhile finds the old content or the new; raise ``OSError``.

    ``written_at`` is what its modification time is to say, where that tells the age of the content.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        if written_at is not None:
            os.utime(draft, (written_at.timestamp(), written_at.timestamp()))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
