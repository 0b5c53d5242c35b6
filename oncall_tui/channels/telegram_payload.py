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


class Remedy(Struct):
    """What goes along with a refusal."""

    retry_after: float | None = None
    migrate_to_chat_id: int | None = None
    """The number of a group since it grew into a supergroup."""


class Outcome(Struct, Generic[T]):
    """What every answer is wrapped in."""

    ok: bool
    result: T | None = None
    parameters: Remedy | None = None


def result_of(answer: Answer, outcome: type[Outcome[T]]) -> T:
    """Return what was asked for; ``ok`` decides, not the status."""
    said = answer.decode(outcome)
    if not said.ok or said.result is None:
        raise answer.refused
    return said.result


def pause_of(answer: Answer) -> timedelta | None:
    """Return the pause Telegram asks for, in the body."""
    wanted = _remedy(answer).retry_after
    return None if wanted is None else timedelta(seconds=min(wanted, 1e6))


def moved_to(answer: Answer) -> int | None:
    """Return the number a chat has since, where that is why it was refused."""
    return _remedy(answer).migrate_to_chat_id


def _remedy(answer: Answer) -> Remedy:
    try:
        return answer.decode(Outcome[object]).parameters or Remedy()
    except DeliveryError:
        return Remedy()
