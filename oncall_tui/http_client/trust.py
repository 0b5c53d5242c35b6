"""Whom this process trusts."""

import ssl
from functools import cache


@cache
def tls() -> ssl.SSLContext:
    """Return the one TLS context of this process: making one reads every certificate of the machine."""
    return ssl.create_default_context()
