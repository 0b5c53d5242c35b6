"""A keyring for the library to choose: ``PYTHON_KEYRING_BACKEND=tests.hostile.keyring_backend.PlantedKeyring``."""

import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError


class PlantedKeyring(KeyringBackend):
    """Holds one secret, which lies in a file."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return Path(os.environ["PLANTED_KEYRING"]).read_text().strip() if service == "oncall" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError
