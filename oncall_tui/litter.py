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
_TIMES: Final = 10
"""Collections of the youngest after which those that survived one are looked at as well."""
_NEVER: Final = 2**31 - 1
_CROWD: Final = 2
"""So many times ``_TIMES`` collections, in which 20,000 objects stayed, make a crowd."""
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


async def collect_for_ever() -> None:
    """Collect whole what is not taken for lasting, and take crowds of new objects for lasting."""
    while True:
        await asyncio.sleep(_EVERY)
        collect()


def collect() -> None:
    """Collect once, or take a crowd that came since the last time for lasting."""
    if gc.get_count()[2] >= _CROWD:
        gc.freeze()
    else:
        gc.collect()
