"""Looks for garbage only where that takes no longer than a frame.

A full collection looks at every object there is: with 100,000 tickets it stops the screen for half a second, and finds
nothing, because what is made of tickets has no cycles and goes by itself. So the collector never begins one; what is
loaded at the start, and every later crowd of new objects, is left out of all further collections, and the little that
remains is collected whole now and then. Only large crowds are taken for lasting, and garbage is looked for before: what
a screen draws has cycles, and whatever is taken for lasting and becomes garbage stays for ever.
"""

import asyncio
import gc
from typing import Final

_YOUNG: Final = 1000
"""New objects after which the youngest are looked at."""
_TIMES: Final = 2
"""Collections of the youngest after which those that survived one are looked at as well.

Few, because a list of 100,000 that was just made is looked through with them, and two such lists had better not meet.
"""
_YOUNG_ONES: Final = 1
"""The generation of those that survived one collection at most."""
_ALL: Final = 2
"""The generation of those that survived more, but for those that are taken for lasting."""
_NEVER: Final = 2**31 - 1
_CROWD: Final = 20_000
"""Objects that take five milliseconds to look through; more of them are left out of later collections."""
_COUNTLESS: Final = 20
"""After so many times ``_TIMES`` collections of the youngest, counting all objects would take many milliseconds."""
_EVERY: Final = 30.0
"""Seconds between two looks."""


def load_undisturbed() -> None:
    """Look for no garbage while the program is loaded, which leaves none."""
    gc.disable()


def settle() -> None:
    """Take everything there is for lasting, and collect in small portions from now on."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _TIMES, _NEVER)
    gc.enable()


def begin_crowd() -> None:
    """Collect before long work makes many objects, because everything there is may be taken for lasting with them."""
    gc.collect(_YOUNG_ONES if _are_more_than(_CROWD) else _ALL)


def end_crowd() -> None:
    """Take a crowd that long work has made for lasting: looking once through a list of 100,000 takes half a frame."""
    gc.freeze()


async def collect_for_ever() -> None:
    """Collect whole what is not taken for lasting, and take crowds of new objects for lasting."""
    while True:
        await asyncio.sleep(_EVERY)
        collect()


def collect() -> None:
    """Collect once, or take a crowd that came since the last time for lasting."""
    if _are_more_than(_CROWD):
        begin_crowd()
        end_crowd()
    else:
        gc.collect()


def _are_more_than(number: int) -> bool:
    """Tell whether more objects than that would be looked through."""
    return gc.get_count()[_ALL] >= _COUNTLESS or len(gc.get_objects()) > number
