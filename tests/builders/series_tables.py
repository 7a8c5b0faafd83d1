"""Files of series, invented, and the published panel of England's authorities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.builders.reference import reference_data


def a_series_file(folder: Path, rows: list[str], heading: str = "series_id,period,value") -> Path:
    """Write a table of series."""
    path = folder / "series.csv"
    path.write_text("\n".join([heading, *rows]), encoding="utf-8")
    return path


def months_of(name: str, n: int, *, first: int = 2015, seed: int = 1) -> list[str]:
    """Give rows of a series that wanders around fifty, month by month."""
    rng = np.random.default_rng(seed)
    values = 50 + rng.normal(0, 1, n).cumsum()
    return [
        f"{name},{first + i // 12}-{i % 12 + 1:02d},{value:.2f}"
        for i, value in enumerate(np.maximum(values, 0))
    ]


def years_of(name: str, values: list[float], *, first: int = 2015) -> list[str]:
    """Give rows of a yearly series."""
    return [f"{name},{first + i},{value}" for i, value in enumerate(values)]


def englands_authorities() -> pd.DataFrame:
    """Give children looked after on 31 March by authority, 2011-2022, as a table of series.

    Authorities with a value in every year; ``group`` is the region, ``exposure``
    the child population, further columns what is published beside.
    """
    panel = pd.read_csv(reference_data("england/la_cla_stock_starts_ceases_2011_2022.csv"))
    panel = panel[panel["level"] == "Local authority"]
    wide = panel.pivot_table(
        index=["new_la_code", "region_name", "year"], columns="measure", values="value"
    ).reset_index()
    wide = wide.rename(
        columns={
            "new_la_code": "series_id",
            "region_name": "group",
            "year": "period",
            "on_31_march": "value",
        }
    )
    years = wide["period"].nunique()
    known = wide.dropna(subset=["value"]).groupby("series_id")["period"].nunique()
    table = wide[wide["series_id"].isin(known.index[known == years])]
    table = _beside(table, "ons_child_population_0_17_la_2012_2024", "population_estimate")
    table = table.rename(columns={"population_estimate": "exposure"})
    table = _beside(table, "dfe_children_in_need_la_2013_2022", "At31_episodes")
    table = table.rename(columns={"At31_episodes": "children_in_need"})
    order = ["series_id", "period", "value", "group", "exposure"]
    return table[[*order, "started", "ceased", "children_in_need"]].reset_index(drop=True)


def _beside(table: pd.DataFrame, name: str, column: str) -> pd.DataFrame:
    other = pd.read_csv(reference_data(f"england/{name}.csv.gz"), dtype={column: str})
    other = other[other["geographic_level"] == "Local authority"]
    other = other.assign(**{column: pd.to_numeric(other[column], errors="coerce")})
    other = other.rename(columns={"new_la_code": "series_id", "time_period": "period"})
    figures = other.dropna(subset=[column]).drop_duplicates(["series_id", "period"])
    return table.merge(figures[["series_id", "period", column]], how="left")
