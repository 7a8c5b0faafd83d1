"""The balance of demand and homes, with the readings that pages and commands share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnknownNameError

TOTALS = frozenset({ALL, "planned"})
"""Values of ``placement_type`` that are sums."""

KEYS = [
    "region",
    "local_authority",
    "placement_type",
    "age_band",
    "population",
    "measure",
    "month",
    "horizon",
    "rcc",
]
"""Columns that tell the rows of a balance apart."""

GAINS = ("capacity_usable", "gap_mean", "p_shortfall", "expected_shortfall", "weekly_cost_mean")
"""Figures that a what-if is judged by."""

_SEVERITY = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(frozen=True, slots=True)
class SufficiencyBalance:
    """Demand against usable homes.

    Attributes
    ----------
    table : DataFrame
        A `BALANCE` table (rcc_forecast/tables/sufficiency.py).
    as_of : Timestamp
        Last day known when it was made.
    assumptions : dict of str to float
        Thresholds of the rating.
    homes_elsewhere : int
        Homes of the register in authorities that filed no returns, left out.
    supply : DataFrame, optional
        A `SUPPLY` table: the steps from approved to usable.
    substitution : DataFrame, optional
        A `SUBSTITUTION` table; None where it is not known who needs what.
    red_from : dict of str to float
        Probability from which each kind is red.
    notes : tuple of str
        What a reader must know, in words.
    """

    table: pd.DataFrame
    as_of: pd.Timestamp
    assumptions: dict[str, float]
    homes_elsewhere: int = 0
    supply: pd.DataFrame | None = None
    substitution: pd.DataFrame | None = None
    red_from: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by the name of its file, without suffix."""
        given = {
            "balance": self.table,
            "supply": self.supply,
            "substitution": self.substitution,
        }
        return {name: table for name, table in given.items() if table is not None}

    def for_region(self, name: str) -> SufficiencyBalance:
        """Give the rows of one region and its authorities, or of one co-operative and its members.

        Raises
        ------
        UnknownNameError
            The balance has no region or co-operative of that name.
        """
        names = set(self.table["region"]) - {ALL} | set(self.table["rcc"]) - {""}
        folded = {known.casefold().replace(" ", "-"): known for known in names}
        found = folded.get(name.casefold().replace(" ", "-"))
        if found is None:
            raise UnknownNameError(what="region or co-operative", given=name, known=names)

        def inside(table: pd.DataFrame) -> pd.DataFrame:
            chosen = (table["region"] == found) | (table["rcc"] == found)
            rows: pd.DataFrame = table[chosen].reset_index(drop=True)
            return rows

        return replace(
            self,
            table=inside(self.table),
            supply=None if self.supply is None else inside(self.supply),
            substitution=None if self.substitution is None else inside(self.substitution),
        )

    def worst_months(self) -> pd.DataFrame:
        """Give, for every area and kind, the month with the most places missing.

        Returns
        -------
        DataFrame
            Rows of `table` of all ages, rated ones alone, most places missing
            first; the earliest month where several are as bad.
        """
        all_ages = self.table["age_band"] == ALL
        rated = self.table[(self.table["rag"] != "grey") & ~self._summed() & all_ages]
        area = ["region", "local_authority", "rcc", "placement_type"]
        # By places, then by probability, then by how little is spare.
        order = ["expected_shortfall", "p_shortfall", "gap_mean"]
        ascending = [False, False, False, True]
        ranked: pd.DataFrame = rated.sort_values([*order, "horizon"], ascending=ascending)
        return ranked.drop_duplicates(area).reset_index(drop=True)

    def headline(self) -> pd.DataFrame:
        """Give the rows of the area that is the reader's own.

        That is the co-operative where all authorities belong to one, else the
        region where there is but one, else England.
        """
        table = self.table
        whole = table["local_authority"] == ALL
        pools = table.loc[~whole, "rcc"].unique()
        regions = table.loc[table["region"] != ALL, "region"].unique()
        if len(pools) == 1 and pools[0]:
            chosen = whole & (table["region"] == ALL) & (table["rcc"] == pools[0])
        elif len(regions) == 1:
            chosen = whole & (table["region"] == regions[0])
        else:
            chosen = whole & (table["region"] == ALL) & (table["rcc"] == "")
        return table.loc[chosen] if chosen.any() else table

    def sentences(self) -> list[str]:
        """Say in words where homes run short, the most serious first, at most six kinds."""
        rows = self.headline()
        area = area_name(rows.iloc[0]) if len(rows) else ""
        worst = replace(self, table=rows).worst_months()
        order = worst["rag"].map(_SEVERITY)
        worst = worst.iloc[order.argsort(kind="stable").to_numpy()]
        return [sentence(row, area=area) for _, row in worst.head(6).iterrows()]

    def gain_over(self, other: SufficiencyBalance) -> pd.DataFrame:
        """Give what this balance changes against another, such as a what-if against as-is.

        Parameters
        ----------
        other : SufficiencyBalance
            Of the same areas and months.

        Returns
        -------
        DataFrame
            Keys, then for each of `GAINS` the change (this less other), and
            ``rag_before`` and ``rag_after``; rated rows of both alone.
        """
        both = other.table.merge(self.table, on=KEYS, suffixes=("_before", "_after"))
        both = both[(both["rag_before"] != "grey") & (both["rag_after"] != "grey")]
        changes = {
            f"{name}_change": both[f"{name}_after"] - both[f"{name}_before"] for name in GAINS
        }
        rating = both[["rag_before", "rag_after"]]
        return pd.concat([both[KEYS], pd.DataFrame(changes), rating], axis=1).reset_index(drop=True)

    def meta(self) -> dict[str, object]:
        """Give what belongs beside the table: the day, the thresholds, the homes left out."""
        return {
            "as_of": self.as_of.date().isoformat(),
            "assumptions": self.assumptions,
            "red_from": self.red_from,
            "notes": list(self.notes),
            "homes_outside_the_area": self.homes_elsewhere,
            "rows": len(self.table),
            "rag": {
                colour: int(count)
                for colour, count in self.table["rag"].value_counts().sort_index().items()
            },
        }

    def _summed(self) -> pd.Series[bool]:
        return self.table["placement_type"].isin(TOTALS)


def area_name(row: pd.Series) -> str:
    """Give the name of the area that a row of the balance is about."""
    if row["local_authority"] != ALL:
        return str(row["local_authority_name"])
    return str(row["region"] if row["region"] != ALL else row["rcc"] or "England")


def sentence(row: pd.Series, *, area: str) -> str:
    """Say one row of the balance in plain words."""
    kind = str(row["placement_type"]).replace("_", " ").replace("childrens", "children's")
    month = pd.Timestamp(row["month"]).strftime("%B %Y")
    expected, usable = f"{row['demand_mean']:,.0f}", f"{row['capacity_usable']:,.0f}"
    figures = f"children expected: {expected}; usable places: {usable}"
    return f"{area}, {kind}, {month}: {row['rag']}. {row['rag_reason']} ({figures})"
