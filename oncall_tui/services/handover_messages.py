"""What a handover has to tell, written out for whoever reads it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_flow import About, Audience, Flow, Tell
from oncall_tui.domain.handover_paper import page_of
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.wall_time import local, zone_info
from oncall_tui.services.addressing import quiet_channel, quiet_channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Everybody a handover may have to tell something."""

    people: Mapping[PersonId, Person]
    policy: Policy
    always_ring: frozenset[ChannelId] = frozenset()
    """The channels that are used only where a person has no other."""

    def letters(self, flow: Flow, told: Sequence[Tell]) -> Sequence[OutgoingMessage]:
        """Return one message for each person and channel that has to be told."""
        letters: list[OutgoingMessage] = []
        for tell in told:
            for person in self._whom(flow, tell.to):
                words = cache(partial(_words, flow, tell.about, person, self))  # one text for all that bring the same
                letters += [
                    _message(flow, tell, person, channel, words(has_document=_has_brought(channel, flow)))
                    for channel in self._channels(person, on_other_channels=tell.on_other_channels)
                ]
        return letters

    def documents(
        self, draft: Handover, text: CleanText, to: Iterable[str]
    ) -> tuple[Sequence[OutgoingMessage], Sequence[str]]:
        """Return a message with the whole handover for each of ``to``, and whoever has no channel that takes it."""
        messages, unreachable = [], []
        for name in to:
            person = draft.incoming if name == "next" else self.people.get(PersonId(name))
            channel = quiet_channel(person, self.always_ring) if person else None
            if person is None and name != "next":
                channel = ChannelId(name)
            if channel is None:
                unreachable.append(person.name if person else "Whoever comes next is not known and")
                continue
            messages.append(_document(draft, text, channel, person))
        return messages, unreachable

    def _channels(self, person: Person, *, on_other_channels: bool) -> Sequence[ChannelId]:
        """Return the first channel that does not ring, or the others; a pager has to do where there is nothing else."""
        known = quiet_channels(person, self.always_ring) or person.channels
        others = known[1:] if on_other_channels else ()
        return others or known[:1]

    def name(self, person: PersonId | None) -> str:
        """Return what somebody is called."""
        known = self.people.get(person) if person is not None else None
        return known.name if known else str(person or "nobody")

    def phone(self, person: PersonId | None) -> str:
        """Return the number of somebody, in brackets; empty where there is none."""
        known = self.people.get(person) if person is not None else None
        return f" ({known.phone})" if known is not None and known.phone else ""

    def _whom(self, flow: Flow, audience: Audience) -> Iterator[Person]:
        leaders = [target.person for level in self.policy.levels[:1] for target in level.targets]
        ids: Mapping[Audience, Sequence[PersonId | None]] = {
            Audience.OUTGOING: [flow.outgoing],
            Audience.INCOMING: [flow.incoming],
            Audience.LEADERSHIP: leaders,
        }
        for person in ids[audience]:
            if person is not None and person in self.people:
                yield self.people[person]


def prefix(shift_starts_at: datetime) -> str:
    """Return what the keys of all messages of one handover begin with."""
    return f"handover/{shift_starts_at:%Y%m%dT%H%MZ}/"


def _document(draft: Handover, text: CleanText, channel: ChannelId, person: Person | None) -> OutgoingMessage:
    count = sum(entry.severity is Severity.RED for entry in draft.entries)
    who = draft.outgoing.name if draft.outgoing else draft.shift.person
    asks = person is not None and draft.incoming is not None and person.id == draft.incoming.id
    return OutgoingMessage(
        key=MessageKey(f"{prefix(draft.shift.starts_at)}{draft.at:%Y%m%dT%H%M%S.%fZ}/{channel}"),
        purpose=Purpose.HANDOVER if asks else Purpose.NOTICE,
        channel=channel,
        person=person.id if person else None,
        title=CleanText(f"Handover from {who}: {count} red, {len(draft.entries)} open"),
        body=text,
        stream=SHIFT_STREAM,
    )


def _message(flow: Flow, tell: Tell, person: Person, channel: ChannelId, words: tuple[str, str]) -> OutgoingMessage:
    asks = tell.to is Audience.INCOMING
    title, body = words
    about = tell.about.value.replace(" ", "-")
    return OutgoingMessage(
        key=MessageKey(f"{prefix(flow.shift_starts_at)}{about}/{flow.changes}/{person.id}/{channel}"),
        purpose=Purpose.HANDOVER if asks else Purpose.NOTICE,
        channel=channel,
        person=person.id,
        title=CleanText(title),
        body=CleanText(body),
        stream=SHIFT_STREAM,
    )


def _has_brought(channel: ChannelId, flow: Flow) -> bool:
    """Tell whether a channel was given the handover as it was frozen."""
    return flow.delivered is not None and any(key.endswith(f"/{channel}") for key in flow.delivered.keys)


def _words(flow: Flow, about: About, reader: Person, readers: Readers, *, has_document: bool) -> tuple[str, str]:
    outgoing, incoming = readers.name(flow.outgoing), readers.name(flow.incoming)
    stays = f"{outgoing}{readers.phone(flow.outgoing)} stays on call until somebody accepts."
    match about:
        case About.REMINDER:
            document = flow.delivered.text.read() if flow.delivered is not None else NO_TEXT
            document = page_of(document) if has_document else document
            asked = f"{outgoing} hands over to you and waits for your answer. {stays}"
            return f"Please accept the handover from {outgoing}", f"{asked}\n\n{document}"
        case About.QUESTION:
            asked = flow.questions[-1].words if flow.questions else NO_TEXT
            if flow.questions and flow.questions[-1].is_unclear:
                decide = "Say with H on the dashboard: A takes it as a yes, N as a no."
                return f"{incoming} answered: is that a yes?", f"“{asked}” {decide} {stays}"
            return f"{incoming} asks about the handover", f"“{asked}” Answer with H on the dashboard. {stays}"
        case About.ANSWER:
            return _answer(flow, outgoing)
        case About.ACCEPTED:
            return f"{incoming} has taken over", f"{incoming} accepted the handover{_said(flow)}. {outgoing} is off."
        case _:
            return _bad_news(flow, about, reader, readers)


def _bad_news(flow: Flow, about: About, reader: Person, readers: Readers) -> tuple[str, str]:
    outgoing, incoming = readers.name(flow.outgoing), readers.name(flow.incoming)
    end = _at(flow.shift_ends_at, reader)
    stays = f"{outgoing}{readers.phone(flow.outgoing)} stays on call until somebody accepts."
    if about is About.NOBODY_NEXT:
        asked = f"The rota names nobody after the shift of {outgoing}, which ends at {end}. Please say who comes next."
        return "Nobody is on call next", asked
    if about is About.DECLINED:
        reason = flow.declined.reason if flow.declined is not None else NO_TEXT
        return f"{incoming} cannot take over", f"{incoming} did not accept: “{reason}”. {stays}"
    ring = f"Please ring {incoming}{readers.phone(flow.incoming)}."
    return (
        f"Nobody accepted the handover from {outgoing}",
        f"The shift ends at {end}. {incoming} was asked and has not answered. {stays} {ring}",
    )


def _answer(flow: Flow, outgoing: str) -> tuple[str, str]:
    question = next((q for q in reversed(flow.questions) if q.answer), None)
    words = f"You asked: “{question.words}”\n{outgoing} answers: “{question.answer}”" if question else ""
    return f"{outgoing} answers; please accept the handover", f"{words}\n\nThe handover waits for you to accept it."


def _said(flow: Flow) -> str:
    accepted = flow.accepted
    if accepted is None:
        return ""
    words = accepted.words
    return (
        f": “{words}”"
        if words
        else ", without repeating the reds"
        if flow.is_without_reds
        else ", without a word about it"
    )


def _at(at: datetime | None, reader: Person) -> str:
    return f"{local(at, zone_info(reader.time_zone) or UTC):%a %d %b %H:%M}" if at is not None else "an unknown time"
