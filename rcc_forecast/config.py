"""What a run is asked for; every default has a reason."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Settings of one run.

    Attributes
    ----------
    horizon : int
        Months ahead; 24, since a children's home takes about two years to open.
    as_of : Timestamp, optional
        Last day that may be seen; the last 31 March of the returns when absent.
    origins : int
        Past forecasts to judge by, a quarter apart; 24 are six years.
    n_paths : int
        Futures drawn; 200 are enough where past errors complete the tails.
    seed : int
        Of all chance in the run.
    forecasters : tuple of str, optional
        Candidates to score beside hold flat and the combination, by name; when absent the
        usual few beside a forecast, and all of them in a backtest.
    authority : str, optional
        Whose returns they are, where the files do not say.
    """

    horizon: int = 24
    as_of: pd.Timestamp | None = None
    origins: int = 24
    n_paths: int = 200
    seed: int = 0
    forecasters: tuple[str, ...] | None = None
    authority: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the settings in words that JSON knows, for provenance."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given["as_of"] = None if self.as_of is None else self.as_of.date().isoformat()
        given["forecasters"] = None if self.forecasters is None else list(self.forecasters)
        return given
