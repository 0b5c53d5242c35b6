"""Settings that cannot work say what to write instead."""

from dataclasses import replace
from datetime import timedelta

from oncall_tui.channels import email
from oncall_tui.mail.server import Security
from oncall_tui.secrets import Secret
from oncall_tui.sources import mailbox

MAILBOX = mailbox.Settings(host="imap.acme.example", user="support@acme.example", password=Secret("x"))
EMAIL = email.Settings(to="dana@acme.example", from_="oncall@acme.example", smtp_host="smtp.acme.example")


def keys(settings: mailbox.Settings | email.Settings) -> list[str]:
    return [key for key, _ in settings.problems()]


def test_sensible_settings_have_no_problems() -> None:
    assert keys(MAILBOX) == keys(EMAIL) == []
    assert keys(replace(MAILBOX, us=("@acme.example", "help@acme.example"))) == []


def test_an_unprotected_connection_is_for_this_machine_only() -> None:
    assert keys(replace(MAILBOX, security=Security.NONE)) == ["security"]
    assert keys(replace(MAILBOX, security=Security.NONE, host="localhost")) == []
    assert keys(replace(EMAIL, smtp_security=Security.NONE)) == ["smtp_security"]
    assert keys(replace(EMAIL, smtp_security=Security.NONE, smtp_host="127.0.0.2")) == ["smtp_security"]


def test_our_own_addresses_must_be_known() -> None:
    assert keys(replace(MAILBOX, user="support")) == ["us"]
    assert keys(replace(MAILBOX, us=("Support <support@acme.example>",))) == ["us"]
    assert keys(replace(MAILBOX, since=timedelta(0))) == ["since"]


def test_an_address_is_one_plain_address() -> None:
    for wrong in (
        "dana",
        "dana@",
        "a@b@c.example",
        "a@b.example, c@d.example",
        'a"@b.example',
        "a@b.example\nBcc: x",
        "ü@b",
    ):
        assert keys(replace(EMAIL, to=wrong)) == ["to"]
    assert keys(replace(EMAIL, from_="x", reply_to="y")) == ["from", "reply_to"]


def test_what_belongs_together_is_asked_for_together() -> None:
    assert keys(replace(EMAIL, user="oncall")) == ["password"]
    assert keys(replace(EMAIL, password=Secret("x"))) == ["user"]
    assert keys(replace(EMAIL, imap_host="imap.acme.example")) == ["imap_user", "imap_password"]
    full = replace(EMAIL, imap_host="imap.acme.example", imap_user="u", imap_password=Secret("x"))
    assert keys(full) == []
    assert keys(replace(full, imap_security=Security.NONE)) == ["imap_security"]
