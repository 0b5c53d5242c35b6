"""GoAlert: a calendar subscription, asked for as JSON, which names people by id and name.

The subscription decides what is in it: it has to be one of the full schedule, or only its owner's shifts are told. It
reaches a year ahead.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from oncall_tui.calendars.schedule import Account, Entry, entry, field, rows
from oncall_tui.http_client import client, read

ADDRESS = ""


class GoAlertSchedule:
    """A calendar subscription of GoAlert; its token is all that opens it."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:  # noqa: ARG002 - it decides itself
        """Return what the subscription tells."""
        account = self._account
        async with client(account.address) as http:
            params = {"token": account.token.reveal()}
            answer = await read(http, account.remote, "api/v2/calendar", dict[str, Any], params=params)
        return [
            entry(field(shift, "Start"), field(shift, "End"), field(shift, "UserName"), field(shift, "UserID"))
            for shift in rows(answer, account.remote, "Shifts")
        ]


def build(account: Account) -> GoAlertSchedule:
    """Return a calendar subscription of GoAlert."""
    return GoAlertSchedule(account)
