"""How fast it is, as ratios against the least a Textual app can cost: ``python -m tests.bench [NAMES…] [--json]``.

Nothing of this runs in the test suite: a time depends on the machine. Runs of both sides alternate, so that whatever
else the machine does falls on both; a figure is the ratio of two medians, its spread that of the single pairs.
"""
