"""Calendars in and out.

``ical`` reads turns from iCalendar, ``feed`` fetches a calendar and keeps its last good copy, ``ics`` writes shifts as
iCalendar, ``naming`` finds the person an event means. ``schedule`` reads the final schedules of on-call services, one
module each.
"""

from collections.abc import Mapping
from types import MappingProxyType

SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "pagerduty": "oncall_tui.calendars.pagerduty",
        "jsm-ops": "oncall_tui.calendars.jsm_ops",
        "goalert": "oncall_tui.calendars.goalert",
        "grafana-irm": "oncall_tui.calendars.grafana_irm",
        "incident-io": "oncall_tui.calendars.incident_io",
    }
)
"""Kind → module, imported when first needed."""
