"""The servers of this folder, for every test in it."""

from tests.servers.dovecot import dovecot_server, real_dovecot
from tests.servers.smtp import real_smtp, smtp_server

__all__ = ["dovecot_server", "real_dovecot", "real_smtp", "smtp_server"]
