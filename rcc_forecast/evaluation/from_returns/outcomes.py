"""Outcomes of children looked after on a day, by authority and period, from returns.

Counted as the DfE's tables count them, under the same names as those of the
published files, so that a panel from returns and one from releases agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.evaluation.from_returns.counting_days import (
    EVERY,
    CountingDay,
    counting_days,
    not_known_told,
    year_not_known_told,
)
from rcc_forecast.evaluation.from_returns.forecast_error import Guesses, forecast_errors
from rcc_forecast.evaluation.from_returns.group_counts import characteristics_known, not_given_told
from rcc_forecast.evaluation.from_returns.looked_after import (
    OF_THE_EPISODE,
    OF_THE_YEAR,
    Stays,
    children_on,
    stays_of,
)
from rcc_forecast.evaluation.from_returns.reorganised import successions_of
from rcc_forecast.evaluation.from_returns.sibling_outcome import (
    SIBLINGS_APART,
    Families,
    Told,
    families_of,
    siblings_told,
    with_siblings_apart,
)
from rcc_forecast.evaluation.from_returns.unit_cost_outcome import (
    Prices,
    prices_of,
    unit_costs_on,
    unit_costs_told,
    values_of,
)
from rcc_forecast.geography import region_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.tables.disparity import GROUP_OUTCOMES
from rcc_forecast.tables.evaluation import PANEL


@dataclass(frozen=True, slots=True)
class ReturnedPanel:
    """A panel of outcomes from returns.

    Attributes
    ----------
    frame : DataFrame
        A `PANEL` table of counts and shares, none withheld: for use inside.
    groups : DataFrame
        A `GROUP_OUTCOMES` table of the same counts by ethnic group, sex and
        whether unaccompanied; without rows where returns state none of them.
    findings : Findings
        What is not known of how many children, and what stands apart.
    """

    frame: pd.DataFrame
    groups: pd.DataFrame
    findings: Findings


def panel_from_journeys(
    journeys: Journeys,
    *,
    every: str = "year",
    siblings: pd.DataFrame | None = None,
    uasc: pd.DataFrame | None = None,
    homes: pd.DataFrame | None = None,
    forecasts: Sequence[Guesses] = (),
) -> ReturnedPanel:
    """Count outcomes by authority and period.

    Parameters
    ----------
    journeys : Journeys
        Of every return; each authority's periods are those that it filed.
    every : str
        ``year`` counts on 31 March, ``quarter`` and ``month`` on the last day
        of each.
    siblings : DataFrame, optional
        One row a child of a group of brothers and sisters: ``sibling_group,
        local_authority, child_id``. Returns do not say who is related.
    uasc : DataFrame, optional
        The returns' UASC table: an unaccompanied child is one until the status
        ceased. Without it, one is for good.
    homes : DataFrame, optional
        A `HOMES` table, for what homes cost.
    forecasts : sequence of Guesses
        Forecasts made earlier, for how far they were off.

    Returns
    -------
    ReturnedPanel
        ``over_20_miles``, ``over_20_miles_and_outside``, ``out_of_area``,
        ``residential``, ``residential_or_semi_independent``, ``fostered``,
        ``private_provision`` and ``three_or_more_placements`` (in the year to
        the day), each as a share of all children looked after on the day. With
        `siblings` also ``siblings_apart``: of those with a brother or sister
        looked after by the same authority that day, and whose homes are all
        known, the share who live apart from one or more; too few where
        postcodes are cut to sectors. With `homes` ``unit_cost`` and
        ``unit_cost_childrens_home``, GBP a week a child, and with `forecasts`
        ``forecast_error``, a share of the children there were: values without
        numerator and denominator.

    Raises
    ------
    NothingUsableError
        No return holds a child looked after on such a day.
    """
    season = EVERY[every]
    successions = successions_of(journeys.filed)
    days = counting_days(journeys.filed, successions, season=season, seen=journeys.as_of)
    stays = stays_of(journeys, uasc=uasc)
    families = None if siblings is None else families_of(journeys, siblings)
    prices = None if homes is None else prices_of(homes)
    counted = _counted(stays, days, families, prices)
    if counted.shares.empty:
        on = "a 31 March" if season == 1 else f"the last day of a {every}"
        raise NothingUsableError(
            wanted="A panel", reason=f"no return holds a child looked after on {on}."
        )
    values, told = _beside_counts(counted, forecasts, season=season, has_prices=prices is not None)
    if families is not None:
        told.append(siblings_told(families, counted.siblings))
    known = characteristics_known(stays.episodes)
    findings = [
        _unknown_told(counted.distance_unknown, int(counted.totals["children"].sum())),
        _too_little_told(counted.shares),
        not_known_told(journeys.filed, season=season, seen=journeys.as_of),
        year_not_known_told(days),
        successions.findings,
        *told,
        not_given_told(known),
    ]
    return ReturnedPanel(
        PANEL.check(_panel(counted.shares, values)),
        GROUP_OUTCOMES.check(_groups(counted.groups)),
        Findings.joined(findings),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts of every day, behind one another."""

    shares: pd.DataFrame
    groups: pd.DataFrame
    costs: pd.DataFrame
    totals: pd.DataFrame
    siblings: Told
    distance_unknown: int


def _counted(
    stays: Stays, days: list[CountingDay], families: Families | None, prices: Prices | None
) -> _Counted:
    """Count day by day, so that no more than one day's children are held at once."""
    outcomes = [*OF_THE_EPISODE, OF_THE_YEAR, *([] if families is None else [SIBLINGS_APART])]
    known = characteristics_known(stays.episodes)
    shares, groups, costs, totals = [], [], [], []
    siblings, unknown = Told(), 0
    for day in days:
        there = children_on(stays, day)
        if there.empty:
            continue
        if families is not None:
            there, told = with_siblings_apart(there, families)
            siblings += told
        shares.append(_shares(there, outcomes, by=[]).assign(period=day.period))
        groups += [
            _shares(there.rename(columns={name: "group"}), outcomes, by=["group"]).assign(
                period=day.period, characteristic=name
            )
            for name in known
        ]
        if prices is not None:
            costs.append(unit_costs_on(there, prices, day.day).assign(period=day.period))
        children = there.groupby("local_authority", sort=True).size().rename("children")
        totals.append(children.reset_index().assign(day=day.day, period=day.period))
        unknown += int((~there["distance_known"]).sum())
    return _Counted(
        _behind(shares), _behind(groups), _behind(costs), _behind(totals), siblings, unknown
    )


def _beside_counts(
    counted: _Counted, forecasts: Sequence[Guesses], *, season: int, has_prices: bool
) -> tuple[list[pd.DataFrame], list[Findings]]:
    """Give the outcomes that are plain values, and what is to be told of them."""
    values, told = [], []
    if has_prices:
        values.append(values_of(counted.costs))
        told.append(unit_costs_told(counted.costs))
    if forecasts:
        errors, about_errors = forecast_errors(forecasts, counted.totals, season=season)
        values.append(errors)
        told.append(about_errors)
    return values, told


def _behind(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _shares(there: pd.DataFrame, outcomes: list[str], *, by: list[str]) -> pd.DataFrame:
    """Count who has each outcome and whom it could be true of; an outcome of nobody is no row."""
    place = ["local_authority", *by]
    grouped = there.groupby(place, sort=True)[outcomes]
    long, of = (
        figures.melt(var_name="outcome", value_name=name, ignore_index=False)
        for figures, name in ((grouped.sum(), "numerator"), (grouped.count(), "denominator"))
    )
    long = long.assign(denominator=of["denominator"].to_numpy()).reset_index()
    return long[long["denominator"] > 0]


def _panel(shares: pd.DataFrame, values: list[pd.DataFrame]) -> pd.DataFrame:
    """Put shares and plain values into one panel."""
    counted = shares.assign(value=shares["numerator"] / shares["denominator"])
    frame = pd.concat([counted, *(part for part in values if len(part))], ignore_index=True)
    return _in_order(_labelled(frame)[PANEL.names], ["outcome", "la_code", "period"])


def _groups(groups: pd.DataFrame) -> pd.DataFrame:
    if groups.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in GROUP_OUTCOMES.names})
    order = ["outcome", "characteristic", "group", "la_code", "period"]
    return _in_order(_labelled(groups)[GROUP_OUTCOMES.names], order)


def _labelled(counts: pd.DataFrame) -> pd.DataFrame:
    regions = {code: region_of(code) for code in counts["local_authority"].unique()}
    return counts.assign(
        la_code=counts["local_authority"],
        region=counts["local_authority"].map(regions),
        numerator=counts["numerator"].astype("Int64"),
        denominator=counts["denominator"].astype("Int64"),
        release_date="",
    )


def _in_order(frame: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _too_little_told(shares: pd.DataFrame) -> Findings:
    """Tell which outcomes have no figure where too little is known; fostered always has one."""
    cells = shares.groupby("outcome").size()
    lacking = {name: int(cells["fostered"] - cells.get(name, 0)) for name in OF_THE_EPISODE}
    return Findings.joined(
        Findings.one(
            f"panel-too-little-known-{name.replace('_', '-')}",
            Severity.NOTED,
            found=f"{name} is known of under two thirds of children in {number:,} of "
            f"{int(cells['fostered']):,} authorities and days",
            done="it has no figure there",
            table="panel",
            column="outcome",
            rows=0,
        )
        for name, number in lacking.items()
        if number
    )


def _unknown_told(unknown: int, of: int) -> Findings:
    if not unknown:
        return Findings.none()
    return Findings.one(
        "panel-distance-unknown",
        Severity.NOTED,
        found=f"the distance from home is not known for {unknown:,} of {of:,} children and days",
        done="they count in the denominator alone, as in the DfE's tables",
        table="panel",
    )
