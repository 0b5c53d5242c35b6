"""Messages, which must not be sent twice without reason: a ``DeliveryError`` says what is known of their fate."""

from typing import Unpack

import httpx

from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from oncall_tui.http_client.answers import Answer, Remote
from oncall_tui.http_client.exchange import ANSWER_LIMIT, Content, Unreadable, exchange
from oncall_tui.http_client.sentences import NOT_SENDABLE, busy, not_sendable, refused, unexpected, unreachable

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


async def send(
    http: httpx.AsyncClient,
    remote: Remote,
    method: str,
    url: str,
    *,
    also: frozenset[int] = frozenset(),
    **content: Unpack[Content],
) -> Answer:
    """Hand something over and return an answer that succeeded, or has one of the statuses in ``also``.

    Success is the HTTP status only: the caller looks for the documented fields.

    Raises:
        NotSent: Nothing was taken; it may be tried again.
        Rejected: It was refused, and would be again.
        OutcomeUnknown: It left, and what came back proves nothing.
    """
    try:
        answer = await exchange(http, remote, method, url, ANSWER_LIMIT, content)
    except NOT_SENDABLE:  # without its cause: a UnicodeEncodeError carries the header, and the token in it
        raise Rejected(not_sendable(remote)) from None
    except _NEVER_SENT as error:
        raise NotSent(unreachable(remote, error)) from error
    except Unreadable as error:
        raise OutcomeUnknown(f"{remote.name} {error}") from error
    except (TimeoutError, httpx.RequestError) as error:
        raise OutcomeUnknown(unreachable(remote, error)) from error
    if not httpx.codes.is_success(answer.status) and answer.status not in also:
        raise _delivery_error(answer)
    return answer


def _delivery_error(answer: Answer) -> NotSent | Rejected | OutcomeUnknown:
    match answer.status:
        case 425 | 429:
            return NotSent(busy(answer), answer.pause)
        case 401 | 403:
            return Rejected(refused(answer))
        case status if status != httpx.codes.REQUEST_TIMEOUT and httpx.codes.is_client_error(status):
            return Rejected(unexpected(answer))
        case _:
            return OutcomeUnknown(unexpected(answer))
