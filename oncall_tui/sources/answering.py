"""What every help desk does alike when it is written in."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Protocol

from oncall_tui.domain.answer import Answer, AnswerKind, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import Message, SourceId, TicketId
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected, SourceBusy, SourceError, SourceRefused
from oncall_tui.http_client import Answer as Taken
from oncall_tui.http_client import documented
from oncall_tui.ports import TicketSource
from oncall_tui.sources.fields import Payload, number
from oncall_tui.text_safety import clean


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


class Pen(Protocol):
    """How one vendor is written to, and asked what became of it."""

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""

    async def say(self, answer: Answer) -> Receipt:
        """Write a reply or a note and return what it is called."""

    async def change(self, answer: Answer) -> None:
        """Take or solve a ticket."""

    async def is_done(self, answer: Answer) -> bool:
        """Read a ticket by itself and tell whether it is taken or solved."""


_DONE = {AnswerKind.TAKE: "taken", AnswerKind.SOLVE: "solved"}
ABSENT = frozenset({403, 404})
"""What is answered about a ticket that was deleted, or is not for these credentials."""


def there(answer: Taken, ticket: TicketId) -> Payload:
    """Return what a vendor says of one ticket, or raise ``SourceRefused`` when it is absent."""
    if answer.status in ABSENT:
        raise SourceRefused(f"{ticket} is not there any more, or not for these credentials")
    return documented(answer, dict[str, object])


async def write_with(pen: Pen, answer: Answer) -> Receipt:
    """Write an answer; of a change the ticket itself is the proof, because many vendors answer 200 to a refused one."""
    if answer.kind.has_words:
        return await pen.say(answer)
    await pen.change(answer)
    try:
        is_done = await pen.is_done(answer)
    except SourceError as error:
        raise OutcomeUnknown(str(error)) from error
    if not is_done:
        raise Rejected(
            f"{pen.source} took the request and changed nothing: its account may not, or a field wants filling in first"
        )
    return Receipt()


async def find_with(pen: Pen, desk: TicketSource, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
    """Look for the words in a ticket, or for whom it belongs to or its status."""
    if answer.kind.has_words:
        return proof(answer, await desk.thread(answer.ticket), claimed)
    return Receipt() if await pen.is_done(answer) else None


UNFIT = frozenset({400, 422})
"""What is answered to a change that a ticket does not allow as it stands, such as one with a field to be filled in."""


def fit(answer: Answer, source: SourceId, taken: Taken) -> None:
    """Raise ``Rejected`` for a change that the ticket does not allow as it stands."""
    if taken.status in UNFIT:
        raise Rejected(
            f"{source} does not let {answer.ticket} be {_DONE[answer.kind]} as it stands ({taken.status}): "
            "a field may want filling in first; do it there"
        )


def called(payload: Payload, answer: Taken, field: str = "id") -> str:
    """Return what a vendor calls what it took; an answer without that proves nothing."""
    found = number(payload, field)
    if found is None:
        raise OutcomeUnknown(answer.undocumented)
    return str(found)


def hidden(source: SourceId, *, is_shown: bool) -> None:
    """Raise ``Rejected``, loudly, for a note that the help desk made public."""
    if is_shown:
        raise Rejected(f"{source} SHOWS THIS NOTE TO THE CUSTOMER: make it private there at once")


async def member(
    answer: Answer,
    source: SourceId,
    *,
    own: Callable[[], Awaitable[int | None]],
    of_mail: Callable[[str], Awaitable[int | None]],
) -> int:
    """Return the number of whom an answer comes from: the account's, by number or mail address, or else our own."""
    account = answer.account
    if account.isascii() and account.isdigit():
        return int(account)
    found = await of_mail(account) if account else await own()
    if found is None and account:
        raise Rejected(f"{source} knows nobody called {clean(account)}: give a number or mail address in accounts")
    if found is None:
        raise Rejected(f"{source} does not say whom it takes us for: check [[sources]] {source}")
    return found


def as_html(text: str) -> str:
    """Return plain words as HTML that shows them as they were written."""
    return escape(text, quote=False).replace("\n", "<br>\n")
