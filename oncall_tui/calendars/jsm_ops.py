"""Jira Service Management Operations: the final timeline of a schedule, rotations and overrides laid over one another.

People stand in it by their Atlassian account ids, so that ``match`` says whom each means. A slot that nobody fills and
a rotation that was deleted are no shifts; a team or an escalation in place of a person is named as a problem.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from oncall_tui.calendars.schedule import Account, Entry, entry, field, rfc3339, rows
from oncall_tui.http_client import PasswordAuth, client, read

ADDRESS = "https://api.atlassian.com"
_WEEK = timedelta(weeks=1)


class JsmOpsSchedule:
    """A schedule of JSM Operations, read with a user's API token."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:
        """Return the final timeline, asked for at once: a question that ends within a shift would cut it."""
        account = self._account
        weeks = -((start - end) // _WEEK) + 1  # the first week is that of the start, from its Monday on
        params: dict[str, str | int] = {"date": rfc3339(start), "interval": weeks, "intervalUnit": "weeks"}
        path = f"jsm/ops/api/{account.site}/v1/schedules/{account.schedule}/timeline"
        async with client(account.address, auth=PasswordAuth(account.login, account.token)) as http:
            answer = await read(http, account.remote, path, dict[str, Any], params=params)
        return [
            entry(field(period, "startDate"), field(period, "endDate"), *_labels(responder))
            for rotation in rows(answer, account.remote, "finalTimeline", "rotations")
            if not field(rotation, "deleted")
            for period in field(rotation, "periods") or ()
            for responder in _responders(period)
        ]


def _responders(period: Any) -> Sequence[Any]:  # noqa: ANN401 - one period as it was sent
    found = field(period, "flattenedResponders") or [field(period, "responder")]
    return [responder for responder in found if responder is not None and field(responder, "type") != "noone"]


def _labels(responder: Any) -> Sequence[Any]:  # noqa: ANN401 - one responder as it was sent
    return field(responder, "name"), field(responder, "id")


def build(account: Account) -> JsmOpsSchedule:
    """Return a schedule of JSM Operations."""
    return JsmOpsSchedule(account)
