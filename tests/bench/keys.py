"""Keys of the list at 100 and at 100,000 tickets, from the byte sent to the first byte drawn.

Each is pressed so often that the 99th percentile is not merely its slowest press; finding one ticket is not, because it
takes seconds to be at rest again.
"""

from collections.abc import Callable, Sequence

from tests.bench import desk
from tests.bench.figure import Figure, percentile
from tests.bench.terminal import Terminal, python

FEW, MANY = 100, 100_000
DOWN, UP, PAGE_DOWN, HOME, END = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[H", "\x1b[F"
NEXT_GROUP = "\x1b[1;2B"
PRESSES = 30
"""In each round of each key, and fewer of looking for one ticket, which takes several keys and their rests."""
_ONE_WAY = 50
"""Lines that can be scrolled by in the short list."""
_VISIBLE = 25
"""Presses after which the line with the cursor is the last, or the first, that is seen."""
Action = Callable[[Terminal, int], float]


def _move(terminal: Terminal, turn: int) -> float:
    return terminal.key(DOWN if turn % 2 else UP)


def _scroll(terminal: Terminal, turn: int) -> float:
    if turn and turn % _ONE_WAY == 0:  # to the other edge, from which the next press scrolls again
        for _ in range(_VISIBLE):
            terminal.type(UP if turn // _ONE_WAY % 2 else DOWN)
            terminal.settle()
    return terminal.key(UP if turn // _ONE_WAY % 2 else DOWN)


def _page(terminal: Terminal, turn: int) -> float:
    if turn % 4 == 0:
        terminal.key(HOME)
    return terminal.key(PAGE_DOWN)


def _end(terminal: Terminal, turn: int) -> float:
    return terminal.key(END if turn % 2 == 0 else HOME)


def _group(terminal: Terminal, turn: int) -> float:
    if turn % 20 == 0:
        terminal.key(HOME)
    return terminal.key(NEXT_GROUP)


def _fold(terminal: Terminal, _turn: int) -> float:
    return terminal.key(" ")


def _find(terminal: Terminal, _turn: int) -> float:
    terminal.key("/")
    seconds = terminal.key(desk.NEEDLE, shows=desk.FOUND)
    terminal.settle(0.2)
    terminal.key("\x1b")
    terminal.settle(0.3)
    return seconds


ACTIONS: Sequence[tuple[str, Sequence[str], Action, float]] = (
    ("cursor move", (HOME, DOWN, DOWN), _move, 1),
    ("scroll by one", (HOME, *([DOWN] * _VISIBLE)), _scroll, 1),
    ("page", (), _page, 1),
    ("end and home", (HOME,), _end, 1),
    ("next group", (), _group, 1),
    ("fold a group", (HOME,), _fold, 1),
    ("find one of all", (HOME,), _find, 0.2),
)


def keys(rounds: int) -> Sequence[Figure]:
    """Measure each key alternately on a short list and on a long one."""
    with (
        Terminal(python("tests.bench.desk", str(FEW), "--still")) as few,
        Terminal(python("tests.bench.desk", str(MANY), "--still")) as many,
    ):
        for terminal in (few, many):
            terminal.until("Firm")
        for terminal in (many, few):
            terminal.settle(3)
        return [figure for action in ACTIONS for figure in _measured(few, many, rounds * PRESSES, *action)]


def _measured(  # noqa: PLR0917 - two terminals and a row of the table above
    few: Terminal, many: Terminal, turns: int, name: str, before: Sequence[str], action: Action, share: float
) -> Sequence[Figure]:
    for terminal in (few, many):
        for key in before:
            terminal.type(key)
            terminal.settle()
    short, long = list[float](), list[float]()
    for turn in range(max(3, int(turns * share))):
        both = [(few, short), (many, long)]
        for terminal, times in both if turn % 2 else reversed(both):
            times.append(action(terminal, turn) * 1000)
    unit = f"ms with {FEW} tickets"
    slow = [[percentile(times, 0.99)] for times in (short, long)]
    return [
        Figure(name=f"{name}, {MANY:,} tickets, p50", limit=1.3, unit=unit, ours=long, floor=short),
        Figure(name=f"{name}, {MANY:,} tickets, p99", limit=1.3, unit=unit, ours=slow[1], floor=slow[0]),
    ]
