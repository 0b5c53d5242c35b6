"""Grafana Cloud IRM, and OnCall before it: the final shifts of a schedule, at most a year at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from oncall_tui.calendars.schedule import PAGES, Account, Entry, entry, field, rows
from oncall_tui.errors import SourceGarbled
from oncall_tui.http_client import TokenAuth, client, read

ADDRESS = ""
_WINDOW = timedelta(days=360)


class GrafanaSchedule:
    """A schedule of Grafana; with a service account's token it also wants to know which stack."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:
        """Return the final shifts."""
        stack = {"X-Grafana-URL": self._account.site} if self._account.site else None
        found: list[Any] = []
        async with client(self._account.address, auth=TokenAuth(self._account.token, scheme=""), headers=stack) as http:
            while start < end:
                until = min(start + _WINDOW, end)
                found += await self._window(http, start, until)
                start = until
        return [
            entry(
                field(shift, "shift_start"),
                field(shift, "shift_end"),
                field(shift, "user_email"),
                field(shift, "user_username"),
                field(shift, "user_pk"),
            )
            for shift in found
        ]

    async def _window(self, http: httpx.AsyncClient, start: datetime, end: datetime) -> Sequence[Any]:
        found: list[Any] = []
        path = f"api/v1/schedules/{self._account.schedule}/final_shifts"
        for page in range(1, PAGES + 1):
            params: dict[str, str | int] = {
                "start_date": f"{start:%Y-%m-%d}",
                "end_date": f"{end:%Y-%m-%d}",
                "page": page,
            }
            answer = await read(http, self._account.remote, path, dict[str, Any], params=params)
            found += rows(answer, self._account.remote, "results")
            if not answer.get("next"):
                return found
        raise SourceGarbled(f"{self._account.name} answered, but not as documented: its list does not end")


def build(account: Account) -> GrafanaSchedule:
    """Return a schedule of Grafana."""
    return GrafanaSchedule(account)
