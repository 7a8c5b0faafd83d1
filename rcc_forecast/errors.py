"""What a reader can act on: faults in use, raised at once, each saying what to do.

Faults in data are no exceptions: they are collected as `Findings`
(rcc_forecast/results/findings.py) and told together.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RccError(Exception):
    """Something was asked that cannot be done as asked."""


class UnknownNameError(RccError):
    """A name is not one of those known; the nearest is offered."""

    def __init__(self, *, what: str, given: str, known: Iterable[str]) -> None:
        self.what, self.given, self.known = what, given, sorted(known)
        near = get_close_matches(given, self.known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(self.known)}."
        super().__init__(f"{given!r} is not a known {what}.{hint}")


class UnreadableInputError(RccError):
    """A file or folder is not there, or is not of a kind that can be read."""

    def __init__(self, *, path: str, expected: str) -> None:
        self.path, self.expected = path, expected
        super().__init__(f"{path}: cannot be read. Expected {expected}.")


class NothingUsableError(RccError):
    """The data are so at fault that no result can be made; the findings say why."""

    def __init__(self, *, wanted: str, reason: str) -> None:
        self.wanted, self.reason = wanted, reason
        super().__init__(
            f"{wanted} cannot be made: {reason} The findings list every fault; "
            f"`rcc-forecast check` prints them."
        )


class TableError(RccError):
    """A table inside the program does not keep its declaration."""

    def __init__(self, *, table: str, faults: list[str]) -> None:
        self.table, self.faults = table, faults
        listed = "".join(f"\n- {fault}" for fault in faults)
        super().__init__(f"The {table} table is not as declared:{listed}")
