"""The settings classes of the connectors, or classes that stand in for them, key for key."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from oncall_tui.channels import (
    desktop,
    goalert,
    jsm_ops,
    matrix,
    ntfy,
    pagerduty,
    pushover,
    slack,
    teams,
    telegram,
    twilio_sms,
)
from oncall_tui.secrets import Secret

MINUTE = timedelta(minutes=1)


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    path: Path | None = None
    url: str = ""
    token: Secret | None = None
    refresh: timedelta = MINUTE
    timeout: timedelta = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    host: str
    port: int | None = None
    security: Security = Security.TLS
    user: str
    password: Secret
    folder: str = "INBOX"
    sent_folder: str | None = None
    us: tuple[str, ...] = ()
    since: timedelta = timedelta(days=30)
    is_list: bool = False
    refresh: timedelta = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTracker:
    url: str
    token: Secret | None = None
    user: str = ""
    password: Secret | None = None
    query: str = ""
    refresh: timedelta = MINUTE
    timeout: timedelta = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    to: str
    from_: str
    reply_to: str | None = None
    smtp_host: str
    smtp_port: int | None = None
    smtp_security: Security = Security.TLS
    user: str | None = None
    password: Secret | None = None
    imap_host: str | None = None
    imap_port: int | None = None
    imap_security: Security = Security.TLS
    imap_user: str | None = None
    imap_password: Secret | None = None
    imap_folder: str = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    url: str
    token: Secret | None = None
    acknowledgements: str | None = None
    person: str | None = None
    timeout: timedelta = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    run: tuple[str, ...]
    timeout: timedelta = MINUTE


SOURCES: dict[str, type] = {"file": File, "mailbox": Mailbox, "rt": RequestTracker}
SWITCHED_OFF: dict[str, type] = {
    "desktop": desktop.Settings,
    "goalert": goalert.Settings,
    "jsm-ops": jsm_ops.Settings,
    "matrix": matrix.Settings,
    "ntfy": ntfy.Settings,
    "pagerduty": pagerduty.Settings,
    "pushover": pushover.Settings,
    "slack": slack.Settings,
    "teams": teams.Settings,
    "telegram": telegram.Settings,
    "twilio-sms": twilio_sms.Settings,
}
"""Channels that the example explains without using them."""
CHANNELS: dict[str, type] = {"email": Email, "webhook": Webhook, "command": Command, **SWITCHED_OFF}
