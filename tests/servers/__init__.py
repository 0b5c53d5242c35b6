"""Real servers, started on loopback for a test and stopped after it."""

import os
import shutil
import socket
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip, saying what this machine lacks; with ONCALL_TUI_REQUIRE_SERVERS=1, fail instead."""
    if os.environ.get("ONCALL_TUI_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{what} is required by ONCALL_TUI_REQUIRE_SERVERS=1 and is not here", pytrace=False)
    pytest.skip(f"{what} is not here")


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or missing(f"{name} ({package})")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
