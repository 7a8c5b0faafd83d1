"""A handful of episodes under a year of their own: a slip in YEAR, and no return.

Whoever is not in the newest return has left care. One row with YEAR mistyped
would so be taken for a newest return in which nobody else is left, and every
count after it would fall to nought.
"""

from __future__ import annotations

import numpy as np

from rcc_forecast.results.findings import Severity
from rcc_forecast.returns.labels import NO_YEAR
from rcc_forecast.returns.under_check import ReturnsUnderCheck

_FEWEST_IN_A_RETURN = 0.02
"""Share of the episodes of an authority's fullest return. From one year to the next numbers of
children looked after rise or fall by a few per cent, by a quarter in the smallest authorities."""


def refuse_slipped_years(returns: ReturnsUnderCheck) -> None:
    """Refuse the episodes of years that cannot be returns; their year then counts as not filed.

    Parameters
    ----------
    returns : ReturnsUnderCheck
        Typed, before rows are counted by return.
    """
    episodes = returns.frames["episodes"]
    named = episodes[episodes["year"] != NO_YEAR]
    sizes = named.groupby(["local_authority", "year"], sort=False)["row"].transform("size")
    fullest = sizes.groupby(named["local_authority"], sort=False).transform("max")
    slipped = np.zeros(len(episodes), dtype=bool)
    slipped[named.index[sizes < _FEWEST_IN_A_RETURN * fullest]] = True
    if not slipped.any():
        return
    returns.note(
        "return-year-slipped",
        Severity.REFUSED,
        "episodes",
        slipped,
        found="So few episodes are of this return year, under 2% of those of the authority's "
        "fullest, that the year is taken for a slip.",
        done="The row is not used: as a return by itself it would end everyone else's care. "
        "Correct YEAR, or give the whole return.",
        column="YEAR",
    )
    returns.drop("episodes", slipped)
