"""Telegram's JSON, as far as it is read."""

from datetime import timedelta
from typing import Generic, TypeVar

from msgspec import Struct, field

from oncall_tui.errors import DeliveryError
from oncall_tui.http_client import Answer

T = TypeVar("T")


class Id(Struct):
    """A chat or a person."""

    id: int


class Written(Struct):
    """A message; the reply to one says which."""

    message_id: int
    chat: Id
    date: int = 0
    sender: Id | None = field(name="from", default=None)
    text: str = ""
    reply_to_message: "Written | None" = None


class Press(Struct):
    """A button that somebody pressed."""

    id: str
    sender: Id = field(name="from")
    data: str = ""


class Update(Struct):
    """Something that people did."""

    update_id: int
    message: Written | None = None
    callback_query: Press | None = None


class Pause(Struct):
    """What goes along with a refusal."""

    retry_after: float | None = None


class Outcome(Struct, Generic[T]):
    """What every answer is wrapped in."""

    ok: bool
    result: T | None = None
    parameters: Pause | None = None


def result_of(answer: Answer, outcome: type[Outcome[T]]) -> T:
    """Return what was asked for; ``ok`` decides, not the status."""
    said = answer.decode(outcome)
    if not said.ok or said.result is None:
        raise answer.refused
    return said.result


def pause_of(answer: Answer) -> timedelta | None:
    """Return the pause Telegram asks for, in the body."""
    try:
        wanted = answer.decode(Outcome[object]).parameters
    except DeliveryError:
        return None
    return None if wanted is None or wanted.retry_after is None else timedelta(seconds=min(wanted.retry_after, 1e6))
