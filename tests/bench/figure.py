"""One figure of the table: what was measured, against what, and how far the runs lie apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Runs of ours, and those of the floor in the same order; without a floor the figure is an amount."""

    name: str
    limit: float | None
    """The most it may be; None where only somebody else is measured."""
    unit: str
    ours: Sequence[float]
    floor: Sequence[float] = ()
    note: str = ""

    @property
    def value(self) -> float:
        """Return the ratio of the medians, or the median amount."""
        return median(self.ours) / median(self.floor) if self.floor else median(self.ours)

    @property
    def spread(self) -> tuple[float, float]:
        """Return the lowest and the highest of the single runs."""
        single = [ours / floor for ours, floor in zip(self.ours, self.floor, strict=False)] or list(self.ours)
        return min(single), max(single)

    def as_json(self) -> Mapping[str, object]:
        """Return everything that was measured."""
        return {
            "name": self.name,
            "value": self.value,
            "spread": self.spread,
            "limit": self.limit,
            "unit": f"× of {median(self.floor):.4g} {self.unit}" if self.floor else self.unit,  # noqa: RUF001 - a sign
            "ours": list(self.ours),
            "floor": list(self.floor),
            "note": self.note,
        }

    def as_line(self) -> str:
        """Return the figure's row of the table."""
        low, high = self.spread
        sign, dash = ("×" if self.floor else "", "–")  # noqa: RUF001 - the sign of multiplication and a dash
        limit = dash if self.limit is None else f"{self.limit:g}{sign}"
        unit = f"of {median(self.floor):.3g} {self.unit}" if self.floor else self.unit
        met = "" if self.limit is None else "yes" if self.value <= self.limit else "NO"
        cells = (self.name, limit, f"{self.value:.3g}{sign}", f"{low:.3g}{dash}{high:.3g}", unit, met, self.note)
        return f"| {' | '.join(cells)} |"


def percentile(times: Sequence[float], share: float) -> float:
    """Return the time that this share of all times does not exceed."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]
