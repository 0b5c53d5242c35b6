"""Through which of a person's channels a message goes that tells something and must not ring."""

from collections.abc import Iterator, Mapping, Sequence

from oncall_tui.domain.people import ChannelId, Person
from oncall_tui.ports import Channel, Ringing


def ringing(channels: Mapping[ChannelId, Channel]) -> frozenset[ChannelId]:
    """Return the channels that ring whatever they are given."""
    return frozenset(
        name for name, channel in channels.items() if isinstance(channel, Ringing) and channel.always_rings
    )


def quiet_channel(person: Person, always_ring: frozenset[ChannelId]) -> ChannelId | None:
    """Return the first of a person's channels that takes what must not ring; None where none does."""
    return next(iter(quiet_channels(person, always_ring)), None)


def quiet_channels(person: Person, always_ring: frozenset[ChannelId]) -> Sequence[ChannelId]:
    """Return all of a person's channels that take what must not ring, in their order."""
    return [channel for channel in person.channels if channel not in always_ring]


def handover_problems(
    to: Sequence[str],
    following: Sequence[Person],
    people: Sequence[Person],
    always_ring: frozenset[ChannelId],
) -> Iterator[str]:
    """Say who gets no handover.

    Args:
        to: Where it goes, as the config names it: people, channels and ``next``.
        following: Whoever may come next.
        people: Everybody.
        always_ring: The channels that take none.
    """
    named = [person for person in people if person.id in to]
    for person in dict.fromkeys((*named, *(following if "next" in to else ()))):
        if person.channels and quiet_channel(person, always_ring) is None:
            yield f"every channel of {person.name} can only ring, so none takes a handover: add one such as email"
    for channel in (name for name in to if ChannelId(name) in always_ring):
        yield f"{channel} can only ring, and a handover must not: name a channel such as email"
