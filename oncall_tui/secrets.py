"""Secrets: one type that shows itself to nobody, and the ways in which a config may name one."""

import json
import os
import re
import shlex
import stat
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Protocol, final
from urllib.parse import quote, quote_plus

from oncall_tui.errors import SecretUnavailable
from oncall_tui.text_safety import clean

MASK = "***"
COMMAND_LIMIT = timedelta(seconds=10)
"""How long a command may take to print a secret; a person may have to type a passphrase for it."""

_SHORTEST_MASKED = 4
"""Masking shorter values would mask half of every sentence and so give them away."""
_SHORTEST_CODED = 6
"""Fewer letters of base64 may stand in any word."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PRIVATE_URL_PARTS = re.compile(r'://(?P<user>[^\s/?#]*@)?(?P<middle>[^\s?#"<>]*)(?P<query>\?[^\s#"<>]*)?')


class SecretReference(Protocol):
    """A way to fetch a secret that the config only names."""

    def fetch(self, environ: Mapping[str, str]) -> str:
        """Return the secret, or raise ``SecretUnavailable`` with a sentence that holds nothing of it."""


@final
class Secret:
    """A secret of the config; only ``reveal`` gives it away, and only an adapter calls that, at the wire."""

    __slots__ = ("_failure", "_place", "_reference", "_value")

    def __init__(self, value: str) -> None:
        self._value: str | None = value
        self._reference: SecretReference | None = None
        self._place = ""
        self._failure = ""

    @classmethod
    def named(cls, reference: SecretReference, place: str = "") -> "Secret":
        """Return a secret that is fetched later; ``place`` says in errors where the config names it."""
        secret = cls("")
        secret._value, secret._reference, secret._place = None, reference, place
        return secret

    @property
    def is_resolved(self) -> bool:
        """Tell whether the secret itself is here."""
        return self._value is not None

    def resolve(
        self, environ: Mapping[str, str] | None = None, fetched: dict[SecretReference, str] | None = None
    ) -> None:
        """Fetch the secret, or raise ``SecretUnavailable``; one that is here already is not fetched again.

        Args:
            environ: The environment variables; this process's own when left out.
            fetched: What other secrets have fetched so far; this one adds to it.
        """
        if self._value is not None or self._reference is None:
            return
        fetched = {} if fetched is None else fetched
        try:
            if self._reference not in fetched:
                fetched[self._reference] = _checked(self._reference.fetch(os.environ if environ is None else environ))
            self._value = fetched[self._reference]
        except SecretUnavailable as error:
            self._failure = f"{self._place}: {error}" if self._place else str(error)
            raise SecretUnavailable(self._failure) from None  # a cause could hold what a program printed
        self._failure = ""

    def reveal(self) -> str:
        """Return the secret itself, fetched now if need be.

        One that could not be fetched stays so until it is resolved again: by now a screen may be up, where no
        program may ask for a passphrase.

        Raises:
            SecretUnavailable: It could not be fetched.
        """
        if self._failure:
            raise SecretUnavailable(self._failure)
        self.resolve()
        return self._value or ""

    def __repr__(self) -> str:
        """Show that there is a secret, and nothing of it."""
        return f"Secret({MASK})"

    def __format__(self, _specification: str) -> str:
        """Show the same in every f-string."""
        return repr(self)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied into something that can be read."""
        raise TypeError("a secret is not written anywhere")


def resolve(secrets: Iterable[Secret], environ: Mapping[str, str] | None = None) -> None:
    """Fetch every secret before the screen starts, because a program may ask for a passphrase; each place once.

    Raises:
        SecretUnavailable: At least one cannot be had; one line for each. The others are resolved.
    """
    fetched: dict[SecretReference, str] = {}
    failures = []
    for secret in secrets:
        try:
            secret.resolve(environ, fetched)
        except SecretUnavailable as error:
            failures.append(str(error))
    if failures:
        raise SecretUnavailable("\n".join(failures))


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """Return a text in which every resolved secret, and what is private in any URL, reads ``***``."""
    values = {secret.reveal() for secret in secrets if secret.is_resolved}
    written = {form for value in values if len(value) >= _SHORTEST_MASKED for form in _forms(value)}
    for form in sorted(written, key=len, reverse=True):  # the longest first: one secret may be part of another
        text = text.replace(form, MASK)
    return _PRIVATE_URL_PARTS.sub(_without_private_parts, text)


def _forms(value: str) -> set[str]:
    """Return a secret as it may stand in a text: itself, in a URL, in JSON, in a repr, in base64."""
    written = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}
    return written | {form for before in range(3) if len(form := _in_base64(value, before)) >= _SHORTEST_CODED}


def _in_base64(value: str, before: int) -> str:
    """Return what of a secret in base64 no neighbour changes, as in HTTP's and mail's logins of ``user:password``."""
    raw = value.encode("utf-8", "surrogatepass")
    coded = b64encode(bytes(before) + raw).decode()
    return coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def _without_private_parts(url: re.Match[str]) -> str:
    user = f"{MASK}@" if url["user"] else ""
    query = f"?{MASK}" if url["query"] else ""
    return f"://{user}{url['middle']}{query}"


def is_one_line(value: str) -> bool:
    """Tell whether a secret is free of line breaks and other control characters."""
    return not _CONTROLS.search(value)


def _checked(value: str) -> str:
    if not value:
        raise SecretUnavailable("the secret is empty; put one there, or name another place.")
    if not is_one_line(value):
        # A line break in a header or a login would be refused later, by an error that quotes the value.
        raise SecretUnavailable("the secret has more than one line or holds control characters; keep one line only.")
    return value


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """``{ env = "NAME" }``."""

    name: str

    def fetch(self, environ: Mapping[str, str]) -> str:
        """Return an environment variable."""
        if not environ.get(self.name):
            raise SecretUnavailable(f"the environment variable {clean(self.name)} is not set; set it before the start.")
        return environ[self.name]


@dataclass(frozen=True, slots=True)
class FromCommand:
    """``{ command = ["pass", "show", "NAME"] }``: a program and its arguments, started without a shell."""

    command: tuple[str, ...] = field(repr=False)
    limit: timedelta = COMMAND_LIMIT

    def fetch(self, environ: Mapping[str, str]) -> str:
        """Return what the program prints; what it says on stderr may hold the secret and is thrown away."""
        program = clean(self.command[0])
        try:
            done = subprocess.run(  # noqa: S603 - the user's own list, no shell
                self.command,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self.limit.total_seconds(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            seconds = f"{self.limit.total_seconds():g} s"
            raise SecretUnavailable(f"{program} printed no secret within {seconds}; run it by hand to see.") from None
        except OSError as error:
            raise SecretUnavailable(
                f"{program} cannot be started ({error.strerror}); install it, or write its whole path."
            ) from None
        if done.returncode != 0:
            raise SecretUnavailable(f"{program} failed with exit code {done.returncode}; run it by hand to see why.")
        return _without_line_end(_decoded(done.stdout, f"what {program} printed"))


@dataclass(frozen=True, slots=True)
class FromKeyring:
    """``{ keyring = "service/user" }``: the desktop's keyring, through the extra ``keyring``."""

    service: str
    user: str

    def fetch(self, environ: Mapping[str, str]) -> str:  # noqa: ARG002 - the port's argument
        """Return a password of the keyring."""
        entry = clean(f"{self.service}/{self.user}")
        try:
            keyring = import_module("keyring")
            errors = import_module("keyring.errors")
        except ImportError:
            raise SecretUnavailable(
                'the keyring cannot be read; install it with: pip install "oncall-tui[keyring]"'
            ) from None
        try:
            password = keyring.get_password(self.service, self.user)
        except errors.KeyringError:
            raise SecretUnavailable(f"the keyring did not open for {entry}; unlock it, then start again.") from None
        if not isinstance(password, str):
            raise SecretUnavailable(
                f"the keyring has no entry {entry}; add it with: "
                f"keyring set {shlex.quote(self.service)} {shlex.quote(self.user)}"
            )
        return password


@dataclass(frozen=True, slots=True)
class FromFile:
    """``{ file = "PATH" }``: a file that only its owner can read."""

    path: Path

    def fetch(self, environ: Mapping[str, str]) -> str:  # noqa: ARG002 - the port's argument
        """Return what a file holds."""
        shown = clean(str(self.path))
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                found = b"" if is_open_to_others(mode) else file.read()
        except OSError as error:
            raise SecretUnavailable(f"the file {shown} cannot be read ({error.strerror}); name another.") from None
        if is_open_to_others(mode):
            raise SecretUnavailable(f"others can read the file {shown}; run: {chmod_line(self.path)}")
        return _without_line_end(_decoded(found, f"the file {shown}"))


def is_open_to_others(mode: int) -> bool:
    """Tell whether a file's mode lets its group or everybody in."""
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def chmod_line(path: Path) -> str:
    """Return the command that makes a file its owner's alone."""
    return f"chmod 600 {shlex.quote(clean(str(path)))}"


def _decoded(found: bytes, what: str) -> str:
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise SecretUnavailable(f"{what} is not text in UTF-8; keep the secret as plain text.") from None
