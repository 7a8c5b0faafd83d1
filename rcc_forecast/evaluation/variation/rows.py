"""Rows that every comparison of authorities hands out, and the words it is told in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import t as student

from models.causal.family import holm
from models.forecast import FloatArray, IntArray
from models.variation import tells_regions_apart
from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.evaluation.variation.levels import Levels
from rcc_forecast.evaluation.variation.spec import VariationSpec
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.variation import VARIATION, VARIATION_AUTHORITIES, VARIATION_SHARES

ENDS = (0.025, 0.975)
"""Of an interval of 95%."""

_CLOSE = 5.0
"""Variance inflation above which a characteristic is said to go closely with others."""

_GOES_CLOSELY = "goes closely together with others: its own part is little known"
_IN_LOGARITHMS = "estimate in logarithms of the outcome: 0.01 is about 1%"
_BY_CHANCE = "no more than chance would give"
_CAVEAT = (
    "Associations between authorities, not an account of what brings costs or quality about; "
    "what is left over may be a difference that nobody measured."
)


class NotComparedError(NothingUsableError):
    """The figures do not carry the comparison."""

    def __init__(self, *, needed: str) -> None:
        self.wanted, self.reason = "A comparison of authorities", f"it needs {needed}."
        RccError.__init__(
            self,
            f"Authorities cannot be compared on these characteristics: it needs {needed}. "
            f"Take out characteristics that repeat one another, such as every share of a whole.",
        )


@dataclass(frozen=True, slots=True)
class Variation:
    """What was found.

    Attributes
    ----------
    tables : dict of str to DataFrame
        variation, variation_shares, variation_authorities
        (`rcc_forecast.tables.variation`), stamped.
    sentence : str
        The finding in words.
    """

    tables: dict[str, pd.DataFrame]
    sentence: str


@dataclass(frozen=True, slots=True)
class Standardised:
    """Characteristics in standard deviations, and how to come back.

    Attributes
    ----------
    x : ndarray, shape (n_units, n_columns)
        Mean 0 and standard deviation 1.
    sd : ndarray, shape (n_columns,)
        Of each characteristic.
    groups : tuple of ndarray of int
        Columns of each group.
    notes : tuple of str
        Of each characteristic.
    """

    x: FloatArray
    sd: FloatArray
    groups: tuple[IntArray, ...]
    notes: tuple[str, ...]


def standardised(levels: Levels, spec: VariationSpec) -> Standardised:
    """Put characteristics in standard deviations.

    Parameters
    ----------
    levels : Levels
        Of authorities.
    spec : VariationSpec
        Which characteristics stand in which group.

    Raises
    ------
    NotComparedError
        A characteristic does not vary, or repeats others.
    """
    given = levels.frame[spec.characteristics]
    sd = given.std(ddof=0)
    constant = [name for name in spec.characteristics if not sd[name] > 0]
    if constant:
        raise NotComparedError(needed=f"characteristics that vary; {', '.join(constant)} does not")
    x = ((given - given.mean()) / sd).to_numpy(dtype=float)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise NotComparedError(needed="characteristics that do not repeat one another")
    inflation = np.diag(np.linalg.inv(np.corrcoef(x, rowvar=False).reshape(x.shape[1], -1)))
    of_all = _IN_LOGARITHMS if spec.logarithm else ""
    notes = tuple(
        "; ".join(
            each
            for each in (
                of_all,
                _GOES_CLOSELY if factor > _CLOSE else "",
                _withheld_said(levels.withheld[name]),
            )
            if each
        )
        for name, factor in zip(spec.characteristics, inflation, strict=True)
    )
    ends = np.cumsum([0, *(len(names) for names in spec.explained_by.values())])
    groups = tuple(np.arange(a, b) for a, b in pairwise(ends))
    return Standardised(x, sd.to_numpy(dtype=float), groups, notes)


def _withheld_said(authorities: int) -> str:
    if not authorities:
        return ""
    plural = "authorities" if authorities > 1 else "authority"
    return f"{authorities:,} {plural} by a withheld count, taken as 3"


def coefficient_rows(
    slopes: FloatArray,
    errors: FloatArray,
    degrees: FloatArray,
    *,
    beside: Standardised,
    outcome_sd: float,
    spec: VariationSpec,
) -> pd.DataFrame:
    """Give a row a characteristic, in own unit and standardised.

    Parameters
    ----------
    slopes, errors, degrees : ndarray, shape (n_columns,)
        For one standard deviation of each characteristic.
    beside : Standardised
        Of the characteristics.
    outcome_sd : float
        Of the outcome over authorities; 1 where it has no unit.
    spec : VariationSpec
        Names and groups.
    """
    half = student.ppf(ENDS[1], degrees) * errors
    p_value = 2 * student.sf(np.abs(slopes) / errors, degrees)
    return pd.DataFrame(
        {
            "group": [group for group, names in spec.explained_by.items() for _ in names],
            "characteristic": spec.characteristics,
            "estimate": slopes / beside.sd,
            "low": (slopes - half) / beside.sd,
            "high": (slopes + half) / beside.sd,
            "standardised": slopes / outcome_sd,
            "standardised_low": (slopes - half) / outcome_sd,
            "standardised_high": (slopes + half) / outcome_sd,
            "p_value": p_value,
            "p_adjusted": holm(p_value),
            "note": beside.notes,
        }
    )


def share_rows(
    parts: list[str], shares: FloatArray, drawn: FloatArray, note_of: Callable[[str], str]
) -> pd.DataFrame:
    """Give a row a part of the variance, and one for all groups together.

    Parameters
    ----------
    parts : list of str
        Names, groups first.
    shares : ndarray, shape (n_parts,)
        They add up to 1.
    drawn : ndarray, shape (draws, n_parts)
        Of the bootstrap.
    note_of : callable
        What to know of a part.
    """
    low, high = np.quantile(drawn, ENDS, axis=0)
    # The interval holds the estimate itself, however few the draws.
    low, high = np.minimum(low, shares), np.maximum(high, shares)
    notes = [
        "; ".join(each for each in (note_of(part), _BY_CHANCE if share <= 0 else "") if each)
        for part, share in zip(parts, shares, strict=True)
    ]
    return pd.DataFrame({"part": parts, "share": shares, "low": low, "high": high, "note": notes})


def assembled(
    spec: VariationSpec,
    levels: Levels,
    model: str,
    coefficients: pd.DataFrame,
    shares: pd.DataFrame,
    authorities: pd.DataFrame,
) -> Variation:
    """Put the tables together, those left out among them, and say what was found.

    Parameters
    ----------
    spec : VariationSpec
        What was asked.
    levels : Levels
        Who was compared.
    model : str
        Which model.
    coefficients, shares, authorities : DataFrame
        Rows of the three tables.
    """
    outcome = spec.outcome or "grades"
    regions = levels.frame["region"].nunique()
    periods = " to ".join(dict.fromkeys([spec.periods[0], spec.periods[-1]]))
    out = pd.DataFrame(
        {
            "la_code": levels.left_out.index.astype("str"),
            "region": levels.regions.reindex(levels.left_out.index).to_numpy(),
            "note": "not compared: " + levels.left_out.to_numpy(),
        }
    )
    told_apart = tells_regions_apart(n_units=len(levels.frame), n_regions=regions)
    few = "" if told_apart else "too few regions, or authorities in each, to tell regions apart"
    coefficients = coefficients.assign(
        outcome=outcome,
        model=model,
        n_units=len(levels.frame),
        n_regions=regions,
        periods=" ".join(spec.periods),
        note=["; ".join(each for each in (note, few) if each) for note in coefficients["note"]],
    )
    everyone = pd.concat([authorities, out], ignore_index=True).assign(outcome=outcome)
    stamp = Stamp(spec.sha256, 1, 1, EXPLORATORY)
    tables = {
        "variation": stamped(coefficients, VARIATION, stamp),
        "variation_shares": stamped(
            shares.assign(outcome=outcome, model=model), VARIATION_SHARES, stamp
        ),
        "variation_authorities": stamped(
            everyone.sort_values("la_code", kind="stable", ignore_index=True),
            VARIATION_AUTHORITIES,
            stamp,
        ),
    }
    return Variation(tables, _sentence(outcome, periods, shares, everyone, levels, spec))


def _sentence(
    outcome: str,
    periods: str,
    shares: pd.DataFrame,
    authorities: pd.DataFrame,
    levels: Levels,
    spec: VariationSpec,
) -> str:
    by_part = shares.set_index("part")["share"]
    units = "homes of " if spec.grades else ""
    named = by_part[list(spec.explained_by)]
    listed = ", ".join(f"{part} {_percent(share)}" for part, share in by_part.items())
    said = (
        f"Of the variance in {outcome} between {units}{len(levels.frame)} authorities "
        f"({periods}), "
        f"{_percent(float(named.sum()))} goes together with what is named ({listed})."
    )
    if "reading" in authorities and authorities["reading"].notna().any():
        above, below = (int((authorities["reading"] == word).sum()) for word in ("above", "below"))
        said += (
            f" {above} lie above and {below} below what is expected of authorities like them, "
            f"by intervals that hold for all at once."
        )
    if len(levels.left_out):
        said += f" {len(levels.left_out)} are not compared: variation_authorities.csv says why."
    return f"{said}\n{_CAVEAT}"


def _percent(share: float) -> str:
    # Below 0 is no more than chance; the table has the figure as it is.
    return f"{100 * max(share, 0.0):.0f}%"
