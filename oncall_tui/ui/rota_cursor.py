"""Where the cursor of the W screen may rest, and where a key takes it; pure."""

from collections.abc import Sequence
from datetime import timedelta

from oncall_tui.domain.rota import Gap
from oncall_tui.ui.rota_text import WEEKS, Entry, RotaView
from oncall_tui.ui.text import wall

_WEEK = timedelta(weeks=1)


def stops(view: RotaView) -> Sequence[Entry]:
    """Return the shifts and gaps that begin, or go on, in the weeks that are shown."""
    end = view.monday + WEEKS * _WEEK
    return [
        entry
        for entry in view.entries
        if not (isinstance(entry, Gap) and entry.is_intended)
        and wall(entry.ends_at, view.zone).replace(tzinfo=None) > view.monday
        and wall(entry.starts_at, view.zone).replace(tzinfo=None) < end
    ]


def kept(view: RotaView, before: Entry | None) -> Entry | None:
    """Return the entry the cursor was on, as it is now; without one, the first that is not over."""
    places = stops(view)
    if before is not None:
        return min(places, key=lambda entry: abs(entry.starts_at - before.starts_at), default=None)
    return next((entry for entry in places if entry.ends_at > view.now), places[0] if places else None)


def beside(view: RotaView, by: int) -> Entry | None:
    """Return the entry some places further, or the last one there is."""
    places = stops(view)
    if view.chosen not in places:
        return kept(view, None)
    return places[min(max(places.index(view.chosen) + by, 0), len(places) - 1)]


def below(view: RotaView, by: int) -> Entry | None:
    """Return the entry nearest to the same time some weeks later; earlier where ``by`` is negative."""
    chosen = view.chosen
    if chosen is None:
        return kept(view, None)
    wanted = chosen.starts_at + by * _WEEK
    further = [e for e in stops(view) if (e.starts_at > chosen.starts_at if by > 0 else e.starts_at < chosen.starts_at)]
    return min(further, key=lambda entry: abs(entry.starts_at - wanted), default=chosen)
