"""What is wrong with a plan, gathered in words."""

from __future__ import annotations

from typing import Any

import numpy as np

TOO_MANY_TO_LIST = 20
"""Faults listed; the rest are counted."""


class Faults:
    """Faults by file and row, in the order in which they were found."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._more = 0

    def add(self, words: str) -> None:
        """Add one fault."""
        if len(self._told) < TOO_MANY_TO_LIST:
            self._told.append(words)
        else:
            self._more += 1

    def differ(self, what: str, claimed: Any, found: Any, *, by: float = 0.0) -> None:
        """Add a fault where a claim is not what was found, numbers to within ``by``."""
        if not _same(claimed, found, by):
            self.add(f"{what} says {_shown(claimed)}, and is {_shown(found)}.")

    def differ_in_rows(
        self, what: str, rows: np.ndarray, claimed: np.ndarray, found: np.ndarray, same: np.ndarray
    ) -> None:
        """Add a fault for each row of plan.csv whose claim is not the same as what was found."""
        for at in np.flatnonzero(~same):
            self.add(
                f"plan.csv, row {rows[at]}: {what} says {_shown(claimed[at])}, "
                f"and is {_shown(found[at])}."
            )

    def told(self) -> list[str]:
        """Give the faults, no more than a person can read."""
        return [*self._told, f"And {self._more} more."] if self._more else list(self._told)


def _same(claimed: Any, found: Any, by: float) -> bool:
    if _is_number(claimed) and _is_number(found):
        return bool(abs(claimed - found) <= by + 1e-9)
    return type(claimed) is type(found) and bool(claimed == found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """Show a number or a short code; any other text could be a name."""
    if isinstance(value, str):
        plain = value.replace("_", "").replace(".", "").replace("-", "")
        return value if value == "" or (len(value) <= 24 and plain.isalnum()) else "other text"
    if isinstance(value, float | np.floating):
        return f"{float(value):.12g}"
    return str(value)
