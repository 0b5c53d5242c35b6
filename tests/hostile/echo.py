"""Servers on loopback that say back whatever credentials they were given: the worst that an error's text can hold."""

import base64
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from urllib.parse import unquote

FAULTS = ("401", "403", "404", "429", "500", "redirect", "garbage", "wrong shape", "login page", "hang up", "silence")


_WRONG = {
    "garbage": b"{%b",
    "wrong shape": b'{"items": "%b", "error": "true"}',
    "login page": b"<html>%b",
}


@dataclass(slots=True)
class Echo:
    """Where the servers listen, and how the one for HTTP fails."""

    http: int = 0
    smtp: int = 0
    imap: int = 0
    fault: str = "401"
    heard: list[tuple[str, str]] = field(default_factory=list)
    """What each of them was told, so that a test knows that there was something to say back."""

    def was_told(self, server: str, secret: str) -> bool:
        """Tell whether a server heard a secret, however it was coded."""
        return any(secret in text for name, said in self.heard if name == server for text in _decoded(said))


def _decoded(said: str) -> Iterator[str]:
    yield said
    yield unquote(said)
    for word in re.findall(r"[A-Za-z0-9+/]{8,}={0,2}", said):
        with suppress(ValueError):
            yield base64.b64decode(word, validate=True).decode()


def _http(echo: Echo) -> type[BaseHTTPRequestHandler]:
    class Echoing(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            said = f"{self.headers.get('Authorization', 'nothing')} for {self.path}"
            echo.heard.append(("http", said))
            if echo.fault == "silence":
                sleep(3)
            elif echo.fault != "hang up":
                self._send(echo.fault, said, f"you said {said}".encode())

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - the library's names

        def _send(self, fault: str, said: str, body: bytes) -> None:
            status = int(fault) if fault.isdigit() else 302 if fault == "redirect" else 200
            self.send_response(status, body.decode())
            if fault == "redirect":
                self.send_header("Location", f"http://{said.replace(' ', '-')}@127.0.0.1/?token={said[-9:]}")
            self.send_header("Content-Type", "text/html" if fault == "login page" else "application/json")
            self.end_headers()
            self.wfile.write(_WRONG.get(fault, b"%b") % body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Echoing


def _smtp(echo: Echo) -> type[socketserver.StreamRequestHandler]:
    class Echoing(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail.example\r\n")
            for line in self.rfile:
                echo.heard.append(("smtp", line.decode()))
                is_greeting = line[:4].upper() == b"EHLO"
                offer = b"250-mail.example\r\n250 AUTH PLAIN\r\n"
                self.wfile.write(offer if is_greeting else b"454 not now: " + line)

    return Echoing


def _imap(echo: Echo) -> type[socketserver.StreamRequestHandler]:
    class Echoing(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] mail.example\r\n")
            for line in self.rfile:
                echo.heard.append(("imap", line.decode()))
                tag, _, rest = line.partition(b" ")
                if rest[:10].upper() == b"CAPABILITY":
                    self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                else:
                    self.wfile.write(_refusal(echo.fault, tag) + line)

    return Echoing


def _refusal(fault: str, tag: bytes) -> bytes:
    """Return how an IMAP server begins to say no."""
    match fault:
        case "hang up":
            return b"* BYE goodbye: "
        case "garbage":
            return b"what is "
        case "403":
            return tag + b" NO refused: "
        case _:
            return tag + b" NO [UNAVAILABLE] not now: "


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients may go away."""


class _HttpServer(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients may go away."""


@contextmanager
def echoing() -> Iterator[Echo]:
    """Run one server of each kind."""
    echo, loopback = Echo(), ("127.0.0.1", 0)
    with ExitStack() as stack:
        http = stack.enter_context(_HttpServer(loopback, _http(echo)))
        smtp, imap = (stack.enter_context(_Server(loopback, kind)) for kind in (_smtp(echo), _imap(echo)))
        servers: tuple[socketserver.TCPServer, ...] = (http, smtp, imap)
        echo.http, echo.smtp, echo.imap = (_port(server.socket) for server in servers)
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.shutdown)
        yield echo


def _port(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port
