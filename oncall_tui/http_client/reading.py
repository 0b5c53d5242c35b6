"""Questions, which may be asked twice: whatever goes wrong is a ``SourceError``."""

from typing import TypeVar, Unpack

import httpx

from oncall_tui.errors import SourceBusy, SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.http_client.answers import Answer, Remote
from oncall_tui.http_client.decoding import decode
from oncall_tui.http_client.exchange import LIST_LIMIT, Content, Unreadable, exchange
from oncall_tui.http_client.sentences import NOT_SENDABLE, busy, not_sendable, refused, unexpected, unreachable

T = TypeVar("T")

_REFUSED = frozenset({401, 403})
_BUSY = frozenset({429, 503})


async def read(http: httpx.AsyncClient, remote: Remote, url: str, as_type: type[T], **content: Unpack[Content]) -> T:
    """Get JSON of a documented shape, or raise a ``SourceError``."""
    return documented(await fetch(http, remote, url, **content), as_type)


def documented(answer: Answer, as_type: type[T]) -> T:
    """Return the JSON of an answer as checked values, or raise ``SourceGarbled``."""
    try:
        return decode(answer.body, as_type)
    except ValueError as error:
        raise SourceGarbled(answer.undocumented) from error


async def fetch(
    http: httpx.AsyncClient,
    remote: Remote,
    url: str,
    *,
    also: frozenset[int] = frozenset(),
    method: str = "GET",
    **content: Unpack[Content],
) -> Answer:
    """Get an answer that succeeded, or has one of the statuses in ``also``; else raise a ``SourceError``.

    Another ``method`` is for questions that must be posted, such as the one for a token; it may be asked twice.
    """
    try:
        answer = await exchange(http, remote, method, url, LIST_LIMIT, content)
    except NOT_SENDABLE:  # without its cause: a UnicodeEncodeError carries the header, and the token in it
        raise SourceUnreachable(not_sendable(remote)) from None
    except Unreadable as error:
        raise SourceGarbled(f"{remote.name} {error}") from error
    except (TimeoutError, httpx.RequestError) as error:
        raise SourceUnreachable(unreachable(remote, error)) from error
    if not httpx.codes.is_success(answer.status) and answer.status not in also:
        raise _source_error(answer)
    return answer


def _source_error(answer: Answer) -> SourceRefused | SourceBusy | SourceGarbled:
    if answer.status in _REFUSED:
        return SourceRefused(refused(answer))
    if answer.status in _BUSY:
        return SourceBusy(busy(answer), answer.pause)
    return SourceGarbled(unexpected(answer))
