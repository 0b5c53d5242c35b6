"""What is free goes back to the system, whatever small stays beside it."""

import platform
import subprocess
import sys

import pytest

LIVE = """
import sys
from pathlib import Path
from oncall_tui.heap import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "before":
    give_back()
largest = bytearray(1_000_000)
del largest  # from here on glibc takes a piece of this length for an ordinary one
before = resident()
large_and_small = [(bytearray(200_000), bytearray(600)) for _ in range(100)]
small = [beside for _, beside in large_and_small]
del large_and_small
if sys.argv[1] == "after":
    give_back()
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked to")
def test_large_pieces_do_not_stay_because_of_the_small_ones_among_them() -> None:
    assert kept("never") > 15_000_000
    assert kept("before") < 1_000_000
    assert kept("after") < 1_000_000


def kept(asked: str) -> int:
    done = subprocess.run([sys.executable, "-c", LIVE, asked], capture_output=True, check=True, text=True)
    return int(done.stdout)
