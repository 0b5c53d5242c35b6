"""Whichever side of a handover is killed, at whatever moment: there is exactly one owner."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kills.dashboard import ROOT
from tests.kills.scene import Scene

NOWHERE = "http://127.0.0.1:9"
SEED = 8


@pytest.mark.parametrize("rounds", [6, pytest.param(100, marks=pytest.mark.full)])
def test_killing_either_side_at_a_random_moment_of_the_acceptance_leaves_exactly_one_owner(
    tmp_path: Path, rounds: int
) -> None:
    scene = Scene(tmp_path, NOWHERE)
    scene.write()
    scene.open_ticket()
    # A week each, so that somebody else comes next.
    text = scene.config.read_text().replace('people = ["ana"]', 'people = ["ana", "sam"]')
    scene.config.write_text(text.replace('me = "ana"\n', ""))
    command = [sys.executable, "-m", "tests.kills.doomed_handover", str(scene.config), str(SEED), str(rounds)]
    done = subprocess.run(command, cwd=ROOT, env=scene.environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    outcomes = [line.split("|") for line in done.stdout.splitlines()]
    assert len(outcomes) == rounds
    for victim, accepted, seen, times in outcomes:
        assert seen in {"['outgoing', 'outgoing']", "['incoming', 'incoming']"}
        assert times == ("1" if "incoming" in seen else "0")
        if accepted == "True":
            assert "incoming" in seen  # what was reported as done is done
        if victim == "outgoing":
            assert accepted == "True"  # whoever takes over does not need the other side
    taken = sum("incoming" in seen for _, _, seen, _ in outcomes)
    print(
        f"{rounds} killed in the middle: {taken} handed over, {rounds - taken} not, none with two owners or without one"
    )
