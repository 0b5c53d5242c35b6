"""PagerDuty: the rendered final schedule, layers and overrides laid over one another.

It is asked for a quarter of a year at a time; ``overflow`` keeps shifts whole that cross the edge of a question.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from oncall_tui.calendars.schedule import Account, Entry, entry, field, rfc3339, rows
from oncall_tui.http_client import TokenAuth, client, read

ADDRESS = "https://api.pagerduty.com"
_VERSION = {"Accept": "application/vnd.pagerduty+json;version=2"}
_WINDOW = timedelta(days=85)


class PagerDutySchedule:
    """A schedule of PagerDuty; its token may be read-only."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:
        """Return the final schedule."""
        auth = TokenAuth(self._account.token, scheme="Token token=")
        found: list[Any] = []
        async with client(self._account.address, auth=auth, headers=_VERSION) as http:
            mails = await self._mails(http, start, end)
            while start < end:
                until = min(start + _WINDOW, end)
                answer = await self._ask(http, "", start, until, overflow="true", time_zone="UTC")
                found += rows(answer, self._account.remote, "schedule", "final_schedule", "rendered_schedule_entries")
                start = until
        return [_entry(each, mails) for each in found]

    async def _mails(self, http: httpx.AsyncClient, start: datetime, end: datetime) -> Mapping[str, str]:
        users = rows(await self._ask(http, "/users", start, end), self._account.remote, "users")
        return {str(field(user, "id")): str(field(user, "email") or "") for user in users}

    async def _ask(
        self, http: httpx.AsyncClient, what: str, start: datetime, end: datetime, **more: str
    ) -> Mapping[str, Any]:
        path = f"schedules/{self._account.schedule}{what}"
        params = {"since": rfc3339(start), "until": rfc3339(end), **more}
        return await read(http, self._account.remote, path, dict[str, Any], params=params)


def _entry(found: Any, mails: Mapping[str, str]) -> Entry:  # noqa: ANN401 - one entry as it was sent
    identity = field(found, "user", "id")
    name = field(found, "user", "summary")
    return entry(field(found, "start"), field(found, "end"), mails.get(str(identity)), name, identity)


def build(account: Account) -> PagerDutySchedule:
    """Return a schedule of PagerDuty."""
    return PagerDutySchedule(account)
