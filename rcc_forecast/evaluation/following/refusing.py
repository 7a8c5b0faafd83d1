"""A file of which no row can be used is refused with every fault, each by its row."""

from __future__ import annotations

from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.results.findings import Findings

_LISTED = 50
"""Faults that a refusal lists; the rest are counted."""


class NoRowUsableError(NothingUsableError):
    """No row of what was given can be used; every fault is listed."""

    def __init__(self, *, wanted: str, reason: str, findings: Findings) -> None:
        self.wanted, self.reason, self.findings = wanted, reason, findings
        lines = _lines_of(findings)
        more = [f"and {len(lines) - _LISTED:,} more"] if len(lines) > _LISTED else []
        listed = "".join(f"\n- {line}" for line in [*lines[:_LISTED], *more])
        RccError.__init__(self, f"{wanted} cannot be made: {reason}{listed}")


def _lines_of(findings: Findings) -> list[str]:
    frame = findings.frame
    rows = frame["row"].map("row {:.0f}".format, na_action="ignore").fillna("").astype("str")
    parts = zip(frame["file"], rows, frame["column"], strict=True)
    places = [", ".join(part for part in place if part) for place in parts]
    return [
        f"{place}: {str(found).rstrip('.')}: {str(done).rstrip('.')}."
        for place, found, done in zip(places, frame["found"], frame["done"], strict=True)
    ]
