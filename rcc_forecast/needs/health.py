"""Health and wellbeing of children looked after for a year or more, and what of it is to come.

The return's OC2 table asks once a year. Shares are told with their interval,
by sex, ethnicity and age band; below ten children a share says nothing and is
not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray
from rcc_forecast.codes import ALL, AgeBand
from rcc_forecast.needs.chance import counts_about
from rcc_forecast.needs.futures import (
    AuthorityFutures,
    Rows,
    founded,
    quantiles,
    summed,
)
from rcc_forecast.needs.people import ages_on, bands_of, child_numbers, counted, places, up_to_date
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.needs import HEALTH

FEWEST = 10
"""Children below which a share is not shown."""

SDQ_AGES = (4, 16)
"""The score is asked of children aged 4 to 16 (DfE, Guide to the SSDA903 collection)."""

SDQ_BANDS = {
    "sdq_close_to_average": (0, 13),
    "sdq_slightly_raised": (14, 16),
    "sdq_cause_for_concern": (17, 40),
}
"""DfE, Children looked after in England: normal, borderline, cause for concern."""

SEXES = ("F", "M", "Not known")
ETHNICITIES = ("White", "Mixed", "Asian", "Black", "Other", "Not known")
_ETHNICITY_OF = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black"}
_OTHER = ("CHNE", "OOTH")

_BANDS = [band.value for band in AgeBand]
_OF_OTHERS = 5.0
"""Children that all authorities' share counts for in that of one authority and band."""

_NORMAL_975 = 1.959963984540054
_TOO_FEW = f"Too few to say: fewer than {FEWEST} asked."
_NO_TABLE = "No return holds an OC2 table (health of children looked after for a year or more)."
_SOURCE = "SSDA903 return: OC2 table, children looked after for a year or more on 31 March"
_EVERYONE = "All"


@dataclass(frozen=True, slots=True)
class _Indicator:
    """One question: of whom it is asked, and who answers yes.

    Arrays are by row of the OC2 table; `asked` implies `due`.
    """

    name: str
    due: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    yes: NDArray[np.bool_]
    score: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class _Cells:
    """Counts by authority, age band, sex and ethnicity, and futures of the yes."""

    asked: FloatArray
    yes: FloatArray
    score: FloatArray | None
    mean: FloatArray | None
    paths: FloatArray | None


def health_table(
    returns: FiledReturns,
    children: pd.DataFrame,
    *,
    journeys: Journeys,
    futures: AuthorityFutures,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Give health and wellbeing by group, and carry it forward with demand.

    Parameters
    ----------
    returns : FiledReturns
        With or without OC2.
    children : DataFrame
        From `people.in_care_on`.
    journeys : Journeys
        Whose children they are; their last day.
    futures : AuthorityFutures
        Joint futures of demand.
    rng : numpy.random.Generator
        For the doubt of each share and the chance of who comes.

    Returns
    -------
    DataFrame
        A `HEALTH` table. What is to come counts children looked after for a
        year or more alone: of the others nothing is asked.
    """
    asked = _newest_answers(returns, journeys, authorities=futures.authorities)
    if asked is None or asked.empty:
        return HEALTH.check(_in_words())
    months = futures.told
    to_come = _long_term_to_come(children, futures)
    rows = Rows(futures, months)
    for indicator in _indicators(asked):
        cells = _cells(asked, indicator, to_come, rng=rng)
        for by, groups, axes in _GROUPINGS:
            grouped = _by(cells, axes, len(months))
            for place, area in enumerate(futures.areas):
                here = np.flatnonzero(founded(area, months))
                of_area = {
                    name: summed(value, area, months=months)[..., here]
                    for name, value in grouped.items()
                }
                rows.add(
                    place,
                    np.tile(here, len(groups)),
                    indicator=indicator.name,
                    by=by,
                    group=np.repeat(np.array(groups, dtype=object), len(here)),
                    **_figures(of_area),
                )
    table = rows.frame().astype({"horizon": "Int64"})
    return HEALTH.check(table.assign(return_year=int(asked["year"].max()), source=_SOURCE))


def ethnic_group(codes: pd.Series[str]) -> pd.Series[str]:
    """Group ethnic origins as the DfE's tables do; refused or not yet known: Not known."""
    named = codes.str[:1].map(_ETHNICITY_OF)
    named = named.mask(codes.isin(_OTHER), "Other")
    # REFU and NOBT begin with none of the four letters; BOTH and AOTH begin with theirs.
    return named.fillna("Not known").astype("str")


def _newest_answers(
    returns: FiledReturns, journeys: Journeys, *, authorities: list[str]
) -> pd.DataFrame | None:
    """Give each authority's newest OC2 rows by 31 March, with who each child is."""
    rows = returns.tables.get("oc2")
    if rows is None or rows.empty:
        return None
    rows = rows.assign(local_authority=up_to_date(rows["local_authority"]))
    rows = rows[pd.to_datetime(rows["year"].astype("str") + "-03-31") <= journeys.as_of]
    newest = rows.groupby("local_authority")["year"].transform("max")
    rows = rows[rows["year"] == newest].reset_index(drop=True)
    rows = rows.drop_duplicates(["local_authority", "child"], keep="last", ignore_index=True)
    child = child_numbers(journeys, rows)
    known = journeys.children.set_index("child")[["dob", "sex", "ethnic"]]
    facts = known.reindex(child).reset_index(drop=True)
    born = facts["dob"].fillna(rows["dob"]) if "dob" in rows else facts["dob"]
    ends = pd.to_datetime(rows["year"].astype("str") + "-03-31")
    rows = rows.assign(
        age=ages_on(born, ends),
        area=places(authorities, rows["local_authority"]),
        sex=places(list(SEXES), facts["sex"].where(facts["sex"].isin(SEXES), "Not known")),
        ethnicity=places(list(ETHNICITIES), ethnic_group(facts["ethnic"])),
    )
    minor = (rows["age"] >= 0) & (rows["age"] < 18)
    rows = rows[minor & (rows["area"] >= 0)].reset_index(drop=True)
    return rows.assign(band=bands_of(rows["age"].to_numpy()))


def _indicators(rows: pd.DataFrame) -> list[_Indicator]:
    """Read every question; a column that no return has is a question not asked."""
    age = rows["age"].to_numpy()
    everyone = np.ones(len(rows), dtype=bool)
    found = []
    if "sdq_score" in rows:
        score = pd.to_numeric(rows["sdq_score"], errors="coerce").to_numpy(float)
        due = (age >= SDQ_AGES[0]) & (age <= SDQ_AGES[1])
        scored = due & (score >= 0) & (score <= SDQ_BANDS["sdq_cause_for_concern"][1])
        found += [
            _Indicator(name, due, scored, scored & (score >= low) & (score <= high))
            for name, (low, high) in SDQ_BANDS.items()
        ]
        points = np.where(scored, score, 0.0)
        found += [
            _Indicator("sdq_score", due, scored, scored, points),
            _Indicator("sdq_scored", due, due, scored),
        ]
    for name, column, due in (
        ("health_assessment", "health_assessment", everyone),
        ("development_check", "health_check", age < 5),
        ("immunisations", "immunisations", everyone),
        ("dental_check", "teeth_check", everyone),
        ("convicted", "convicted", age >= 10),
        ("substance_misuse", "substance_misuse", everyone),
    ):
        if column in rows:
            found.append(_flagged(name, rows[column], due))
    if "substance_misuse" in rows and "intervention_received" in rows:
        misuse = (rows["substance_misuse"] == "1").to_numpy()
        found.append(_flagged("substance_help_received", rows["intervention_received"], misuse))
    return found


def _flagged(name: str, column: pd.Series[str], due: NDArray[np.bool_]) -> _Indicator:
    asked = due & column.isin(["0", "1"]).to_numpy()
    return _Indicator(name, due, asked, asked & (column == "1").to_numpy())


def _long_term_to_come(children: pd.DataFrame, futures: AuthorityFutures) -> FloatArray:
    """Children to come who will have been looked after for a year or more.

    Today's share of each authority and band, weighed with all authorities'.

    Returns
    -------
    ndarray, shape (n_authorities, n_paths, n_bands, n_months)
    """
    shape = (len(futures.authorities), len(_BANDS))
    at = (children["area"].to_numpy(), children["band"].to_numpy())
    here = counted(*at, shape=shape)
    long_term = counted(*at, shape=shape, of=children["long_term"].to_numpy(float))
    share = _weighed(long_term, here)
    return np.asarray(futures.children.sum(axis=2) * share[:, None, :, None])


def _weighed(some: FloatArray, whole: FloatArray) -> FloatArray:
    """Weigh each authority's share with all authorities'; adds up over further axes of `some`."""
    every, all_some = whole.sum(axis=0), some.sum(axis=0)
    extra = (1,) * (some.ndim - whole.ndim)
    usual = _share(all_some, every.reshape(*every.shape, *extra))
    counts = whole.reshape(*whole.shape, *extra)
    return np.asarray((some + _OF_OTHERS * usual) / (counts + _OF_OTHERS))


def _share(some: FloatArray, whole: FloatArray) -> FloatArray:
    out = np.zeros(np.broadcast_shapes(some.shape, whole.shape))
    return np.asarray(np.divide(some, whole, out=out, where=whole > 0))


def _cells(
    rows: pd.DataFrame, indicator: _Indicator, to_come: FloatArray, *, rng: np.random.Generator
) -> _Cells:
    """Count by authority, band, sex and ethnicity, and draw what is to come.

    Rates are gamma and counts Poisson, so that groups add up to their band, and
    bands to the authority, in every path.
    """
    n_areas, n_paths, n_bands, _ = to_come.shape
    shape = (n_areas, n_bands, len(SEXES), len(ETHNICITIES))
    axes = [rows[name].to_numpy() for name in ("area", "band", "sex", "ethnicity")]

    def count(which: NDArray[np.bool_], of: FloatArray | None = None) -> FloatArray:
        weights = None if of is None else of[which]
        return counted(*(axis[which] for axis in axes), shape=shape, of=weights)

    asked, yes = count(indicator.asked), count(indicator.yes)
    drawn = (n_paths, *shape)
    if indicator.score is not None:
        return _Cells(asked, yes, count(indicator.asked, indicator.score), None, None)
    everyone = count(np.ones(len(rows), dtype=bool)).sum(axis=(2, 3))
    due = _weighed(count(indicator.due).sum(axis=(2, 3)), everyone)
    of_band = asked.sum(axis=(2, 3))
    usual = _share(yes.sum(axis=0), of_band.sum(axis=0)[:, None, None])
    shape_of_rate = yes + _OF_OTHERS * usual
    scale = (1.0 / (of_band + _OF_OTHERS))[..., None, None]
    rate = rng.standard_gamma(np.maximum(shape_of_rate, 1e-9), size=drawn) * scale
    ranks = np.moveaxis(rng.random(drawn), 0, 1)[..., None]
    wanted = to_come * due[:, None, :, None]
    expected = np.moveaxis(rate, 0, 1)[..., None] * wanted[:, :, :, None, None, :]
    paths = counts_about(expected, rank=ranks)
    mean = (shape_of_rate * scale)[..., None] * wanted.mean(axis=1)[:, :, None, None, :]
    return _Cells(asked, yes, None, mean, paths)


_GROUPINGS: tuple[tuple[str, list[str], tuple[int, ...]], ...] = (
    (_EVERYONE, [ALL], (-3, -2, -1)),
    ("sex", list(SEXES), (-3, -1)),
    ("ethnicity", list(ETHNICITIES), (-3, -2)),
    ("age_band", _BANDS, (-2, -1)),
)
"""Each way of grouping: its groups, and the axes of (band, sex, ethnicity) that are summed."""


def _by(cells: _Cells, axes: tuple[int, ...], n_months: int) -> dict[str, FloatArray]:
    """Sum cells to one grouping: authorities first, then paths, groups, and months last."""
    monthly = tuple(axis - 1 for axis in axes)
    found = {}
    for name in ("asked", "yes", "score"):
        values = getattr(cells, name)
        if values is not None:
            grouped = _as_groups(values[..., None], monthly)
            found[name] = np.repeat(grouped, n_months, axis=-1)
    for name in ("mean", "paths"):
        values = getattr(cells, name)
        if values is not None:
            found[name] = _as_groups(values, monthly)
    return found


def _as_groups(values: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    """Sum all but the grouped axis, which stays before the months."""
    total = values.sum(axis=axes)
    return np.asarray(total[..., None, :] if len(axes) == 3 else total)


def _figures(values: dict[str, FloatArray]) -> dict[str, NDArray[Any]]:
    """Give the columns of one area, groups by months; what rests on too few is left empty."""
    asked, yes = values["asked"].ravel(), values["yes"].ravel()
    empty = np.full(len(asked), np.nan)
    low, high = wilson(yes, asked)
    found = {"yes": yes, "share": _share(yes, asked), "share_q025": low, "share_q975": high}
    if "score" in values:
        found = {"average": _share(values["score"].ravel(), asked)}
    if "paths" in values:
        q10, q90 = quantiles(values["paths"])
        found |= {"mean": values["mean"].ravel(), "q10": q10.ravel(), "q90": q90.ravel()}
    enough = asked >= FEWEST
    names = ("yes", "share", "share_q025", "share_q975", "average", "mean", "q10", "q90")
    shown = {name: np.where(enough, found.get(name, empty), np.nan) for name in names}
    return {"asked": asked, "note": np.where(enough, "", _TOO_FEW).astype(object), **shown}


def wilson(yes: FloatArray, asked: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the 95% interval of shares (E. B. Wilson, 1927); missing where nobody was asked.

    Parameters
    ----------
    yes, asked : ndarray, same shape
        Counts.
    """
    n = np.where(asked > 0, asked, np.nan)
    share, z2 = yes / n, _NORMAL_975**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _NORMAL_975 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _in_words() -> pd.DataFrame:
    """Say that nothing is asked."""
    names = HEALTH.names
    row: dict[str, list[object]] = {name: [np.nan] for name in names}
    row |= {"region": [ALL], "local_authority": [ALL], "rcc": [""], "indicator": ["sdq_score"]}
    row |= {"by": [_EVERYONE], "group": [ALL], "month": [""], "local_authority_name": [ALL]}
    row |= {"asked": [0.0], "source": ["SSDA903 return: OC2 table"], "note": [_NO_TABLE]}
    frame = pd.DataFrame(row)
    missing = pd.array([pd.NA], dtype="Int64")
    return frame.assign(horizon=missing, return_year=missing)
