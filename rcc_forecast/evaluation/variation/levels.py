"""Authorities' lasting levels and characteristics, from a panel; who is left out, and why.

Over several periods an authority's level is its mean, with what all authorities
share in a period (prices, above all) taken off; how far its periods waver about
it says how surely the level is known. In one period only a share of children says that, by
its count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.variation import moderated_variances
from rcc_forecast.errors import NothingUsableError, RccError, UnknownNameError
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.spec import SpecError
from rcc_forecast.evaluation.variation.spec import VariationSpec

LEAST_AUTHORITIES = 30
LEAST_FOR_EACH = 10
"""Authorities for each characteristic, so that a few do not decide its part."""

_COPIED = 1e-9
"""Share of the variance between authorities below which periods are copies of one another."""


class TooFewAuthoritiesError(NothingUsableError):
    """Too few authorities have the outcome and every characteristic."""

    def __init__(self, *, given: int, needed: int, characteristics: int, left_out: int) -> None:
        self.given, self.needed, self.left_out = given, needed, left_out
        self.wanted, self.reason = "A comparison of authorities", "too few can be compared."
        RccError.__init__(
            self,
            f"{given} authorities have the outcome and all {characteristics} characteristics; "
            f"{needed} are needed ({LEAST_AUTHORITIES}, and {LEAST_FOR_EACH} for each "
            f"characteristic). {left_out} were left out for want of a value. Name fewer "
            f"characteristics, other periods, or a larger carry_forward.",
        )


@dataclass(frozen=True, slots=True)
class Levels:
    """Authorities that can be compared.

    Attributes
    ----------
    frame : DataFrame
        By la_code, sorted: ``region, observed, noise`` (variance of the
        observed level about the lasting one), and a column a characteristic.
    left_out : Series of str
        Why, by la_code.
    regions : Series of str
        Region of every authority, those left out too.
    noise_known : bool
        Whether ``noise`` is known; 0 where it is not.
    withheld : dict of str to int
        Authorities whose value of a characteristic rests on a withheld count.
    """

    frame: pd.DataFrame
    left_out: pd.Series[str]
    regions: pd.Series[str]
    noise_known: bool
    withheld: dict[str, int]


def levels_of(cells: Cells, spec: VariationSpec) -> Levels:
    """Give authorities' levels of the outcome beside their characteristics.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    spec : VariationSpec
        With an outcome.

    Raises
    ------
    UnknownNameError, SpecError
        The panel has no outcome, period or authority of that name.
    TooFewAuthoritiesError
        See `LEAST_AUTHORITIES`.
    """
    require_names(cells, spec)
    numbers = period_numbers(cells, spec)
    own = cells.frame[
        (cells.frame["outcome"] == spec.outcome)
        & cells.frame["period"].isin(numbers)
        & cells.frame["value"].notna()
    ]
    if spec.logarithm:
        own = own[own["value"] > 0]
    observed, noise, known = _levels(own, n_periods=len(numbers), logarithm=spec.logarithm)
    frame = pd.DataFrame({"observed": observed, "noise": noise})
    return with_characteristics(cells, spec, frame, noise_known=known)


def require_names(cells: Cells, spec: VariationSpec) -> None:
    """Refuse names that the panel does not have.

    Raises
    ------
    UnknownNameError
        The nearest name is offered.
    SpecError
        An authority to leave out is not in the panel.
    """
    outcomes = set(cells.frame["outcome"])
    wanted = [spec.outcome] if spec.outcome else [*spec.grades]
    for name in [*wanted, *spec.characteristics]:
        if name not in outcomes:
            raise UnknownNameError(what="outcome of the panel", given=name, known=outcomes)
    unknown = sorted(set(spec.leave_out) - set(cells.frame["la_code"]))
    if unknown:
        told = f"leave_out names {', '.join(unknown)}: the panel has no such authority."
        raise SpecError(name="The specification of a variation", faults=[told])


def period_numbers(cells: Cells, spec: VariationSpec) -> list[int]:
    """Give the numbers of the specification's periods, in order.

    Raises
    ------
    UnknownNameError
        The outcome has no value in a period of that name.
    """
    wanted = {spec.outcome, *spec.grades}
    held = cells.frame[cells.frame["outcome"].isin(wanted) & cells.frame["value"].notna()]
    known = {cells.calendar.name(int(each)): int(each) for each in held["period"].unique()}
    for period in spec.periods:
        if period not in known:
            raise UnknownNameError(what="period of the outcome", given=period, known=known)
    return sorted(known[period] for period in spec.periods)


def with_characteristics(
    cells: Cells, spec: VariationSpec, observed: pd.DataFrame, *, noise_known: bool
) -> Levels:
    """Set characteristics beside what is observed, and leave out who lacks one.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    spec : VariationSpec
        Which characteristics, of which periods.
    observed : DataFrame
        By la_code.
    noise_known : bool
        Of `Levels`.

    Raises
    ------
    TooFewAuthoritiesError
        See `LEAST_AUTHORITIES`.
    """
    numbers = period_numbers(cells, spec)
    columns = {name: _characteristic(cells, name, numbers, spec) for name in spec.characteristics}
    # Whoever has any figure in these periods is compared, or told why not.
    there = cells.frame.loc[cells.frame["period"].isin(numbers), "la_code"]
    observed = observed.reindex(observed.index.union(list(there.unique())))
    beside = pd.DataFrame({name: each["value"] for name, each in columns.items()})
    beside = beside.reindex(observed.index)
    regions = cells.frame.sort_values("period", kind="stable").groupby("la_code")["region"].last()
    what = spec.outcome or "grades"
    lacking = beside.assign(**{what: observed["observed"]}).isna()
    reasons = lacking.apply(
        lambda row: "no value of " + ", ".join(row.index[row]) if row.any() else "", axis=1
    ).astype("str")
    asked = observed.index.isin(spec.leave_out)
    reasons = reasons.where(~asked, "left out by the specification").sort_index()
    kept = reasons.index[reasons == ""]
    needed = max(LEAST_AUTHORITIES, LEAST_FOR_EACH * len(spec.characteristics))
    if len(kept) < needed:
        raise TooFewAuthoritiesError(
            given=len(kept),
            needed=needed,
            characteristics=len(spec.characteristics),
            left_out=len(reasons) - len(kept),
        )
    frame = pd.concat([regions.loc[kept], observed.loc[kept], beside.loc[kept]], axis=1)
    withheld = {
        name: int(each["imputed"].reindex(kept).fillna(0).gt(0).sum())
        for name, each in columns.items()
    }
    return Levels(frame, reasons[reasons != ""], regions, noise_known, withheld)


def _levels(
    own: pd.DataFrame, *, n_periods: int, logarithm: bool
) -> tuple[pd.Series[float], pd.Series[float], bool]:
    """Give each authority's level, the variance of that level, and whether it is known."""
    values = np.log(own["value"]) if logarithm else own["value"]
    own = own.assign(value=values)
    if n_periods == 1:
        by_code = own.set_index("la_code").sort_index()
        return by_code["value"], *_chance(by_code, logarithm=logarithm)
    codes, periods = (pd.Categorical(own[name]) for name in ("la_code", "period"))
    own = own.assign(code=codes.codes)
    dummies = np.eye(len(periods.categories))[periods.codes][:, 1:]
    # What all share in a period is told within authorities, so that who is there does not matter.
    columns = pd.DataFrame(dummies, index=own.index).assign(value=own["value"])
    inside = (columns - columns.groupby(own["code"]).transform("mean")).to_numpy(dtype=float)
    shared, _, rank, _ = np.linalg.lstsq(inside[:, :-1], inside[:, -1], rcond=None)
    apart = own["value"] - dummies @ shared
    by_code = apart.groupby(own["code"])
    level, times = by_code.mean(), by_code.size().to_numpy(dtype=float)
    squares = ((apart - by_code.transform("mean")) ** 2).groupby(own["code"]).sum()
    # Shared periods were estimated too, which costs every authority a little.
    left = max(0.0, len(own) - len(level) - rank) / max(1, len(own) - len(level))
    variance = moderated_variances(squares.to_numpy(), degrees=(times - 1) * left)
    index = pd.Index(codes.categories.astype("str"), name="la_code")
    observed = pd.Series(level.to_numpy() + np.append(shared, 0.0).mean(), index=index)
    # One figure copied from period to period says nothing of how it wavers.
    known = bool((variance > _COPIED * level.var()).all())
    return observed, pd.Series(variance / times if known else 0.0, index=index), known


def _chance(by_code: pd.DataFrame, *, logarithm: bool) -> tuple[pd.Series[float], bool]:
    """Give the binomial variance of each share; not known where there are no counts."""
    if not by_code["denominator"].gt(0).all():
        return pd.Series(0.0, index=by_code.index), False
    pooled = by_code["numerator"].sum() / by_code["denominator"].sum()
    noise = pooled * (1 - pooled) / by_code["denominator"]
    # The variance of a logarithm is that of the share over its square.
    return (noise / pooled**2 if logarithm else noise), True


def _characteristic(
    cells: Cells, name: str, numbers: list[int], spec: VariationSpec
) -> pd.DataFrame:
    """Give each authority's mean in the periods, else its newest value shortly before them."""
    used = ["value", "imputed"]
    own = cells.frame[(cells.frame["outcome"] == name) & cells.frame["value"].notna()]
    own = own.astype({"imputed": float})
    inside = own[own["period"].isin(numbers)].groupby("la_code")[used].mean()
    first = min(numbers)
    before = own[own["period"].between(first - spec.carry_forward, first - 1)]
    newest = before.sort_values("period", kind="stable").groupby("la_code")[used].last()
    return pd.concat([inside, newest[~newest.index.isin(inside.index)]])
