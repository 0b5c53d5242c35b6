"""Looks for garbage only where that takes no longer than a frame.

A full collection looks at every object there is: with 100,000 tickets it stops the screen for half a second, and finds
nothing, because what is made of tickets has no cycles and goes by itself. So the collector never begins one; what is
loaded at the start, and every later crowd of new objects, is left out of all further collections, and the little that
remains is collected whole now and then.
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
_NEVER: Final = 2**31 - 1
_CROWD: Final = 2
"""So many times ``_TIMES`` collections, in which 4,000 objects may have stayed, make a crowd."""
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
    """Collect what is young, because everything there is will be taken for lasting with what long work makes."""
    gc.collect(_YOUNG_ONES)


def end_crowd() -> None:
    """Take what long work has made for lasting: looking once through a list of 100,000 takes half a frame."""
    gc.freeze()


async def collect_for_ever() -> None:
    """Collect whole what is not taken for lasting, and take crowds of new objects for lasting."""
    while True:
        await asyncio.sleep(_EVERY)
        collect()


def collect() -> None:
    """Collect once, or take a crowd that came since the last time for lasting."""
    if gc.get_count()[2] >= _CROWD:
        begin_crowd()
        end_crowd()
    else:
        gc.collect()
