"""Price paid for like need: what needs, solo, age, grade and sector add to a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.spending import LikeForLike, like_for_like
from rcc_forecast.tables.homes import open_on, type_words

FEWEST_HOMES = 30
"""Priced homes of a kind from which features are compared: about four a feature."""

FEWEST_OF_SECTOR = 5
"""Homes of a sector from which it is compared with the authorities' own."""

PRIVATE = "private provider, against the authorities' own"
VOLUNTARY = "voluntary provider, against the authorities' own"
"""Features of the sector."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The regression of one kind.

    Attributes
    ----------
    homes : DataFrame
        Priced homes, with ``log_price`` and columns of the model.
    features : list of str
        Names of the columns of `x`.
    x : ndarray, shape (n_homes, n_features)
        The first column is 1.
    fit : LikeForLike or None
        None where homes are too few.
    """

    homes: pd.DataFrame
    features: list[str]
    x: FloatArray
    fit: LikeForLike | None

    def effect(self, feature: str) -> tuple[float, float]:
        """Give a feature's effect on the log price and its standard error; missing if unknown."""
        if self.fit is None or feature not in self.features:
            return np.nan, np.nan
        at = self.features.index(feature)
        return float(self.fit.effect[at]), float(self.fit.error[at])


def compare_prices(
    homes: pd.DataFrame, *, regions: dict[str, str], kinds: list[str], as_of: pd.Timestamp
) -> dict[str, Comparison]:
    """Regress log prices on what a home offers, kind by kind.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table.
    regions : dict of str to str
        Region of each authority.
    kinds : list of str
        Placement types.
    as_of : Timestamp
        Homes open on this day are compared.

    Returns
    -------
    dict of str to Comparison
        A kind each with any priced home.
    """
    priced = homes.loc[open_on(homes, as_of) & (homes["weekly_cost_gbp"] > 0)]
    priced = priced.assign(
        log_price=np.log(priced["weekly_cost_gbp"].astype("float64")),
        region=priced["local_authority"].map(regions).fillna("elsewhere"),
        set_by=priced["provider"].fillna(priced["home_id"]).astype("str"),
    )
    return {
        kind: _compared(priced.loc[priced["placement_type"] == kind].reset_index(drop=True))
        for kind in kinds
        if (priced["placement_type"] == kind).any()
    }


def prices_paid_rows(comparisons: dict[str, Comparison]) -> pd.DataFrame:
    """Give a row a kind and feature; a kind with too few homes has one row that says so."""
    columns = ["placement_type", "feature", "homes", "homes_with", "difference_pct"]
    columns += ["q025", "q10", "q90", "q975", "note"]
    rows = [row for kind, found in comparisons.items() for row in _rows(kind, found)]
    return pd.DataFrame(rows, columns=columns)


def _compared(homes: pd.DataFrame) -> Comparison:
    sector, grade = homes["sector"].astype("object"), homes["ofsted_rating"].astype("object")
    own = (sector == "local_authority").sum()
    middle = (homes["age_min"].astype("float64") + homes["age_max"].astype("float64")) / 2.0
    usual = homes["region"].mode().iloc[0]
    columns: dict[str, FloatArray] = {"all": np.ones(len(homes))}
    for name, feature in (("private", PRIVATE), ("voluntary", VOLUNTARY)):
        if min((sector == name).sum(), own) >= FEWEST_OF_SECTOR:
            columns[feature] = _flags(sector == name)
    columns |= {
        "one level more of needs met": _centred(homes["needs_met"]),
        "for one child at a time": _flags(homes["solo"].astype("float64").fillna(0.0) > 0),
        "one year older, middle of its ages": _centred(middle),
        "rated outstanding, against good": _flags(grade == "outstanding"),
        "rated requires improvement, against good": _flags(grade == "requires_improvement"),
        "rated inadequate, against good": _flags(grade == "inadequate"),
        "not yet inspected, against good": _flags(~grade.isin(_GRADED)),
    }
    columns |= {
        f"in {region}, against {usual}": _flags(homes["region"] == region)
        for region in sorted(set(homes["region"]) - {usual})
    }
    kept = {name: values for name, values in columns.items() if name == "all" or values.any()}
    x = np.column_stack(list(kept.values()))
    fit = None
    if len(homes) >= FEWEST_HOMES:
        group = np.unique(homes["set_by"].to_numpy(str), return_inverse=True)[1]
        fit = like_for_like(homes["log_price"].to_numpy(float), x, group=group)
    return Comparison(homes, list(kept), x, fit)


_GRADED = ("outstanding", "good", "requires_improvement", "inadequate")


def _flags(given: pd.Series[bool]) -> FloatArray:
    return np.asarray(given, dtype=np.float64)


def _centred(values: pd.Series[float]) -> FloatArray:
    """Deviations from the mean; what is not given counts as the mean."""
    numbers = values.astype("float64")
    return np.asarray((numbers - numbers.mean()).fillna(0.0))


def _rows(kind: str, found: Comparison) -> list[list[object]]:
    n = len(found.homes)
    if found.fit is None:
        note = (
            f"{n} priced homes or too few providers: at least {FEWEST_HOMES} homes of three "
            f"providers are needed to compare a {type_words(kind)} like for like."
        )
        return [[kind, "all", n, n, *[np.nan] * 5, note]]
    ends = {level: found.fit.interval(level) for level in (0.95, 0.8)}
    rows: list[list[object]] = []
    for at, feature in enumerate(found.features[1:], start=1):
        effect = found.fit.effect[at]
        if np.isnan(effect):
            note = "Cannot be told apart from the other features of these homes."
        else:
            note = "Standard errors know which homes one provider prices together."
        figures = [effect, ends[0.95][0][at], ends[0.8][0][at], ends[0.8][1][at], ends[0.95][1][at]]
        with_it = int((found.x[:, at] != 0).sum())
        rows.append([kind, feature, n, with_it, *[100 * np.expm1(f) for f in figures], note])
    return rows
