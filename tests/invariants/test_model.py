"""Whatever happens, in whatever order: nothing is lost, doubled, claimed without proof, or given up."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from oncall_tui.ports import Store
from oncall_tui.store.sqlite import SqliteStore
from tests.invariants.machine import EscalationMachine

ORDINARY = settings(
    max_examples=100,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WHOLE = settings(ORDINARY, stateful_step_count=30, derandomize=False)
BY_NIGHT = pytest.mark.skipif(os.environ.get("ONCALL_TUI_NIGHTLY") != "1", reason="ONCALL_TUI_NIGHTLY=1 runs it")


class InTurns(EscalationMachine):
    """The same where each message waits for its turn in the outbox, as one that is tried again does."""

    is_at_work = False


@pytest.mark.parametrize("machine", [EscalationMachine, InTurns])
def test_the_escalation_holds_whatever_happens(machine: type[EscalationMachine]) -> None:
    run_state_machine_as_test(machine, settings=ORDINARY)


@pytest.mark.full
@pytest.mark.parametrize("examples", [1000, pytest.param(20_000, marks=BY_NIGHT)])
def test_the_escalation_holds_whatever_happens_as_often_as_it_takes(examples: int) -> None:
    run_state_machine_as_test(EscalationMachine, settings=settings(WHOLE, max_examples=examples))


@pytest.mark.full
def test_the_escalation_holds_in_turns_as_often() -> None:
    run_state_machine_as_test(InTurns, settings=settings(WHOLE, max_examples=1000))


class OnDisk(EscalationMachine):
    """The same over one SQLite file that two windows have open."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())

    def stores(self) -> Sequence[Store]:
        return [self._run(SqliteStore.open(self.folder / "journal.sqlite")) for _ in range(2)]

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            shutil.rmtree(self.folder)


def test_the_escalation_holds_whatever_happens_on_a_disk() -> None:
    run_state_machine_as_test(OnDisk, settings=settings(ORDINARY, max_examples=4))


@pytest.mark.full
def test_the_escalation_holds_whatever_happens_on_a_disk_a_hundred_times() -> None:
    run_state_machine_as_test(OnDisk, settings=settings(WHOLE, max_examples=100))
