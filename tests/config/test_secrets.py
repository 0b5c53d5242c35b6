import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.errors import SecretUnavailable
from oncall_tui.secrets import (
    FromCommand,
    FromEnvironment,
    FromFile,
    FromKeyring,
    Secret,
    SecretReference,
    redact,
    resolve,
)
from oncall_tui.settings import Where, read_table
from tests.config.connectors import Post

VALUE = "correct-horse-battery"


def printing(python: str, limit: timedelta = timedelta(seconds=10)) -> FromCommand:
    return FromCommand((sys.executable, "-S", "-c", python), limit)


def why_not(reference: SecretReference, environ: Mapping[str, str] | None = None) -> str:
    secret = Secret.named(reference)
    with pytest.raises(SecretUnavailable) as caught:
        secret.resolve(environ or {})
    assert caught.value.__cause__ is None
    return str(caught.value)


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def read_token(table: object, file: Path, exposed: str = "") -> Secret:
    problems: list[str] = []
    post = read_table({"token": table}, Post, Where(file=file, path="channels", label="x", exposed=exposed), problems)
    assert post is not None
    assert not problems
    assert post.token is not None
    return post.token


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(VALUE)
    assert {repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{secret!r}"} == {"Secret(***)"}
    assert repr(Post(token=secret)).count("Secret(***)") == 1
    assert secret.reveal() == VALUE


def test_a_secret_cannot_be_guessed_by_comparing() -> None:
    assert Secret(VALUE) != Secret(VALUE)


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_not_written_or_copied(write: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="not written anywhere"):
        write(Secret(VALUE))


def test_a_secret_comes_from_the_environment() -> None:
    token = read_token({"env": "TOKEN"}, Path("config.toml"))
    assert not token.is_resolved
    token.resolve({"TOKEN": VALUE})
    assert token.is_resolved
    assert token.reveal() == VALUE


def test_a_secret_comes_from_a_program(tmp_path: Path) -> None:
    token = read_token({"command": [sys.executable, "-S", "-c", f"print({VALUE!r})"]}, tmp_path)
    token.resolve({})
    assert token.reveal() == VALUE


def test_a_secret_comes_from_a_file_beside_the_config(tmp_path: Path) -> None:
    written(tmp_path / "token", f"{VALUE}\r\n")
    token = read_token({"file": "token"}, tmp_path / "config.toml")
    token.resolve({})
    assert token.reveal() == VALUE


def test_a_secret_may_stand_in_a_config_that_nobody_else_reads() -> None:
    token = read_token(VALUE, Path("config.toml"))
    assert token.is_resolved
    assert token.reveal() == VALUE


def test_an_unset_variable_is_named() -> None:
    assert why_not(FromEnvironment("TOKEN")) == ("the environment variable TOKEN is not set; set it before the start.")


def test_a_program_that_fails_is_named_without_what_it_said() -> None:
    sentence = why_not(printing(f"import sys; print({VALUE!r}); print({VALUE!r}, file=sys.stderr); sys.exit(3)"))
    assert sentence == f"{sys.executable} failed with exit code 3; run it by hand to see why."


def test_what_a_program_says_on_stderr_stays_off_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    Secret.named(printing(f"import sys; print('x'); print({VALUE!r}, file=sys.stderr)")).resolve({})
    assert capfd.readouterr() == ("", "")


def test_a_program_that_does_not_end_is_ended() -> None:
    sentence = why_not(printing("import time; time.sleep(60)", limit=timedelta(milliseconds=50)))
    assert sentence == f"{sys.executable} printed no secret within 0.05 s; run it by hand to see."


def test_a_program_that_does_not_exist_is_named() -> None:
    assert why_not(FromCommand(("no-such-program", VALUE))) == (
        "no-such-program cannot be started (No such file or directory); install it, or write its whole path."
    )


def test_no_shell_reads_a_command() -> None:
    token = Secret.named(FromCommand(("/bin/echo", "$HOME; echo no")))
    token.resolve({"HOME": "/home/ana"})
    assert token.reveal() == "$HOME; echo no"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "my token", VALUE, mode)
    assert why_not(FromFile(path)) == f"others can read the file {path}; run: chmod 600 '{path}'"


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "token"
    assert why_not(FromFile(path)) == f"the file {path} cannot be read (No such file or directory); name another."


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    assert why_not(FromFile(path)) == f"the file {path} is not text in UTF-8; keep the secret as plain text."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the secret is empty; put one there, or name another place."),
        ("\n", "the secret is empty; put one there, or name another place."),
        ("a\nb\n", "the secret has more than one line or holds control characters; keep one line only."),
        ("a\x00", "the secret has more than one line or holds control characters; keep one line only."),
    ],
)
def test_a_secret_is_one_line(tmp_path: Path, text: str, sentence: str) -> None:
    assert why_not(FromFile(written(tmp_path / "token", text))) == sentence


KEYRING = """
from keyring import errors
def get_password(service, user):
    if service == "locked":
        raise errors.KeyringError("correct-horse-battery")
    return "correct-horse-battery" if (service, user) == ("oncall/tui", "ana") else None
"""
ASK = """
import sys
from oncall_tui.errors import SecretUnavailable
from oncall_tui.secrets import FromKeyring, Secret
for service in sys.argv[1:]:
    try:
        print(Secret.named(FromKeyring(service, "ana")).reveal())
    except SecretUnavailable as error:
        print(error)
"""


def asked_of_a_keyring(folder: Path, *services: str) -> list[str]:
    """Return what another interpreter says, whose keyring is the one in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, *services],
        env={"PYTHONPATH": os.pathsep.join((str(folder), str(Path(__file__).parents[2])))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_secret_comes_from_the_keyring(tmp_path: Path) -> None:
    package = tmp_path / "keyring"
    package.mkdir()
    (package / "__init__.py").write_text(KEYRING, encoding="utf-8")
    (package / "errors.py").write_text("class KeyringError(Exception): pass", encoding="utf-8")
    assert asked_of_a_keyring(tmp_path, "oncall/tui", "locked", "other") == [
        VALUE,
        "the keyring did not open for locked/ana; unlock it, then start again.",
        "the keyring has no entry other/ana; add it with: keyring set other ana",
    ]


def test_a_missing_keyring_says_how_to_install_it(tmp_path: Path) -> None:
    package = tmp_path / "keyring"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    assert asked_of_a_keyring(tmp_path, "oncall/tui") == [
        'the keyring cannot be read; install it with: pip install "oncall-tui[keyring]"',
    ]


def test_a_keyring_entry_is_a_service_and_a_user() -> None:
    token = read_token({"keyring": "oncall/tui/ana"}, Path("config.toml"))
    assert token._reference == FromKeyring("oncall/tui", "ana")


def test_every_secret_is_tried_and_every_failure_told() -> None:
    good = Secret.named(FromEnvironment("GOOD"))
    with pytest.raises(SecretUnavailable) as caught:
        resolve(
            [
                Secret.named(FromEnvironment("A"), "config.toml, [[channels]] x, token"),
                good,
                Secret.named(FromEnvironment("B")),
            ],
            {"GOOD": VALUE},
        )
    assert good.reveal() == VALUE
    assert str(caught.value).splitlines() == [
        "config.toml, [[channels]] x, token: the environment variable A is not set; set it before the start.",
        "the environment variable B is not set; set it before the start.",
    ]


def test_a_program_that_two_secrets_name_is_started_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = printing(f"open({str(log)!r}, 'a').write('started\\n'); print({VALUE!r})")
    secrets = [Secret.named(command), Secret.named(printing(command.command[-1]))]
    resolve(secrets, {})
    assert [secret.reveal() for secret in secrets] == [VALUE, VALUE]
    assert log.read_text(encoding="utf-8") == "started\n"


def test_a_secret_is_fetched_when_it_is_first_needed(tmp_path: Path) -> None:
    assert Secret.named(FromFile(written(tmp_path / "token", VALUE))).reveal() == VALUE


def test_a_secret_that_failed_is_not_asked_for_again_behind_a_screen(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = Secret.named(FromFile(path))
    with pytest.raises(SecretUnavailable):
        token.resolve()
    written(path, VALUE)
    with pytest.raises(SecretUnavailable, match="cannot be read"):
        token.reveal()
    token.resolve()
    assert token.reveal() == VALUE


def test_a_secret_is_fetched_once(tmp_path: Path) -> None:
    path = written(tmp_path / "token", VALUE)
    token = Secret.named(FromFile(path))
    token.resolve()
    path.unlink()
    token.resolve()
    assert token.reveal() == VALUE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password correct-horse-battery!", "password ***!"),
        ("https://ana:pw@a.example/x?token=1&b=2 failed", "https://***@a.example/x?*** failed"),
        ("see postgresql://u:p@h/db", "see postgresql://***@h/db"),
        ("https://a.example/x/y and more", "https://a.example/x/y and more"),
        ("is it a?b=c", "is it a?b=c"),
        ("pin abc", "pin abc"),
        ('said "p@ss \\"w%"', 'said "***"'),
        ("https://a.example/p%40ss%20%22w%25/x", "https://a.example/***/x"),
        ("correct-horse-battery-staple", "***"),
    ],
)
def test_what_is_private_in_a_text_is_masked(text: str, shown: str) -> None:
    secrets = [Secret(VALUE), Secret("abc"), Secret('p@ss "w%'), Secret(VALUE + "-staple")]
    assert redact(text, secrets) == shown


def test_masking_fetches_nothing() -> None:
    unresolved = Secret.named(FromEnvironment("PATH"))
    assert redact(f"in {os.environ['PATH']}", [unresolved]) == f"in {os.environ['PATH']}"
    assert not unresolved.is_resolved
