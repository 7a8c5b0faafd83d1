"""What cannot be told apart with the numbers given."""

from __future__ import annotations

from models.errors import ModelError


class NotExplainableError(ModelError):
    """Units cannot be compared with what was given."""

    def __init__(self, *, needed: str) -> None:
        self.needed = needed
        super().__init__(f"A comparison of units needs {needed}.")
