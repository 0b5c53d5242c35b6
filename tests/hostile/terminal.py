"""A small terminal: cuts what a program wrote into tokens, knows which of them the dashboard may write, and shows them.

UTF-8 terminals see a C1 control where it is encoded as UTF-8, so characters are looked at and not bytes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile

from rich.cells import cell_len


class Kind(Enum):
    TEXT = auto()
    CONTROL = auto()
    ESCAPE = auto()
    """ESC and one letter."""
    CSI = auto()
    STRING = auto()
    """OSC, DCS, APC, PM or SOS, whole or cut off."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    """With ESC written as ``^[``, so that a test may print it."""


_TOKENS = re.compile(
    r"""
      (?P<CSI>    (?:\x1b\[|\x9b) [0-?]* [\ -/]* [@-~] )
    | (?P<STRING> (?:\x1b[]P_^X]|[\x90\x98\x9d-\x9f]) [^\x07\x1b\x9c]* (?:\x07|\x1b\\|\x9c)? )
    | (?P<ESCAPE> \x1b [^\x00-\x1f]? )
    | (?P<CONTROL>[\x00-\x1a\x1c-\x1f\x7f-\x9f] )
    | (?P<TEXT>   [^\x00-\x1f\x7f-\x9f]+ )
    """,
    re.VERBOSE,
)


def tokens(written: bytes) -> Iterator[Token]:
    for match in _TOKENS.finditer(written.decode()):  # strictly: a broken byte would be a finding
        kind = match.lastgroup
        assert kind is not None
        yield Token(Kind[kind], match[0].replace("\x1b", "^["))


MAY_ALWAYS = {
    r"\^\[\[[0-9;]*m": "colours and weights",
    r"\^\[\[\d+;\d+H": "where the next piece is drawn",
    r"\r?\n": "a line break between the rows of a full redraw",
    r"\r": "the same, where the terminal adds the carriage return",
    r"\^\[\[\?2026[hl]": "begin and end of one frame, where the terminal said it can",
    r"\^\[\]22;[a-z-]*\x07": "the mouse pointer's shape",
}
MAY_AT_START = {
    r"\^\[\[\?1049h": "the screen beside the shell's",
    r"\^\[\[\?100[036]h|\^\[\[\?1015h": "mouse reports",
    r"\^\[\[\?1004h": "focus reports",
    r"\^\[\[\?2004h": "pastes are told from keys",
    r"\^\[\[\?25l": "no cursor",
    r"\^\[\[\?7l": "no wrapping",
    r"\^\[\[>\d+u": "keys in kitty's protocol",
    r"\^\[\[\?2026\$p": "asks whether frames are known",
    r"\^\[\[\?2048\$p": "asks whether sizes are told in-band",
}
MAY_AT_END = {
    r"\^\[\[<u": "keys as before",
    r"\^\[\[\?1049l": "the shell's screen",
    r"\^\[\[\?100[036]l|\^\[\[\?1015l": "no mouse reports",
    r"\^\[\[\?1004l": "no focus reports",
    r"\^\[\[\?2004l": "pastes as before",
    r"\^\[\[\?25h": "the cursor",
    r"\^\[\[\?7h": "wrapping",
}
"""What the dashboard may write beside text; each with its reason. Measured on runs with harmless tickets."""


def _matches(token: Token, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, token.text) for pattern in patterns)


def findings(written: bytes) -> list[str]:
    """Return every token that the dashboard may not write, or not at that time."""
    steering = [token for token in tokens(written) if token.kind is not Kind.TEXT]
    found = []
    has_drawn = is_ending = False
    for token in steering:
        if _matches(token, MAY_AT_END):
            is_ending = True
        elif _matches(token, MAY_AT_START):
            if has_drawn:
                found.append(f"after the start: {token.text}")
        elif not _matches(token, MAY_ALWAYS):
            found.append(token.text)
        elif token.text.endswith("H"):
            has_drawn = True
            if is_ending:
                found.append(f"after the end: {token.text}")
    return found


def line_findings(written: bytes) -> list[str]:
    """Return what a command may not print: everything but text and line ends."""
    return [token.text for token in tokens(written) if token.kind is not Kind.TEXT and token.text not in {"\r", "\n"}]


@dataclass(slots=True)
class Screen:
    """What a person sees: the text at its place, without its looks."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    row: int = 0
    column: int = 0

    def show(self, new: Iterable[Token]) -> None:
        for token in new:
            if token.kind is Kind.TEXT:
                self._draw(token.text)
            elif token.text == "\n":
                self.row += 1
            elif token.text == "\r":
                self.column = 0
            elif place := re.fullmatch(r"\^\[\[(\d+);(\d+)H", token.text):
                self.row, self.column = int(place[1]) - 1, int(place[2]) - 1

    def _draw(self, text: str) -> None:
        for character in text:
            width = cell_len(character)
            place = (self.row, self.column if width else max(self.column - 1, 0))
            self.cells[place] = character if width else self.cells.get(place, " ") + character
            if width == 2:
                self.cells[self.row, self.column + 1] = ""
            self.column += width

    @property
    def lines(self) -> list[str]:
        height = max((row for row, _ in self.cells), default=-1) + 1
        width = max((column for _, column in self.cells), default=-1) + 1
        return [
            "".join(self.cells.get((row, column), " ") for column in range(width)).rstrip() for row in range(height)
        ]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def whole(written: bytes) -> bytes:
    """Return what can be read so far: without a sequence or a character that is still on its way."""
    tail = written[-64:]
    start = tail.rfind(b"\x1b")
    if start >= 0 and re.fullmatch(rb"\x1b(\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?", tail[start:]):
        written = written[: len(written) - len(tail) + start]
    continuation = len(list(takewhile(lambda byte: byte & 0xC0 == 0x80, reversed(written[-4:]))))
    lead = written[-1 - continuation] if len(written) > continuation else 0
    wanted = 3 if lead >= 0xF0 else 2 if lead >= 0xE0 else 1 if lead >= 0xC0 else 0
    return written[: -1 - continuation] if continuation < wanted else written
