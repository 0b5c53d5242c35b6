"""incident.io: the final entries of a schedule; each page says where the next one begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from oncall_tui.calendars.schedule import PAGES, Account, Entry, entry, field, rfc3339, rows
from oncall_tui.errors import SourceGarbled
from oncall_tui.http_client import TokenAuth, client, read

ADDRESS = "https://api.incident.io"


class IncidentIoSchedule:
    """A schedule of incident.io; its key needs no more than to view schedules."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:
        """Return the final entries."""
        account, found = self._account, list[Any]()
        params = {
            "schedule_id": account.schedule,
            "entry_window_start": rfc3339(start),
            "entry_window_end": rfc3339(end),
        }
        async with client(account.address, auth=TokenAuth(account.token)) as http:
            for _ in range(PAGES):
                answer = await read(http, account.remote, "v2/schedule_entries", dict[str, Any], params=params)
                found += rows(answer, account.remote, "schedule_entries", "final")
                after = field(answer, "pagination_meta", "after")
                if not isinstance(after, str) or not after or after == params["entry_window_start"]:
                    return [_entry(each) for each in found]
                params["entry_window_start"] = after
        raise SourceGarbled(f"{account.name} answered, but not as documented: its list does not end")


def _entry(found: Any) -> Entry:  # noqa: ANN401 - one entry as it was sent
    user = field(found, "user")
    labels = (field(user, "email"), field(user, "name"), field(user, "id"))
    return entry(field(found, "start_at"), field(found, "end_at"), *labels)


def build(account: Account) -> IncidentIoSchedule:
    """Return a schedule of incident.io."""
    return IncidentIoSchedule(account)
