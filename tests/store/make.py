"""Made-up events and messages."""

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from oncall_tui.domain.document import Document
from oncall_tui.domain.events import Event, Freight, SourceLost
from oncall_tui.domain.frozen_tickets import FrozenTicket, FrozenTickets, Severity
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade

NOW = datetime(2026, 11, 20, 22, 5, 0, 123456, tzinfo=UTC)
LEASE = timedelta(minutes=1)
PROMISE = PromiseMade(ticket=TicketId("helpdesk:4312"), promise=PromiseId("p1"), due_at=NOW)
FROZEN = FrozenTickets(
    FrozenTicket(
        ticket=TicketId("helpdesk:4312"),
        name=CleanText("4312 日本: “x”"),
        severity=severity,
        escalation="notifying",
        promised_at=NOW,
    )
    for severity in Severity
)
KINDS: tuple[type[Event], ...] = get_args(Event)


def lost(source: str = "helpdesk") -> Event:
    return SourceLost(source=SourceId(source), why=CleanText("no answer"))


def message(key: str, purpose: Purpose = Purpose.NOTIFICATION, title: str = "4312 Acme KK") -> OutgoingMessage:
    return OutgoingMessage(
        key=MessageKey(key),
        purpose=purpose,
        channel=ChannelId("dana-push"),
        person=PersonId("dana"),
        title=CleanText(title),
        body=CleanText("Login fails for every user"),
        stream="ticket:helpdesk:4312",
    )


def filled(kind: Any) -> Any:  # noqa: ANN401 - a value of whatever type it is given
    """Return a value of a type in which nothing is empty, whatever fields the type gets one day."""
    if isinstance(kind, NewType):
        return filled(kind.__supertype__)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: filled(hints[field.name]) for field in fields(kind)})
    if get_origin(kind) in {types.UnionType, Union}:
        return filled(get_args(kind)[0])
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0]), filled(get_args(kind)[0]))
    if issubclass(kind, Enum):
        return list(kind)[-1]
    simple = {
        Document: Document(CleanText("日本 “x” \\ \x07 🎌\nof two lines")),
        FrozenTickets: FROZEN,
        Freight: Freight(PROMISE),
        str: "日本 “x” \\ \x07 🎌",
        int: 7,
        float: 0.1,
        Decimal: Decimal("0.10"),
        bool: True,
        datetime: NOW,
        timedelta: timedelta(0, 1, 5),
    }
    return simple[kind]
