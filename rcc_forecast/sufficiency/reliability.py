"""Were the probabilities of a shortage right? What was said at past origins, and what came.

A rating is a promise about probabilities, and past forecasts can keep it or
not: had homes stood to children then as they do now, how likely would a
shortage have been called, and how often did it come? Each past forecast has
the doubt that the other origins ask for, so that none judges itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.conformal import Likeness, PastErrors
from models.forecast import FloatArray, IntArray
from models.sufficiency.reliability import Bins, binned, probability_above, shown_wrong
from models.sufficiency.shortfall import ROUNDINGS, SHORT_FROM
from rcc_forecast.codes import ALL
from rcc_forecast.sufficiency.assumptions import NATIONALLY_COMMISSIONED, PLANNED, PLANNED_TYPES
from rcc_forecast.tables.forecast import QUANTILES
from rcc_forecast.tables.reliability import RELIABILITY

LEADS = (3, 6, 12, 24)
"""Months ahead that are judged: neighbouring leads have nearly the same errors."""

MULTIPLES = (0.95, 1.0, 1.05)
"""Of the threshold: many areas are far from their edge, and these put more cases near it. For the
same reason each cell is judged twice: with places as they stand to children now, and with one
place for each child of that day."""

CUTS: FloatArray = np.array([0.0, 0.1, 0.25, 0.5, 1.0])
"""Probabilities between which a kind's verdict is taken, near those at which ratings change.
Deciles would each hold the evidence of a few origins."""

MARGIN = 0.1
"""Difference between said and happened that no rating would turn on."""

LEVEL = 0.95
LEAST_ORIGINS = 6

_KINDS = [kind.value for kind in PLANNED_TYPES if kind not in NATIONALLY_COMMISSIONED]
_LEVELS: FloatArray = np.array(list(QUANTILES.values()))
_DECILES: FloatArray = np.linspace(0.0, 1.0, 11)
_NO_PAST = "No past forecast: the returns are too short to judge by."


class PastForecasts(Protocol):
    """One measure of the engine: nodes, what is known of them, forecasts from past origins."""

    @property
    def nodes(self) -> Any:
        """Nodes, with `frame` of their labels."""
        ...

    @property
    def y(self) -> FloatArray:
        """Children of every node, shape (n_nodes, n_months)."""
        ...

    @property
    def rolled(self) -> Any:
        """Past origins, forecasts by candidate, what came."""
        ...

    @property
    def errors(self) -> PastErrors | None:
        """Errors of the candidate that is handed out."""
        ...


class Spread(Protocol):
    """What intervals are never narrower than, where past errors are few."""

    def at(self, leads: IntArray) -> Spread:
        """Give some leads alone."""
        ...

    def around(self, mean: FloatArray, levels: FloatArray) -> NDArray[np.float32]:
        """Give quantiles less the mean, shape (n_levels, n_nodes, n_leads)."""
        ...


@dataclass(frozen=True, slots=True)
class Reliability:
    """How right probabilities of a shortage were.

    Attributes
    ----------
    frame : DataFrame
        A `RELIABILITY` table.
    reliable : Series of bool
        By placement type; False where probabilities are shown wrong by more
        than their doubt, and so far that those of one range of `CUTS` belong
        in another: likely shortages that come even more often are still
        likely. Kinds that are not judged are absent.
    shown : DataFrame
        By placement type, and by range of `CUTS` (0, 1, ...): happened less
        said where that is shown beyond doubt, else 0.
    """

    frame: pd.DataFrame
    reliable: pd.Series[bool]
    shown: pd.DataFrame

    def holds(
        self,
        placement_type: pd.Series[str],
        probability: pd.Series[float],
        *,
        amber: pd.Series[float] | float,
        red: pd.Series[float] | float,
    ) -> pd.Series[bool]:
        """Say which rows of a balance keep their colour when what is shown wrong is put right.

        Parameters
        ----------
        placement_type : Series of str
            Kind of each row; kinds that are not judged hold.
        probability : Series of float
            Of a shortage, same index.
        amber, red : Series of float or float
            Probabilities from which a row is amber, and red.

        Returns
        -------
        Series of bool
            False where the rating rests on a probability known to be wrong: a
            shortage that is called too seldom and is red all the same holds.
        """
        said = probability.fillna(0.0)
        band = np.clip(np.searchsorted(CUTS, said, side="right") - 1, 0, len(CUTS) - 2)
        kind = self.shown.index.get_indexer(pd.Index(placement_type))
        gap = np.where(kind >= 0, self.shown.to_numpy()[kind, band], 0.0)
        right = said + gap
        same = ((said >= amber) == (right >= amber)) & ((said >= red) == (right >= red))
        return pd.Series(same, index=probability.index, dtype="bool")

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by file name."""
        return {"reliability": self.frame}


def usable_today(balance: pd.DataFrame) -> pd.Series[float]:
    """Take the usable places of the first month out of a `BALANCE` table.

    Returns
    -------
    Series of float
        By local_authority and placement_type; authorities alone.
    """
    first = balance[
        (balance["horizon"] == 1)
        & (balance["local_authority"] != ALL)
        & (balance["age_band"] == ALL)
    ]
    return first.set_index(["local_authority", "placement_type"])["capacity_usable"].astype(
        "float64"
    )


def reliability(
    past: PastForecasts,
    *,
    usable: pd.Series[float],
    model: str = "combination",
    spread: Spread | None = None,
) -> Reliability:
    """Judge probabilities of a shortage by past forecasts.

    Parameters
    ----------
    past : PastForecasts
        The engine's measure of children.
    usable : Series of float
        Usable places today, by local_authority and placement_type (`usable_today`).
    model : str
        Candidate that is handed out.
    spread : Spread, optional
        Where the forecast of so few authorities leans on it.

    Returns
    -------
    Reliability
        A row a kind, lead and decile; `planned` pools the kinds, and `All`
        leads and deciles.
    """
    cases = _cases(past, usable, model, spread)
    rows, verdicts = [], {}
    for kind in [*_KINDS, PLANNED]:
        of_kind = cases if kind == PLANNED else cases[cases["placement_type"] == kind]
        for lead in [ALL, *LEADS]:
            chosen = of_kind if lead == ALL else of_kind[of_kind["lead"] == lead]
            verdicts[kind, lead] = _verdict(chosen, past)
            rows.append(_rows(kind, str(lead), chosen, verdicts[kind, lead], past))
    whole = [verdicts[kind, ALL] for kind in _KINDS]
    return Reliability(
        frame=RELIABILITY.check(pd.concat(rows, ignore_index=True)),
        reliable=pd.Series([one.holds for one in whole], index=_KINDS, dtype="bool"),
        shown=pd.DataFrame([one.shown for one in whole], index=_KINDS),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether probabilities are right, why, by how much they are shown wrong, where they are said.

    `said` is the mean of each range, `shown` what is to be added to it.
    """

    word: str
    note: str
    shown: FloatArray
    said: FloatArray

    @property
    def holds(self) -> bool:
        right = np.clip(self.said + self.shown, 0.0, 1.0)
        return bool(((right >= CUTS[:-1]) & (right <= CUTS[1:]) | (self.shown == 0.0)).all())


def _cases(
    past: PastForecasts, usable: pd.Series[float], model: str, spread: Spread | None
) -> pd.DataFrame:
    """One row a cell, origin, lead and multiple: what was said, and whether it came."""
    columns = ["placement_type", "origin", "lead", "said", "happened", "expected", "came"]
    origins, errors = past.rolled.origins, past.errors
    horizon = past.rolled.actual.shape[2] if len(origins) else 0
    leads = np.array([lead for lead in LEADS if lead <= horizon], dtype=np.int64)
    if errors is None or not len(leads):
        return pd.DataFrame({name: np.zeros(0) for name in columns})
    cells, ratio = _cells(past, usable)
    learned = _of_cells(errors, cells)
    kind = past.nodes.frame["placement_type"].to_numpy(object)[cells]
    parts = []
    for number, seen in enumerate(origins):
        point = past.rolled.past[model][number][:, leads - 1]
        floor = None
        if spread is not None:
            floor = spread.at(leads - 1).around(point, _LEVELS)[:, cells]
        intervals = learned.intervals(_LEVELS, known=errors.but(number)).at(leads - 1)
        quantiles = intervals.around(point[cells], structural=floor).astype(np.float64)
        came = past.rolled.actual[number][cells][:, leads - 1]
        then, known = past.y[cells, seen - 1], np.isfinite(came.ravel())
        parts += [
            _said(kind, number, leads, multiple * places, quantiles, came).assign(
                expected=point[cells].ravel()[known], came=came.ravel()[known]
            )
            for places in (ratio * then, then)
            for multiple in MULTIPLES
        ]
    return pd.concat(parts, ignore_index=True)


def _cells(past: PastForecasts, usable: pd.Series[float]) -> tuple[IntArray, FloatArray]:
    """Nodes of authorities' planned kinds, and places a child of each today."""
    frame = past.nodes.frame
    is_cell = (frame["level"].astype("str") == "authority/type").to_numpy()
    is_cell = is_cell & frame["placement_type"].isin(_KINDS).to_numpy()
    cells = np.flatnonzero(is_cell)
    keys = pd.MultiIndex.from_frame(frame.loc[is_cell, ["local_authority", "placement_type"]])
    places = usable.reindex(keys).to_numpy(float)
    now = past.y[cells, -1]
    ratio = np.divide(places, now, out=np.full(len(cells), np.nan), where=now > 0)
    known = np.isfinite(ratio) & (ratio > 0)
    return cells[known], ratio[known]


def _of_cells(errors: PastErrors, cells: IntArray) -> PastErrors:
    likeness = errors.likeness
    return replace(
        errors, likeness=Likeness(likeness.kind[cells], likeness.totals, likeness.borrows)
    )


def _said(
    kind: NDArray[np.object_],
    origin: int,
    leads: IntArray,
    places: FloatArray,
    quantiles: FloatArray,
    came: FloatArray,
) -> pd.DataFrame:
    # Children are whole, and short from so many on: as in the balance, and rounded alike.
    short_from = np.ceil(places + SHORT_FROM - 1e-9)[:, None]
    said = np.mean(
        [
            probability_above(
                np.broadcast_to(short_from - rounding, came.shape),
                levels=_LEVELS,
                quantiles=quantiles,
            )
            for rounding in ROUNDINGS
        ],
        axis=0,
    )
    known = np.isfinite(came)
    table = pd.DataFrame(
        {
            "placement_type": np.repeat(kind, len(leads)),
            "origin": origin,
            "lead": np.tile(leads, len(kind)),
            "said": said.ravel(),
            "happened": (np.round(came) >= short_from).ravel(),
        }
    )
    return table[known.ravel()]


def _bins(cases: pd.DataFrame, past: PastForecasts, edges: FloatArray) -> Bins:
    return binned(
        cases["said"].to_numpy(float),
        cases["happened"].to_numpy(bool),
        origin=cases["origin"].to_numpy(np.int64),
        lead=cases["lead"].to_numpy(np.int64),
        spacing=past.rolled.spacing,
        edges=edges,
    )


def _lean(cases: pd.DataFrame) -> float:
    """Children who came over those expected; NaN without any."""
    expected = float(cases["expected"].sum())
    return float(cases["came"].sum()) / expected if expected > 0 else float("nan")


def _verdict(cases: pd.DataFrame, past: PastForecasts) -> _Verdict:
    nothing = np.zeros(len(CUTS) - 1)
    if cases.empty:
        return _Verdict("unknown", _NO_PAST, nothing, nothing)
    bins = _bins(cases, past, CUTS)
    wrong = shown_wrong(bins, margin=MARGIN, level=LEVEL, least_origins=LEAST_ORIGINS)
    if np.isnan(wrong).all():
        return _Verdict("unknown", "Too few past origins to say.", nothing, nothing)
    worst = int(np.nanargmax(np.abs(wrong)))
    shown, said = np.nan_to_num(wrong), np.nan_to_num(bins.said)
    if shown[worst] == 0.0:
        return _Verdict(
            "yes", "What was said agrees with what came, within its doubt.", shown, said
        )
    low, high = CUTS[worst], CUTS[worst + 1]
    note = (
        f"Of shortages called {low:.0%} to {high:.0%} likely, {bins.said[worst]:.0%} on average, "
        f"{bins.happened[worst]:.0%} came: more than chance explains."
    )
    return _Verdict("no", note, shown, said)


def _rows(
    kind: str, lead: str, cases: pd.DataFrame, told: _Verdict, past: PastForecasts
) -> pd.DataFrame:
    parts = []
    for edges, names in (
        (np.array([0.0, 1.0]), [ALL]),
        (_DECILES, [str(number) for number in range(1, 11)]),
    ):
        bins = _bins(cases, past, edges)
        low, high = bins.interval(0.8)
        parts.append(
            pd.DataFrame(
                {
                    "placement_type": kind,
                    "lead": lead,
                    "decile": names,
                    "n": bins.n,
                    "origins": bins.origins,
                    "said": bins.said,
                    "happened": bins.happened,
                    "happened_q10": low,
                    "happened_q90": high,
                    "reliable": told.word,
                    "note": told.note,
                    "came_over_expected": _lean(cases) if names == [ALL] else np.nan,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
