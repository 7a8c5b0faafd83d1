"""Regional against local forecasting: larger than chance makes it, chance, or not to be known.

Both forecasts are made from the same returns at the same past origins, so this
compares ways of forecasting, not what a co-operative or an authority in fact
forecast. Without losses by origin, or with too few origins, there is no p-value.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from models.causal.family import holm
from models.skill import fixed_b_test
from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.contract import Kind, Table
from rcc_forecast.tables.forecast import POOLING
from rcc_forecast.tables.from_file import table_from_file
from rcc_forecast.tables.skill_and_delay import POOLING_LOSSES, SKILL

LEADS = (3, 6, 12, 18, 24)
"""Leads that are compared, where there are losses at them."""

_HEADLINE_BY, _HEADLINE_LEAD = "shared_rates", 12
_RIVALS = ("shared_rates", "share_of_region")

_TESTED = ("low", "high", "p_value", "degrees_of_freedom")

_LEAST_AUTHORITIES = 2

_NOT_ENOUGH = (
    "no p-value: there is no {losses} beside the backtest; `rcc-forecast backtest` writes it "
    "for two authorities or more"
)
_BY_BOOTSTRAP = "{said}; gain from {gains}, all authorities and leads together"


@dataclass(frozen=True, slots=True)
class PoolingFiles:
    """What lies beside a backtest about forecasts that lean on the region.

    Attributes
    ----------
    losses, gains : DataFrame or None
        `POOLING_LOSSES` and `POOLING` tables, where there are such files.
    losses_name, gains_name : str
        Names of the files.
    sha256 : str
        Of the files read.
    """

    losses: pd.DataFrame | None
    gains: pd.DataFrame | None
    losses_name: str
    gains_name: str
    sha256: str


def read_pooling(backtest: Path) -> PoolingFiles:
    """Read what `rcc-forecast backtest` wrote beside its scores.

    Raises
    ------
    UnreadableInputError
        There is no backtest, nothing about pooling lies beside it, or a file is
        not as `backtest` writes it.
    """
    if not backtest.is_file():
        raise UnreadableInputError(path=str(backtest), expected="scores from `backtest`")
    losses, gains = beside(backtest, "pooling_losses"), beside(backtest, "pooling")
    present = [path for path in (losses, gains) if path.is_file()]
    if not present:
        raise UnreadableInputError(
            path=losses.name,
            expected=f"a file beside {backtest.name}; `rcc-forecast backtest` writes it for two "
            "authorities or more",
        )
    return PoolingFiles(
        _typed(losses, POOLING_LOSSES) if losses in present else None,
        _typed(gains, POOLING) if gains in present else None,
        losses.name,
        gains.name,
        sha256(b"".join(path.read_bytes() for path in present)).hexdigest(),
    )


def read_losses(path: Path) -> pd.DataFrame:
    """Read a `POOLING_LOSSES` table.

    Raises
    ------
    UnreadableInputError
        It is not there, or not as `backtest` writes it.
    """
    return _typed(path, POOLING_LOSSES)


def beside(backtest: Path, what: str) -> Path:
    """Give the name of a table that `backtest` writes beside its scores."""
    return backtest.with_name(f"{backtest.stem}.{what}{backtest.suffix}")


def skill_table(files: PoolingFiles) -> pd.DataFrame:
    """Test whether forecasts that lean on the region miss by less than those made alone.

    Parameters
    ----------
    files : PoolingFiles
        With losses by origin, or with gains alone.

    Returns
    -------
    DataFrame
        A `SKILL` table, headline first. Authorities of a region are averaged at
        each origin before anything is tested. Where there are gains alone, two
        rows without a p-value.
    """
    if files.losses is None:
        table = _of_gains(files)
    else:
        table = _of_losses(files.losses)
        others = table["headline"] == 0
        p_values = table["p_value"].where(others).to_numpy(dtype=np.float64)
        table = table.assign(p_adjusted=holm(p_values))
    stamp = Stamp(files.sha256, 1, 1, EXPLORATORY)
    return stamped(table.sort_values("headline", ascending=False, kind="stable"), SKILL, stamp)


def skill_said(table: pd.DataFrame) -> str:
    """Say in one or two sentences what the headline row of a `SKILL` table holds."""
    row = table.iloc[0]
    lead = "" if pd.isna(row["lead"]) else f" {int(row['lead'])} months ahead"
    gain = "an unknown share" if pd.isna(row["gain"]) else f"{abs(row['gain']):.1%}"
    less = "more" if row["gain"] < 0 else "less"
    said = f"Forecasts that lean on the region were off by {gain} {less}{lead} than those made "
    said += f"from each authority's own children ({int(row['origins'])} past forecasts). "
    if pd.isna(row["p_value"]):
        reason = str(row["note"]).split(";")[0].removeprefix("no p-value: ")
        return f"{said}It cannot be said whether that is chance: {reason}."
    chance = "is larger than chance often makes it" if row["p_value"] < 0.05 else "may be chance"
    p = "under 0.001" if row["p_value"] < 0.001 else f"= {row['p_value']:.3f}"
    return f"{said}The difference {chance} (p {p}, fixed-b)."


def _of_losses(losses: pd.DataFrame) -> pd.DataFrame:
    leads = [lead for lead in LEADS if (losses["lead"] == lead).any()]
    leads = leads or [int(losses["lead"].max())]
    month = losses["origin"].dt.year * 12 + losses["origin"].dt.month
    spacing = int(np.gcd.reduce(np.diff(np.unique(month)))) or 1
    grid = range(int(month.min()), int(month.max()) + 1, spacing)
    placed = losses.assign(month=month)
    regions = {str(name): rows for name, rows in placed.groupby("region", sort=True)}
    groups = {ALL: placed, **regions} if len(regions) > 1 else regions
    rows = [
        _tested(name, rows, by, lead, grid)
        for name, rows in groups.items()
        for by in _RIVALS
        for lead in leads
    ]
    table = pd.DataFrame(rows)
    chosen = max((lead for lead in leads if lead <= _HEADLINE_LEAD), default=leads[0])
    first = table["region"].eq(next(iter(groups))) & table["pooled_by"].eq(_HEADLINE_BY)
    return table.assign(headline=(first & table["lead"].eq(chosen)).astype(np.int64))


def _tested(
    region: str, rows: pd.DataFrame, by: str, lead: int, grid: range
) -> dict[str, str | float]:
    at_lead = rows[rows["lead"] == lead].dropna(subset=["alone", by])
    authorities = at_lead["local_authority"].nunique()
    ratio = at_lead[by].sum() / at_lead["alone"].sum() if at_lead["alone"].sum() > 0 else np.nan
    figures: dict[str, str | float] = {
        "region": region,
        "pooled_by": by,
        "lead": lead,
        "authorities": authorities,
        "origins": at_lead["month"].nunique(),
        "gain": float(1 - ratio),
    }
    difference = at_lead.assign(difference=at_lead[by] - at_lead["alone"]).pivot_table(
        index="local_authority", columns="month", values="difference"
    )
    overlap = -(-lead // grid.step)
    found = fixed_b_test(
        difference.reindex(columns=list(grid)).to_numpy(dtype=np.float64), overlap=overlap
    )
    tested = {name: getattr(found, name) for name in _TESTED}
    note = found.note
    if authorities < _LEAST_AUTHORITIES:
        tested = dict.fromkeys(_TESTED, np.nan)
        note = "no p-value: a region of one authority has nothing to lean on"
    return {
        **figures,
        **tested,
        "difference": found.mean,
        "origins_needed": found.needed,
        "note": note,
    }


def _of_gains(files: PoolingFiles) -> pd.DataFrame:
    """Give the gain of all authorities together, without a test."""
    gains = files.gains if files.gains is not None else pd.DataFrame(columns=POOLING.names)
    together = gains[gains["local_authority"] == ALL]
    said = _NOT_ENOUGH.format(losses=files.losses_name)
    number = gains.loc[gains["local_authority"] != ALL, "local_authority"].nunique()
    return pd.DataFrame(
        {
            "region": ALL,
            "pooled_by": together["pooled_by"],
            "headline": (together["pooled_by"] == _HEADLINE_BY).astype(np.int64),
            "authorities": number,
            "origins": together["origins"],
            "gain": together["gain"],
            "note": _BY_BOOTSTRAP.format(said=said, gains=files.gains_name),
        }
    )


def _typed(path: Path, table: Table) -> pd.DataFrame:
    """Read a table of `backtest` back, figures as numbers and days as days."""
    frame = table_from_file(path)
    expected = f"a {table.name} table from `rcc-forecast backtest`"
    if not set(table.names) <= set(frame.columns) or not len(frame):
        raise UnreadableInputError(path=path.name, expected=expected)
    read = {}
    try:
        for column in table.columns:
            values = frame[column.name]
            if column.kind in (Kind.NUMBER, Kind.INTEGER):
                read[column.name] = pd.to_numeric(values.replace("", None))
            elif column.kind is Kind.DATE:
                read[column.name] = pd.to_datetime(values)
            else:
                read[column.name] = values.astype(str)
        return table.check(pd.DataFrame(read))
    except (ValueError, TypeError) as error:
        raise UnreadableInputError(path=path.name, expected=expected) from error
