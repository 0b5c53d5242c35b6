"""Calendars in and out.

``ical`` reads turns from iCalendar, ``feed`` fetches a calendar and keeps its last good copy, ``ics`` writes shifts as
iCalendar, ``naming`` finds the person an event means.
"""
