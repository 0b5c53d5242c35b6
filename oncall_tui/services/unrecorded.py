"""What is known of escalations beyond what the disk knows."""

from dataclasses import dataclass

from oncall_tui.domain.brief import EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """Escalations of which leaving would lose something, because the disk takes nothing."""

    unknown: frozenset[EscalationId] = frozenset()
    """Nothing of them is on the disk."""
    outdated: frozenset[EscalationId] = frozenset()
    """Their beginning is on the disk, and what happened since then is not."""
