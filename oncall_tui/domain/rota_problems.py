"""What is wrong with a rota, in sentences."""

from collections.abc import Iterator
from datetime import datetime

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.wall_time import instant, local


def problems(rota: Rota, start: datetime, end: datetime) -> tuple[str, ...]:
    """Return a sentence for everything that leaves, or will leave, nobody to answer within a span."""
    return (*_nobody_named(rota), *_backwards(rota), *_people(rota, start), *_gaps(rota, start, end))


def _nobody_named(rota: Rota) -> Iterator[str]:
    for rotation in rota.rotations:
        if not rotation.people:
            yield f'The rotation "{rotation.name}" names nobody; list its people.'


def _backwards(rota: Rota) -> Iterator[str]:
    for override in rota.overrides:
        if override.ends <= override.starts:
            yield (
                f"The override for {override.person} on {override.starts:%Y-%m-%d %H:%M} ends before it starts; "
                "nothing comes of it."
            )


def _people(rota: Rota, start: datetime) -> Iterator[str]:
    for person, place in _named(rota, start).items():
        known = rota.people.get(person)
        if known is None:
            yield f"{place} names {person}, who is not among the people; add them or name somebody else."
        elif not known.channels:
            yield f"{known.name} takes turns on call and has no channel; give {person} at least one."


def _named(rota: Rota, start: datetime) -> dict[PersonId, str]:
    """Return everybody the rota counts on from an instant on, and the first place that names them."""
    named: dict[PersonId, str] = {}
    for rotation in rota.rotations:
        for person in rotation.people:
            named.setdefault(person, f'The rotation "{rotation.name}"')
    for override in rota.overrides:
        if instant(override.ends.date(), override.ends.time(), rota.zone, is_end=True) > start:
            named.setdefault(override.person, f"The override of {override.starts:%Y-%m-%d %H:%M}")
    return named


def _gaps(rota: Rota, start: datetime, end: datetime) -> Iterator[str]:
    for gap in rota.gaps(start, end):
        first, last = (f"{local(at, rota.zone):%a %Y-%m-%d %H:%M}" for at in (gap.starts_at, gap.ends_at))
        yield f"Nobody is on call from {first} to {last} ({rota.zone.key})."
