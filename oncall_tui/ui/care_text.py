"""Goodwill and runbooks in words; pure."""

from oncall_tui.domain.goodwill import SpokenGoodwill
from oncall_tui.domain.money import NO_MONEY, money
from oncall_tui.domain.triage import Row
from oncall_tui.ui.desk_text import customer_name
from oncall_tui.ui.text import cut


def goodwill(row: Row) -> str:
    """Return what is left to spend on a customer without asking; nothing where the tier allows none."""
    budget = row.tier.goodwill if row.tier else NO_MONEY
    if not budget and not row.goodwill_spent:
        return ""
    left = budget - row.goodwill_spent
    if left < 0:
        return f"OVER by {money(-left)}: {money(row.goodwill_spent)} spent of {money(budget)}"
    return f"{money(left)} left of {money(budget)} in this shift"


def goodwill_question(row: Row) -> str:
    """Return what M asks."""
    standing = goodwill(row) or "nothing may be spent without asking"
    return f"Goodwill for {cut(customer_name(row), 30)}: {standing}. Write such as “50 refund of shipping”."


def spent(row: Row, spoken: SpokenGoodwill) -> str:
    """Return what is said when goodwill was recorded."""
    left = (row.tier.goodwill if row.tier else NO_MONEY) - row.goodwill_spent - spoken.amount
    recorded = f"{money(spoken.amount)} recorded for {customer_name(row)}"
    if left < 0:
        return f"{recorded}: {money(-left)} MORE than may be spent without asking."
    return f"{recorded}: {money(left)} left."


def runbook(row: Row) -> str:
    """Return the runbook of a ticket and the step reached; nothing where there is none."""
    if row.runbook is None:
        return ""
    done, steps = len(row.runbook.done(row.record)), len(row.runbook.steps)
    step = row.runbook.next_step(row.record)
    return f"{row.runbook.name}, {done} of {steps} done; " + (f"next: {step} (B)" if step else "all steps are done")
