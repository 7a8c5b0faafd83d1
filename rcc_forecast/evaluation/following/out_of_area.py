"""Placements that begin outside the child's own area, by the reason the one before ended.

The return gives a reason on the episode that ends. A placement that is a child's
first of a period of care has none: it began because care did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from rcc_forecast.codes import REASON_PLACE_CHANGE, PlacementType
from rcc_forecast.evaluation.following.areas_and_quarters import (
    KEYS,
    in_areas,
    in_order,
    in_quarters_and_groups,
    share_rows,
)
from rcc_forecast.geography import lies_within, locate_postcodes
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys, days_of, return_year_of

STARTED = "started"
"""The first placement of a period of care."""

NOT_RECORDED = "not_recorded"
"""A move without a reason on the episode that ended."""

_HOME = ["place", "pl_post", "urn"]


@dataclass(frozen=True, slots=True)
class Begun:
    """Placements that began, with where and why.

    Attributes
    ----------
    frame : DataFrame
        One row a placement: ``local_authority, began, reason, outside``.
    findings : Findings
        How many have no place that is known.
    """

    frame: pd.DataFrame
    findings: Findings


def out_of_area_by_reason(journeys: Journeys, *, on: pd.Timestamp | None = None) -> Begun:
    """Give every placement that began in the years of the returns, where and why.

    Parameters
    ----------
    journeys : Journeys
        Of every return.
    on : Timestamp, optional
        Placements that began later are left out.

    Returns
    -------
    Begun
        Short breaks and temporary stays are no placements here, nor is coming back
        from one to the same home. Placements without a postcode that the directory of
        England has are left out, and counted in a finding.
    """
    rows = journeys.placements
    stays = rows[~rows["respite"].astype(bool)]
    stays = stays.sort_values(["child", "decom"], kind="stable", ignore_index=True)
    lasting = stays[stays["placement_type"] != PlacementType.TEMPORARY].reset_index(drop=True)
    temporary = stays[stays["placement_type"] == PlacementType.TEMPORARY]
    before = lasting.shift()
    same_child = lasting["child"] == before["child"]
    through = _came_through(lasting, before, temporary)
    follows = same_child & ((lasting["decom"] == before["dec"]) | through)
    came_back = through & same_child & (_homes(lasting) == _homes(before))
    reason = before["reason_place_change"].where(follows, STARTED)
    is_code = reason.isin([*REASON_PLACE_CHANGE.labels, STARTED])
    begun = lasting.assign(reason=reason.where(is_code, NOT_RECORDED).astype("str"))
    begun = begun[~came_back & _in_filed_years(begun, journeys.filed)]
    begun = begun if on is None else begun[begun["decom"] <= on]
    place = locate_postcodes(begun["pl_post"])["local_authority"]
    known = place.notna()
    frame = pd.DataFrame(
        {
            "local_authority": begun["local_authority"],
            "began": begun["decom"],
            "reason": begun["reason"],
            "outside": (~lies_within(place, begun["local_authority"])).astype("int64"),
        }
    )
    return Begun(frame[known].reset_index(drop=True), _unplaced(int((~known).sum()), len(frame)))


def out_of_area_rows(begun: Begun, members: Mapping[str, str]) -> pd.DataFrame:
    """Give the share that began outside by reason, and the reasons of those that did.

    Parameters
    ----------
    begun : Begun
        As `out_of_area_by_reason` gives them.
    members : mapping of str to str
        Co-operative of each member authority.

    Returns
    -------
    DataFrame
        Rows of `PROCESS`: ``began_out_of_area``, of placements that began
        after a reason, and ``reason_of_out_of_area``, of those outside.
    """
    spread = in_quarters_and_groups(in_areas(begun.frame, members), day="began", by=("reason",))
    grouped = spread.groupby(list(KEYS), sort=False)["outside"]
    counts = grouped.agg(numerator="sum", denominator="size").reset_index()
    outside = counts[counts["by"] == "reason"].drop(columns="denominator")
    of_all = counts[counts["by"] == "all"].set_index(["level", "area", "period"])["numerator"]
    where = pd.MultiIndex.from_frame(outside[["level", "area", "period"]])
    reasons = outside.assign(denominator=of_all.reindex(where).to_numpy())
    return pd.concat(
        [
            in_order(share_rows(counts, "began_out_of_area")),
            in_order(share_rows(reasons, "reason_of_out_of_area")),
        ],
        ignore_index=True,
    )


def _came_through(
    lasting: pd.DataFrame, before: pd.DataFrame, temporary: pd.DataFrame
) -> pd.Series[bool]:
    """Say which placements follow a temporary stay that followed the placement before."""
    ways = temporary[["child", "decom", "dec"]].drop_duplicates(["child", "dec"], keep="last")
    met = lasting[["child", "decom"]].merge(
        ways.rename(columns={"decom": "left", "dec": "decom"}), on=["child", "decom"], how="left"
    )
    return pd.Series(met["left"].to_numpy() >= before["dec"].to_numpy(), lasting.index)


def _homes(stays: pd.DataFrame) -> pd.Series[str]:
    parts = stays[_HOME].astype("str").fillna("")
    return parts["place"] + "|" + parts["pl_post"] + "|" + parts["urn"]


def _in_filed_years(begun: pd.DataFrame, filed: pd.DataFrame) -> pd.Series[bool]:
    """Keep what began in a year that was filed; of earlier ones only what lasted is known."""
    years = pd.MultiIndex.from_arrays(
        [begun["local_authority"], return_year_of(days_of(begun["decom"]))]
    )
    known = pd.MultiIndex.from_frame(filed[["local_authority", "year"]].drop_duplicates())
    return pd.Series(years.isin(known), begun.index)


def _unplaced(unknown: int, of: int) -> Findings:
    if not unknown:
        return Findings.none()
    return Findings.one(
        "placement-place-unknown",
        Severity.NOTED,
        found=f"the place of {unknown:,} of {of:,} placements that began is not known",
        done="they count nowhere in out of area by reason",
        table="placements",
        column="pl_post",
    )
