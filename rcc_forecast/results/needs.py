"""What demand needs, how well children are, and who is owed support after 18."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.forecast import FloatArray


@dataclass(frozen=True, slots=True)
class NeedsProfile:
    """Need behind the numbers, now and to come.

    Attributes
    ----------
    needs : DataFrame
        A `NEEDS` table.
    health : DataFrame
        A `HEALTH` table.
    after_care : DataFrame
        An `AFTER_CARE` table.
    places_held : ndarray, shape (n_paths, n_authorities, 1 + horizon)
        Mainstream foster places that staying put keeps filled, today and at
        each month end, path by path with the futures of demand.
    authorities : tuple of str
        Codes of the middle axis of `places_held`.
    """

    needs: pd.DataFrame
    health: pd.DataFrame
    after_care: pd.DataFrame
    places_held: FloatArray
    authorities: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by the name of its file."""
        return {"needs": self.needs, "health": self.health, "after_care": self.after_care}
