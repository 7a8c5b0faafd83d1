"""Foster carers ahead: the register's households, recruited and lost at rates in doubt.

Where a register dates its past openings and closures, they are the evidence;
where it is silent, rates are those that Ofsted publishes, as wide as
authorities differ. The forecast is for mainstream carers (`foster`): relatives
and friends are approved for one child, and recruit themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.sufficiency.carers import (
    NEW_MONTHS,
    CarerPaths,
    CarerStock,
    Evidence,
    RatePrior,
    ShareDrift,
    drawn_carers,
    drawn_rates,
    with_changes,
)
from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.sufficiency.residents import own_residents, positions
from rcc_forecast.tables.carers import CARER_MEASURES, CARERS
from rcc_forecast.tables.homes import HOMES, open_on

MAINSTREAM_HOUSEHOLDS = 42_615 * (1 - 0.21)
"""Ofsted, Fostering in England 2023 to 2024: households on 31 March 2024 less the 21% that are
family and friends."""

RECRUITED_A_YEAR = 4_055 / MAINSTREAM_HOUSEHOLDS
LEFT_A_YEAR = 4_820 / MAINSTREAM_HOUSEHOLDS
"""The same release: mainstream households newly approved, and deregistered, in the year."""

RECRUITING = RatePrior(
    mean=RECRUITED_A_YEAR, region_spread=0.14, shape=14.0, yearly_shape=14.0, drift=0.08
)
"""Ofsted, Fostering in England 2018 to 2019, 145 services of authorities: mainstream households
approved spread about their mean with gamma shape 7.1, regions with a log standard deviation of
0.14. One year cannot part lasting from passing differences: each is taken for half. The drift is
that of the national rate, 13.2% in 2018, 11.2% in 2022, 12.0% in 2024."""

LEAVING = RatePrior(mean=LEFT_A_YEAR, region_spread=0.14, shape=7.0, yearly_shape=7.0, drift=0.08)
"""The same; deregistrations of mainstream and kinship households, fitted together, have shape 3.5.
Nationally 15.1% of mainstream households left in 2021 to 2022 and 14.3% in 2023 to 2024."""

PLACES_A_HOUSEHOLD = 70_465 / MAINSTREAM_HOUSEHOLDS
PLACES_SPREAD = 0.8
"""Mainstream places a household (2024), and the spread between households of 15,425 approved for
one child, 18,230 for two, 10,795 for three or more (2019)."""

FILLED, VACANT = 0.61, 0.16
"""Shares of mainstream places on 31 March 2024: filled in about 60% (authorities) and 62%
(agencies), vacant 16%; the rest is not available."""

SHARE_DRIFT = ShareDrift(not_available=0.14, filled=0.1)
"""From 2019 (62% filled, 18% vacant, 18% not available) to 2024 the log odds of a place not being
available rose by 0.31 in five years, 0.14 a square root of a year; those of the rest being filled
hardly moved, and are given two thirds of that for the doubt of a single area."""

WINDOW_YEARS = 3
"""Years of a register's own flows that are evidence: long enough to count, short enough to hold."""

DATED_SHARE = 0.5
"""Share of an authority's households with a date of opening from which openings are counted: in
a register with fewer, a blank says nothing."""

_NEW_RATIO_SHAPE = 20.0
"""Leavers that the assumption "new carers leave like others" counts for beside a register's own."""

_FOSTER = PlacementType.FOSTER.value
_MEASURES = list(CARER_MEASURES.labels)
_STOCKS = ("households", "approved", "filled", "vacant", "not_available")


@dataclass(frozen=True, slots=True)
class CarersForecast:
    """Foster carers ahead.

    Attributes
    ----------
    frame : DataFrame
        A `CARERS` table.
    relative : ndarray, shape (n_paths, n_authorities, horizon)
        What multiplies the usable foster places that the register gives, dated openings and
        closures among them, in each future; authorities in the order of the futures.
    places_a_household : ndarray, shape (n_authorities,)
        Usable places that one more household brings.
    staying : ndarray, shape (n_authorities, horizon)
        Share of households recruited now that are still there after so many months.
    households : ndarray, shape (n_authorities,)
        On the register today.
    """

    frame: pd.DataFrame
    relative: FloatArray
    places_a_household: FloatArray
    staying: FloatArray
    households: FloatArray

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by file name."""
        return {"carers": self.frame}


def carers_forecast(
    futures: AreaFutures,
    *,
    homes: pd.DataFrame,
    as_of: pd.Timestamp,
    before: pd.DataFrame | None = None,
    residents: pd.DataFrame | None = None,
    seed: int,
) -> CarersForecast:
    """Forecast foster households and places by area.

    Parameters
    ----------
    futures : AreaFutures
        Areas, authorities, months and the number of futures; its children are not read.
    homes : DataFrame
        A `HOMES` table, as a scenario leaves it.
    as_of : Timestamp
        The day the register describes.
    before : DataFrame, optional
        The register before the scenario; `homes` itself when absent. What a
        scenario opens or closes comes on top of the flows; what the register
        dates of itself is part of them.
    residents : DataFrame, optional
        Who lives where, by Ofsted number (`residents_of`): places filled are then counted.
    seed : int
        Of the run: the same chance whatever the scenario.

    Returns
    -------
    CarersForecast
        Its table has every area, with horizon 0 for the day itself. Where an
        authority has no foster household, its rows are 0.
    """
    codes = futures.authorities["local_authority"].tolist()
    fostering = _fostering(homes if before is None else before, codes, as_of, residents)
    stock = _stock(fostering, futures.months, as_of)
    recruited, left = _recruited(fostering, as_of), _left(fostering, as_of)
    rng = np.random.default_rng([seed, 5])
    n_paths = len(futures.paths)
    paths = drawn_carers(
        stock,
        recruiting=drawn_rates(recruited, RECRUITING, n_paths=n_paths, rng=rng),
        leaving=drawn_rates(left, LEAVING, n_paths=n_paths, rng=rng),
        recruit_prior=RECRUITING,
        leave_prior=LEAVING,
        drift=SHARE_DRIFT,
        new_ratio=_new_ratio(fostering, as_of, n_paths=n_paths, rng=rng),
        rng=rng,
    )
    if before is not None:
        changes = _changes(before, homes, codes, futures.months)
        paths = with_changes(
            paths,
            added=changes.added,
            lost=changes.lost,
            places_added=changes.places_added,
            places_lost=changes.places_lost,
        )
    told = _told(fostering, recruited, left)
    rows = [_rows_of(area, paths, stock, told, futures.months, as_of) for area in futures.areas]
    return CarersForecast(
        frame=CARERS.check(pd.concat(rows, ignore_index=True)),
        relative=paths.relative,
        places_a_household=stock.places * (1.0 - stock.not_available),
        staying=np.asarray(np.exp(-np.cumsum(paths.hazard, axis=2)).mean(axis=0)),
        households=stock.households,
    )


@dataclass(frozen=True, slots=True)
class _Fostering:
    """Foster households of a register, one row a household, and how their places are used.

    `rows` has authority (its position), places, opened, closed, open_now;
    `not_available` and `filled` are as in `CarerStock`; `counted` says whether
    children were counted in the places of an authority.
    """

    rows: pd.DataFrame
    n_authorities: int
    not_available: FloatArray
    filled: FloatArray
    counted: NDArray[np.bool_]

    def summed(self, weight: pd.Series[float] | FloatArray, where: pd.Series[bool]) -> FloatArray:
        """Sum a weight over rows by authority."""
        chosen = where.to_numpy(bool)
        at = self.rows["authority"].to_numpy()[chosen]
        total = np.bincount(at, np.asarray(weight, dtype=float)[chosen], self.n_authorities)
        return np.asarray(total, dtype=np.float64)


def _fostering(
    homes: pd.DataFrame, codes: list[str], as_of: pd.Timestamp, residents: pd.DataFrame | None
) -> _Fostering:
    homes = HOMES.check(homes)
    authority = positions(codes, homes["local_authority"])
    inside = (authority >= 0) & (homes["placement_type"] == _FOSTER).to_numpy()
    homes = homes[inside].reset_index(drop=True)
    places = homes["places_approved"].astype("float64")
    free = homes["places_available"].astype("float64")
    places = places.fillna(free)
    rows = pd.DataFrame(
        {
            "authority": authority[inside],
            "places": places.fillna(places.mean()).fillna(PLACES_A_HOUSEHOLD),
            "free": np.minimum(free, places),
            "opened": homes["opened"],
            "closed": homes["closed"],
            "open_now": open_on(homes, as_of).astype(bool),
        }
    )
    found = _Fostering(rows, len(codes), np.zeros(0), np.zeros(0), np.zeros(len(codes), dtype=bool))
    now = rows["open_now"]
    approved = found.summed(rows["places"], now)
    known = now & rows["free"].notna()
    of_known = found.summed(rows["places"], known)
    vacant = _share(found.summed(rows["free"].fillna(0.0), known), of_known, VACANT)
    own = own_residents(residents, homes[now.to_numpy()], authorities=codes, kinds=[_FOSTER])[
        :, :, 0
    ].sum(axis=0)
    counted = np.isfinite(own)
    filled = _share(np.where(counted, own, 0.0), approved, FILLED)
    filled = np.where(
        counted, np.minimum(filled, 1.0 - vacant), FILLED * (1 - vacant) / (1 - VACANT)
    )
    usable = filled + vacant
    return _Fostering(
        rows=rows,
        n_authorities=len(codes),
        not_available=1.0 - usable,
        filled=_share(filled, usable, FILLED / (FILLED + VACANT)),
        counted=counted & (approved > 0),
    )


def _share(part: FloatArray, whole: FloatArray, otherwise: float) -> FloatArray:
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, otherwise), where=whole > 0))


def _stock(fostering: _Fostering, months: pd.DatetimeIndex, as_of: pd.Timestamp) -> CarerStock:
    rows, n = fostering.rows, fostering.n_authorities
    now = rows["open_now"]
    since = (as_of - rows["opened"]).dt.days / 30.4375
    fresh = now & (since < NEW_MONTHS)
    new = np.zeros((n, NEW_MONTHS))
    age = since[fresh].to_numpy(float).astype(np.int64)
    np.add.at(new, (rows["authority"].to_numpy()[fresh.to_numpy()], age), 1.0)
    opens = _month_of(rows["opened"], months, last_day_counts=True)
    opens = np.where(rows["opened"].to_numpy() > np.datetime64(as_of), opens, -1)
    there = now.to_numpy() | (opens >= 0)
    closes = np.where(there, _month_of(rows["closed"], months, last_day_counts=False), -1)
    households = fostering.summed(np.ones(len(rows)), now)
    places = fostering.summed(rows["places"], now)
    usual = places.sum() / households.sum() if households.sum() else PLACES_A_HOUSEHOLD
    weight = rows["places"].to_numpy()
    one = np.ones(len(rows))
    return CarerStock(
        new=new,
        settled=fostering.summed(one, now & ~fresh),
        planned_in=_by_month(fostering, opens, one, len(months)),
        planned_out=_by_month(fostering, closes, one, len(months)),
        places=_share(places, households, float(usual)),
        places_spread=PLACES_SPREAD,
        places_in=_by_month(fostering, opens, weight, len(months)),
        places_out=_by_month(fostering, closes, weight, len(months)),
        not_available=fostering.not_available,
        filled=fostering.filled,
    )


def _month_of(
    day: pd.Series[pd.Timestamp], months: pd.DatetimeIndex, *, last_day_counts: bool
) -> IntArray:
    """Month, from 0, at whose end a date is first felt; -1 for none ahead."""
    known = day.notna().to_numpy()
    # A home is open on its last day: one that closes on a month's last day is felt a month later.
    at = months.searchsorted(
        pd.DatetimeIndex(day.fillna(months[0])), side="left" if last_day_counts else "right"
    )
    return np.asarray(np.where(known & (at < len(months)), at, -1), dtype=np.int64)


def _by_month(
    fostering: _Fostering, month: IntArray, weight: FloatArray, horizon: int
) -> FloatArray:
    found = np.zeros((fostering.n_authorities, horizon))
    felt = month >= 0
    np.add.at(found, (fostering.rows["authority"].to_numpy()[felt], month[felt]), weight[felt])
    return found


def _recruited(fostering: _Fostering, as_of: pd.Timestamp) -> Evidence:
    """Count openings of the last years, in authorities whose register dates them."""
    rows = fostering.rows
    began = as_of - pd.DateOffset(years=WINDOW_YEARS)
    seen = (rows["opened"] > began) & (rows["opened"] <= as_of)
    known = rows["open_now"] | ((rows["closed"] > began) & (rows["closed"] <= as_of))
    one = np.ones(len(rows))
    dated = fostering.summed(one, known & rows["opened"].notna())
    trusted = dated >= np.maximum(DATED_SHARE * fostering.summed(one, known), 1.0)
    households = fostering.summed(one, rows["open_now"])
    # A register that forgets those who left shows only recruits who stayed.
    forgets = fostering.summed(one, (rows["closed"] > began) & (rows["closed"] <= as_of)) == 0
    stayed = (1.0 - np.exp(-LEFT_A_YEAR * WINDOW_YEARS)) / LEFT_A_YEAR
    years = np.where(forgets, stayed, float(WINDOW_YEARS))
    return Evidence(
        events=np.where(trusted, fostering.summed(one, seen), 0.0),
        exposure=np.where(trusted, households * years, 0.0),
    )


def _left(fostering: _Fostering, as_of: pd.Timestamp) -> Evidence:
    """Count closures since the first that a register keeps, which opens the window."""
    rows, n = fostering.rows, fostering.n_authorities
    began = as_of - pd.DateOffset(years=WINDOW_YEARS)
    past = (rows["closed"] > began) & (rows["closed"] <= as_of)
    first = rows[past].groupby("authority")["closed"].min().reindex(range(n))
    start = rows["authority"].map(first)
    since = past & (rows["closed"] > start)
    years = (as_of - first).dt.days.fillna(0).to_numpy(float) / 365.25
    households = fostering.summed(np.ones(len(rows)), rows["open_now"])
    return Evidence(events=fostering.summed(np.ones(len(rows)), since), exposure=households * years)


def _new_ratio(
    fostering: _Fostering, as_of: pd.Timestamp, *, n_paths: int, rng: np.random.Generator
) -> FloatArray:
    """How much likelier new carers are to leave, where the register dates both ends."""
    rows = fostering.rows
    began = as_of - pd.DateOffset(years=WINDOW_YEARS)
    gone = (rows["closed"] > began) & (rows["closed"] <= as_of) & rows["opened"].notna()
    edge = rows["opened"] + pd.DateOffset(months=NEW_MONTHS)
    new_left = float((gone & (rows["closed"] < edge)).sum())
    known = rows[(rows["open_now"] | gone) & rows["opened"].notna()]
    last = known["closed"].where(known["closed"] <= as_of, as_of)
    start = known["opened"].where(known["opened"] > began, began)
    edge = known["opened"] + pd.DateOffset(months=NEW_MONTHS)
    as_new = (pd.concat([last, edge], axis=1).min(axis=1) - start).dt.days.clip(lower=0)
    exposure = float((last - start).dt.days.clip(lower=0).sum())
    share = float(as_new.sum()) / exposure if exposure else 0.0
    expected = float(gone.sum()) * share
    shape = _NEW_RATIO_SHAPE
    return np.asarray(rng.gamma(shape + new_left, 1.0 / (shape + expected), size=n_paths))


@dataclass(frozen=True, slots=True)
class _Changes:
    """What a scenario opens and closes, by authority and month: households, and their places."""

    added: FloatArray
    lost: FloatArray
    places_added: FloatArray
    places_lost: FloatArray


def _changes(
    before: pd.DataFrame, after: pd.DataFrame, codes: list[str], months: pd.DatetimeIndex
) -> _Changes:
    foster = [homes[homes["placement_type"] == _FOSTER] for homes in (before, after)]
    then, now = (_open_by_month(homes, months) for homes in foster)
    every = now.index.union(then.index)
    change = now.reindex(every, fill_value=0.0) - then.reindex(every, fill_value=0.0)
    steps = np.diff(change.to_numpy(float), axis=1, prepend=0.0)
    told = pd.concat(foster).drop_duplicates("home_id", keep="last").set_index("home_id")
    authority = positions(codes, told["local_authority"].reindex(every))
    places = told["places_approved"].reindex(every).astype("float64").fillna(PLACES_A_HOUSEHOLD)
    inside = authority >= 0

    def summed(by_home: FloatArray) -> FloatArray:
        total = np.zeros((len(codes), len(months)))
        np.add.at(total, authority[inside], by_home[inside])
        return total

    added, lost = np.maximum(steps, 0.0), np.maximum(-steps, 0.0)
    weight = places.to_numpy(float)[:, None]
    return _Changes(summed(added), summed(lost), summed(added * weight), summed(lost * weight))


def _open_by_month(homes: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    opened = np.stack([open_on(homes, month).to_numpy(float) for month in months], axis=1)
    return pd.DataFrame(opened, index=pd.Index(homes["home_id"].astype("str")))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sources of figures rest on, by authority."""

    recruited: Evidence
    left: Evidence
    counted: NDArray[np.bool_]
    households: FloatArray

    def sources(self, members: NDArray[np.bool_]) -> dict[str, str]:
        """Say for each measure of some authorities where it comes from."""
        if not self.households[members].sum():
            return dict.fromkeys(_MEASURES, "The register lists no foster household here.")
        level = "Register of homes; ahead: " + self._flows(members)
        uses = (
            "Register of homes and children counted by Ofsted number"
            if self.counted[members].all()
            else "Register of homes, shares of Ofsted 2024 where children are not counted"
        )
        flows = self._flows(members)
        return {
            **dict.fromkeys(("households", "approved"), level),
            **dict.fromkeys(("filled", "vacant", "not_available"), f"{uses}; ahead: {flows}"),
            "recruited": self._flow(self.recruited, members, "recruited", RECRUITED_A_YEAR),
            "left": self._flow(self.left, members, "left", LEFT_A_YEAR),
        }

    def _flows(self, members: NDArray[np.bool_]) -> str:
        own = self.recruited.exposure[members].sum() + self.left.exposure[members].sum()
        return (
            "rates of the register and of Ofsted 2024, pooled"
            if own
            else "rates of Ofsted 2024, for the register dates too few openings and closures"
        )

    def _flow(
        self, evidence: Evidence, members: NDArray[np.bool_], word: str, national: float
    ) -> str:
        events, years = evidence.events[members].sum(), evidence.exposure[members].sum()
        published = f"Ofsted, Fostering in England 2023 to 2024: {national:.1%} a year"
        if not years:
            return f"{published}; the register dates too few"
        return f"{events:.0f} {word} in {years:,.0f} household-years of the register; {published}"


def _told(fostering: _Fostering, recruited: Evidence, left: Evidence) -> _Told:
    now = fostering.rows["open_now"]
    households = fostering.summed(np.ones(len(fostering.rows)), now)
    return _Told(recruited, left, fostering.counted, households)


def _rows_of(
    area: Area,
    paths: CarerPaths,
    stock: CarerStock,
    told: _Told,
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """One area: its day, then every month, by measure."""
    ever = np.flatnonzero(area.members.any(axis=1))
    weight = area.members[ever].astype(float)
    sources = told.sources(np.asarray(area.members.any(axis=1)))
    today = _today(stock)
    founded = np.concatenate([area.members[:, :1].any(axis=0), area.members.any(axis=0)])
    parts = []
    for measure in _MEASURES:
        drawn = np.einsum("pah,ah->ph", getattr(paths, measure)[:, ever], weight)
        low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
        now = today[measure][ever] @ weight[:, 0] if measure in _STOCKS else np.nan
        figures = {"mean": drawn.mean(axis=0), "q10": low, "q90": high}
        part = pd.DataFrame({name: np.append(now, values) for name, values in figures.items()})
        part = part.assign(
            month=[as_of.strftime("%Y-%m-%d"), *months.strftime("%Y-%m-%d")],
            horizon=np.arange(len(months) + 1),
            rcc=[area.rcc[0], *area.rcc],
            measure=measure,
            source=sources[measure],
        )
        part = part[founded if measure in _STOCKS else founded & (part["horizon"] > 0)]
        parts.append(part)
    name = "" if area.local_authority == ALL else name_of(area.local_authority)
    return pd.concat(parts, ignore_index=True).assign(
        region=area.region, local_authority=area.local_authority, local_authority_name=name
    )


def _today(stock: CarerStock) -> dict[str, FloatArray]:
    approved = stock.households * stock.places
    usable = approved * (1.0 - stock.not_available)
    return {
        "households": stock.households,
        "approved": approved,
        "not_available": approved - usable,
        "filled": usable * stock.filled,
        "vacant": usable * (1.0 - stock.filled),
    }
