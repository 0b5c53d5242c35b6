"""Whatever happens, in whatever order: nothing is lost, doubled, claimed without proof, or given up."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.invariants.machine import EscalationMachine

ORDINARY = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WHOLE = settings(ORDINARY, max_examples=1000, stateful_step_count=30, derandomize=False)


def test_the_escalation_holds_whatever_happens() -> None:
    run_state_machine_as_test(EscalationMachine, settings=ORDINARY)


@pytest.mark.full
def test_the_escalation_holds_whatever_happens_a_thousand_times() -> None:
    run_state_machine_as_test(EscalationMachine, settings=WHOLE)
