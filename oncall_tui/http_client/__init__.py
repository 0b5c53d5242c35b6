"""HTTP at the border: safe defaults, a time limit on the whole exchange, and foreign errors made ours.

An exchange is opened for one purpose and closed after it::

    remote = Remote(name="helpdesk", table="[[sources]]", clock=clock)
    async with client("https://helpdesk.example/api", auth=TokenAuth(token)) as http:
        found = await read(http, remote, "tickets", dict[str, Any], params={"page": 1})  # raises a SourceError

    async with client("https://push.example") as http:
        answer = await send(http, remote, "POST", "1/messages", json={...})  # raises a DeliveryError
        taken = answer.decode(dict[str, Any])  # the documented fields decide, not the status

Sentences name the table of the config and the status; never the address, a header or anything of the body.
"""

from oncall_tui.http_client.addresses import url_problem
from oncall_tui.http_client.answers import LONGEST_PAUSE, Answer, Remote, retry_after
from oncall_tui.http_client.credentials import PasswordAuth, TokenAuth
from oncall_tui.http_client.decoding import decode
from oncall_tui.http_client.exchange import ANSWER_LIMIT, LIST_LIMIT, MEGABYTE, Content, client, stay_ready
from oncall_tui.http_client.holding_back import held_back
from oncall_tui.http_client.pacing import Allowance, Limits, Meter, Pace
from oncall_tui.http_client.reading import documented, fetch, read
from oncall_tui.http_client.sending import send

__all__ = [
    "ANSWER_LIMIT",
    "LIST_LIMIT",
    "LONGEST_PAUSE",
    "MEGABYTE",
    "Allowance",
    "Answer",
    "Content",
    "Limits",
    "Meter",
    "Pace",
    "PasswordAuth",
    "Remote",
    "TokenAuth",
    "client",
    "decode",
    "documented",
    "fetch",
    "held_back",
    "read",
    "retry_after",
    "send",
    "stay_ready",
    "url_problem",
]
