"""What every help desk does alike when it is written in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from oncall_tui.domain.answer import Answer, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import Message, SourceId
from oncall_tui.errors import NotSent, Rejected, SourceBusy, SourceError, SourceRefused


@contextmanager
def before_sending() -> Iterator[None]:
    """Say of a question that fails before anything is written that nothing was."""
    try:
        yield
    except SourceRefused as error:
        raise Rejected(str(error)) from error
    except SourceBusy as error:
        raise NotSent(str(error), error.retry_after) from error
    except SourceError as error:
        raise NotSent(str(error)) from error


def account_of(answer: Answer, source: SourceId, own: str = "", *, called: str = "NAME") -> str:
    """Return who takes a ticket, or raise ``Rejected`` when the help desk cannot be told."""
    account = answer.account or own
    if not account:
        raise Rejected(f'{source} does not know you: add accounts = ["{source}:{called}"] to your [[people]]')
    return account


def gone(answer: Answer) -> Rejected:
    """Return the error for a ticket that is not there."""
    return Rejected(f"{answer.ticket} is not there any more, or not for these credentials")


def proof(answer: Answer, messages: Sequence[Message], claimed: frozenset[str]) -> Receipt | None:
    """Return the proof that a reply or note is in a conversation."""
    found = written(answer, messages, claimed)
    return Receipt(reference=found.reference) if found is not None else None
