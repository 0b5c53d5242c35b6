"""Certificates for a server on loopback, good ones and bad ones, from an authority that lives as long as a test."""

import os
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE, ELSEWHERE = "IP:127.0.0.1", "DNS:pager.example"
_TOMORROW, _YESTERDAY = "1", "-1"
_EXTENSIONS = """
basicConstraints = critical, CA:{is_authority}
keyUsage = critical, {usage}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(slots=True)
class Authority:
    """Signs certificates; whoever runs in its environment trusts them."""

    folder: Path

    def __post_init__(self) -> None:
        self._key("authority")
        self._sign(
            "authority", _EXTENSIONS.format(is_authority="TRUE", usage="keyCertSign"), "-signkey", "authority.key"
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment of a process that trusts nobody else."""
        nowhere = str(self.folder / "no-other-authorities")
        return {**os.environ, "SSL_CERT_FILE": str(self.folder / "authority.pem"), "SSL_CERT_DIR": nowhere}

    def server(self, *, of: str = HERE, has_expired: bool = False, is_self_signed: bool = False) -> ssl.SSLContext:
        """Return a server's side of TLS."""
        self._key("server")
        signed_by = (
            ("-signkey", "server.key") if is_self_signed else ("-CA", "authority.pem", "-CAkey", "authority.key")
        )
        extensions = _EXTENSIONS.format(is_authority="FALSE", usage="digitalSignature") + f"subjectAltName = {of}\n"
        days = _YESTERDAY if has_expired else _TOMORROW
        self._sign("server", extensions, *signed_by, "-set_serial", "2", days=days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context

    def _key(self, name: str) -> None:
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self._run("req", "-new", *curve, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")

    def _sign(self, name: str, extensions: str, *signed_by: str, days: str = _TOMORROW) -> None:
        (self.folder / "extensions").write_text(extensions)
        asked = ("-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", days, "-extfile", "extensions")
        self._run("x509", *asked, *signed_by)

    def _run(self, *command: str) -> None:
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True)
