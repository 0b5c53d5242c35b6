"""The model test is worth something only as long as it finds what it is there for."""

from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from oncall_tui.services.delivery import Delivery
from tests.invariants.machine import EscalationMachine
from tests.invariants.planted import (
    AnyTwoHundredCounts,
    GivesUp,
    LeavesWhenReady,
    NeverLooks,
    NewKeyPerTry,
    OptimisticOutcome,
    SendsThenWrites,
)
from tests.invariants.test_model import ORDINARY
from tests.invariants.world import DoomedStore, ModelChannel

AS_FOUND = settings(ORDINARY, phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False, print_blob=False)
"""The ordinary budget, without the search for the shortest story."""


class WithNewKeys(EscalationMachine):
    delivery_class: ClassVar[type[Delivery]] = NewKeyPerTry


class WithoutJournal(EscalationMachine):
    store_class: ClassVar[type[DoomedStore]] = SendsThenWrites


class WithOptimism(EscalationMachine):
    delivery_class: ClassVar[type[Delivery]] = OptimisticOutcome


class WithAnyAnswer(EscalationMachine):
    channel_class: ClassVar[type[ModelChannel]] = AnyTwoHundredCounts


class WithGivingUp(EscalationMachine):
    delivery_class: ClassVar[type[Delivery]] = GivesUp


class WithoutLook(EscalationMachine):
    delivery_class: ClassVar[type[Delivery]] = NeverLooks


class WithoutWaiting(EscalationMachine):
    channel_class: ClassVar[type[ModelChannel]] = LeavesWhenReady


FOUND_BY = {
    WithNewKeys: {"nothing_wrong_left"},
    WithoutJournal: {"nothing_wrong_left"},
    WithOptimism: {"nothing_wrong_left", "nothing_is_claimed_that_no_provider_said"},
    WithAnyAnswer: {"nothing_is_claimed_that_no_provider_said"},
    WithGivingUp: {"nothing_is_given_up_silently"},
    WithoutWaiting: {"nothing_wrong_left"},
    WithoutLook: {"nothing_wrong_left"},
}


@pytest.mark.parametrize("machine", FOUND_BY)
def test_a_planted_bug_is_found_within_the_ordinary_budget(machine: type[EscalationMachine]) -> None:
    with pytest.raises(AssertionError) as failure:
        run_state_machine_as_test(machine, settings=AS_FOUND)
    assert {entry.name for entry in failure.traceback} & FOUND_BY[machine]
