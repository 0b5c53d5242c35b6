"""A terminal dashboard for the person who is on call for customers this weekend.

How to read this package, each in under a minute:

1. ``__main__``: what happens when it is run.
2. ``ports``: what it needs from the world.
3. ``domain.escalation``: the heart, how bad news reaches a leader.
4. ``services``: the loops that read, decide and send.
5. ``bootstrap``: how the parts are put together.
"""

__version__ = "0.1.0"
