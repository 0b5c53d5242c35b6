"""Letters put together into conversations."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from oncall_tui.domain.text import CleanText
from oncall_tui.mail.imap import Filed
from oncall_tui.mail.letter import Correspondent, Letter

_ROUNDS = 10
"""Letters mostly arrive after what they answer, so one round is enough; letters that answer each other never settle."""
_REPLY = r"re|aw|antw|antwort|sv|vs|odp|rv|res|rif|ynt"
_FORWARD = r"fw|fwd|wg|tr|enc|doorst"
_COUNT_AND_COLON = r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:\uff1a]\s*"
_PREFIXES = re.compile(rf"\s*(?:(?:{_REPLY}|{_FORWARD}){_COUNT_AND_COLON})+", re.IGNORECASE)
_REPLY_PREFIX = re.compile(rf"\s*(?:{_REPLY}){_COUNT_AND_COLON}", re.IGNORECASE)


def topic(subject: str) -> CleanText:
    """Return a subject without what mail programs put before it."""
    found = _PREFIXES.match(subject)
    return CleanText((subject[found.end() :] if found else subject).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """The addresses whose letters count as answers of ours; ``@acme.example`` stands for everybody there."""

    addresses: frozenset[str]

    def are(self, correspondent: Correspondent) -> bool:
        """Tell whether this is one of us."""
        domain = "@" + correspondent.email.rpartition("@")[2]
        return correspondent.email in self.addresses or domain in self.addresses

    def wrote(self, letter: Letter) -> bool:
        """Tell whether a letter is ours; a form on our site that names its visitor for replies is not."""
        return self.are(letter.sender) and (letter.reply_to is None or self.are(letter.reply_to))

    def counterpart(self, letter: Letter) -> Correspondent:
        """Return whom a letter brings us together with: whom an answer goes to, or went to."""
        if not self.wrote(letter):
            return letter.reply_to or letter.sender
        return next((to for to in letter.to if not self.are(to)), Correspondent())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Letters that answer one another, oldest first."""

    root: str
    """The Message-ID it began with, also when that letter itself is too old to be seen."""
    letters: tuple[Filed, ...]


class _Sets:
    """Message-IDs that belong together."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def of(self, member: str) -> str:
        """Return the one that stands for its set."""
        while (parent := self._parents.setdefault(member, member)) != member:
            self._parents[member] = self._parents[parent]
            member = parent
        return member

    def join(self, one: str, other: str) -> None:
        """Make two sets one."""
        self._parents[self.of(other)] = self.of(one)


def conversations(filed: Iterable[Filed], us: Us) -> list[Conversation]:
    """Put letters together by what they answer, and replies that name nothing we have by subject and correspondent."""
    letters = _in_order(_without_duplicates(filed))
    sets = _Sets()
    known = {entry.letter.message_id for entry in letters}
    latest_about: dict[tuple[str, str], str] = {}
    for entry in letters:
        letter = entry.letter
        for reference in letter.references:
            sets.join(reference, letter.message_id)
        about = (us.counterpart(letter).email, topic(letter.subject).casefold())
        earlier = latest_about.get(about)
        # A first letter never joins another by its subject: two customers' questions from one web form look the same,
        # and an answer to one of them would hide the other.
        if all(about) and earlier and _is_stray_reply(letter, known):
            sets.join(earlier, letter.message_id)
        latest_about[about] = letter.message_id
    together: dict[str, list[Filed]] = defaultdict(list)
    for entry in letters:
        together[sets.of(entry.letter.message_id)].append(entry)
    return [_conversation(members) for members in together.values()]


def _conversation(letters: Sequence[Filed]) -> Conversation:
    first = letters[0].letter
    return Conversation(root=next(iter(first.references), first.message_id), letters=tuple(letters))


def _is_stray_reply(letter: Letter, known: set[str]) -> bool:
    looks_like_reply = bool(letter.references) or bool(_REPLY_PREFIX.match(letter.subject))
    return looks_like_reply and known.isdisjoint(letter.references)


def _without_duplicates(filed: Iterable[Filed]) -> list[Filed]:
    """Keep one copy of each letter; two different letters with one Message-ID are both kept."""
    kept: dict[tuple[str, str, str], Filed] = {}
    for entry in filed:
        letter = entry.letter
        same = kept.setdefault((letter.message_id, letter.sender.email, letter.text), entry)
        if same is not entry and same.flags != entry.flags:  # whatever was done to either copy was done to the letter
            kept[letter.message_id, letter.sender.email, letter.text] = replace(same, flags=same.flags | entry.flags)
    return list(kept.values())


def _in_order(filed: Sequence[Filed]) -> list[Filed]:
    """Return letters oldest first; a reply comes after what it answers, whatever its sender's clock says."""
    places = {entry.letter.message_id: (entry.letter.sent_at, 0) for entry in filed}
    for _ in range(_ROUNDS):
        before = dict(places)
        for letter in (entry.letter for entry in filed):
            answered = [places[reference] for reference in letter.references if reference in places]
            if answered:
                sent_at, depth = max(answered)
                places[letter.message_id] = max(places[letter.message_id], (sent_at, depth + 1))
        if places == before:
            break
    return sorted(filed, key=lambda entry: (places[entry.letter.message_id], entry.uid))
