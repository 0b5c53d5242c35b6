"""Whether a person pressed a key, or a paste or a terminal's answer typed it.

A terminal that answers an escape sequence types letters as if somebody had pressed them, all at once; a person's
keys lie further apart. So a key that sends something out, stops it or leaves counts only when it stands alone.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

ALONE = 0.05
"""Seconds around the key in which no other key may arrive."""
ESC_COMES_LATE = 0.25
"""Seconds within which Esc arrives after what was typed with it: Textual waits 0.1 s for the rest of a sequence, and
looks every 0.1 s whether that is over."""
VERDICT_AFTER = 0.06
"""Seconds after which enough has been seen to judge a key."""
HELD = 0.7
"""A key held down repeats after at most this many seconds (0.66 on X11), so sooner than this it is the same press."""


class Verdict(Enum):
    """What a key press was."""

    PRESSED = "pressed"
    HELD = "held"
    """The same press as before: a key held down, or a row of them."""
    TYPED = "typed"
    """Part of a burst: pasted text, or a terminal's answer."""
    UNFOCUSED = "unfocused"
    """The terminal had said that its window is not the one in use."""


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    at: float

    @property
    def alone_since(self) -> float:
        """Return the instant since when no other key may have arrived."""
        return self.at - ALONE - (ESC_COMES_LATE if self.name == "escape" else 0)


class KeypressGuard:
    """Watches every key and judges those that send something out; times are seconds of one stopwatch."""

    def __init__(self) -> None:
        self._keys: deque[_Key] = deque(maxlen=256)
        self._has_focus = True
        self._last: dict[str, float] = {}

    def saw_key(self, name: str, at: float) -> None:
        """Remember a key that went down."""
        self._keys.append(_Key(name.lower(), at))

    def saw_paste(self, at: float) -> None:
        """Remember that text was pasted."""
        self._keys.append(_Key("paste", at))

    def saw_focus(self, *, has_focus: bool) -> None:
        """Remember what the terminal last said about its window."""
        self._has_focus = has_focus

    def judge(self, name: str, *, may_repeat: bool = False) -> Verdict:
        """Return what the latest press of a key was; to be asked ``VERDICT_AFTER`` seconds after it.

        With ``may_repeat``, a key pressed a second time is not taken for one that is held down, which repeats faster
        than anybody presses.
        """
        burst = self._burst_of(name.lower())
        if not self._has_focus:
            self._has_focus = (
                True  # the next press counts: a terminal that is wrong about focus must not lock anybody out
            )
            return Verdict.UNFOCUSED
        if not burst or any(key.name != name.lower() for key in burst):
            self._last.pop(name.lower(), None)
            return Verdict.TYPED
        last = self._last.get(name.lower())
        self._last[name.lower()] = burst[-1].at
        is_again = may_repeat and len(burst) == 1
        return Verdict.HELD if last is not None and burst[0].at - last <= HELD and not is_again else Verdict.PRESSED

    def _burst_of(self, name: str) -> list[_Key]:
        """Return the latest press of a key with every key that came too close to it, or to one of those."""
        keys = list(self._keys)
        end = next((index for index in range(len(keys) - 1, -1, -1) if keys[index].name == name), None)
        if end is None:
            return []
        start = end
        while start > 0 and keys[start - 1].at >= keys[start].alone_since:
            start -= 1
        while end + 1 < len(keys) and keys[end].at >= keys[end + 1].alone_since:
            end += 1
        return keys[start : end + 1]
