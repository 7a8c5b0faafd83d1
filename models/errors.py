"""What the numbers cannot support.

The stage that called adds which series or area it was (``raise ... from error``).
"""

from __future__ import annotations


class ModelError(Exception):
    """A sum could not be done with what was given."""


class ShortHistoryError(ModelError):
    """A series is too short for the model."""

    def __init__(self, *, model: str, needed: int, given: int) -> None:
        self.model, self.needed, self.given = model, needed, given
        super().__init__(
            f"{model} needs {needed} periods of history and was given {given}. "
            f"Give it a longer series or choose a model that needs fewer."
        )


class NoFlowsError(ModelError):
    """A model of moves was given stocks alone."""

    def __init__(self, *, model: str) -> None:
        self.model = model
        super().__init__(
            f"{model} learns from the moves behind a panel, and this panel has none. "
            f"Give the panel its flows or choose a model of stocks."
        )
