"""Errors of past forecasts as a table of scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.backtest import Backtest
from models.calibration import Stretch, learn_stretch
from models.forecast import IntArray
from models.scores import mase, rmsse
from rcc_forecast.codes import ALL
from rcc_forecast.forecasting.candidates import YARDSTICK
from rcc_forecast.results.forecast import Kinds

_KEY = ["level", "placement_type", "age_band"]
_SUMMED = [
    "absolute",
    "signed",
    "actual",
    "width",
    "in_80",
    "in_95",
    "calibrated_in_80",
    "calibrated_in_95",
    "known",
]
"""What is added up over series and origins before it is divided."""


def learned_stretch(errors: Backtest, kinds: Kinds, bucket: IntArray) -> dict[str, Stretch]:
    """Calibrate every candidate on all its past forecasts."""
    return {
        name: learn_stretch(
            model.inner, model.outer, kind=kinds.of_node, bucket=bucket, totals=kinds.totals
        )
        for name, model in errors.models.items()
    }


def scores(
    errors: Backtest,
    *,
    labels: pd.DataFrame,
    kinds: Kinds,
    bucket: IntArray,
    bucket_names: list[str],
    chosen: str,
    measure: str,
) -> pd.DataFrame:
    """Score every candidate by level, type, band and range of leads.

    Parameters
    ----------
    errors : Backtest
        From `models.backtest.rolling_origin`.
    labels : DataFrame
        One row a node: placement_type and age_band.
    kinds : Kinds
        Level of each node.
    bucket : ndarray of int, shape (horizon,)
        Range of each lead, with names `bucket_names`.
    chosen : str
        Marked "yes".
    measure : str
        What was counted.

    Returns
    -------
    DataFrame
        A `BACKTEST` table. Rows whose type and band read "All" pool the whole
        level. A candidate that could not run has one row, which says why.
    """
    parts = [
        part.assign(horizon=name, model=model)
        for model in errors.models
        for name, part in _by_leads(errors, model, labels, kinds, bucket, bucket_names)
    ]
    scored = pd.concat(parts, ignore_index=True)
    pooled = scored.assign(placement_type=ALL, age_band=ALL)
    finer = scored[(scored["placement_type"] != ALL) | (scored["age_band"] != ALL)]
    table = pd.concat([_averaged(pooled), _averaged(finer)], ignore_index=True)
    table.insert(0, "measure", measure)
    table["chosen"] = np.where(table["model"] == chosen, "yes", "no")
    table = _with_skill(table)
    left_out = pd.DataFrame(
        {
            "measure": measure,
            "level": ALL,
            "placement_type": ALL,
            "age_band": ALL,
            "horizon": ALL,
            "model": list(errors.left_out),
            "chosen": "no",
            "note": list(errors.left_out.values()),
        }
    )
    return pd.concat([table, left_out], ignore_index=True) if len(left_out) else table


def _by_leads(
    errors: Backtest,
    model: str,
    labels: pd.DataFrame,
    kinds: Kinds,
    bucket: IntArray,
    names: list[str],
) -> Iterator[tuple[str, pd.DataFrame]]:
    found = errors.models[model]
    inner, outer = _calibrated(errors, model, kinds, bucket)
    n_origins, n_nodes, _ = errors.actual.shape
    base = pd.DataFrame(
        {
            "level": np.tile(np.array(kinds.names, dtype=object)[kinds.of_node], n_origins),
            "placement_type": np.tile(labels["placement_type"].astype(object), n_origins),
            "age_band": np.tile(labels["age_band"].astype(object), n_origins),
            "origin": np.repeat(np.arange(n_origins), n_nodes),
            "node": np.tile(np.arange(n_nodes), n_origins),
        }
    )
    ranges = [(ALL, np.ones(len(bucket), dtype=bool))]
    ranges += [(name, bucket == place) for place, name in enumerate(names)]
    for name, leads in ranges:
        error = found.error[:, :, leads].astype(float)
        known = np.isfinite(error)
        count = known.sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            crps = np.nansum(found.crps[:, :, leads], axis=2) / count / errors.scale
        columns = {
            "mase": mase(error, errors.scale),
            "rmsse": rmsse(error, errors.square_scale),
            "scrps": crps,
            "absolute": np.nansum(np.abs(error), axis=2),
            "signed": np.nansum(error, axis=2),
            "actual": np.nansum(errors.actual[:, :, leads], axis=2),
            "width": np.nansum(found.width[:, :, leads], axis=2),
            "in_80": (found.inner[:, :, leads] <= 1).sum(axis=2),
            "in_95": (found.outer[:, :, leads] <= 1).sum(axis=2),
            "calibrated_in_80": (found.inner[:, :, leads] <= inner[:, :, leads]).sum(axis=2),
            "calibrated_in_95": (found.outer[:, :, leads] <= outer[:, :, leads]).sum(axis=2),
            "known": count,
        }
        part = base.assign(**{key: value.ravel() for key, value in columns.items()})
        yield name, part[part["known"] > 0]


def _calibrated(
    errors: Backtest, model: str, kinds: Kinds, bucket: IntArray
) -> tuple[np.ndarray, np.ndarray]:
    """Give each origin the factors that the other origins ask for; NaN where it stands alone."""
    found = errors.models[model]
    shape = errors.actual.shape
    inner, outer = np.full(shape, np.nan), np.full(shape, np.nan)
    if errors.n_origins < 2:
        return inner, outer
    for origin in range(errors.n_origins):
        others = np.arange(errors.n_origins) != origin
        stretch = learn_stretch(
            found.inner[others],
            found.outer[others],
            kind=kinds.of_node,
            bucket=bucket,
            totals=kinds.totals,
        )
        inner[origin] = stretch.inner[kinds.of_node[:, None], bucket[None, :]]
        outer[origin] = stretch.outer[kinds.of_node[:, None], bucket[None, :]]
    return inner, outer


def _averaged(scored: pd.DataFrame) -> pd.DataFrame:
    keys = [*_KEY, "horizon", "model"]
    by = scored.groupby(keys, sort=True, observed=True)
    total = by[_SUMMED].sum()
    scaled = scored.loc[scored["mase"].notna()].groupby(keys, sort=True, observed=True)
    actual = total["actual"].where(total["actual"] > 0)
    table = by[["mase", "rmsse", "scrps"]].mean()
    table["origins"] = by["origin"].nunique()
    table["series"] = scaled["node"].nunique().reindex(table.index, fill_value=0)
    table["wape"] = total["absolute"] / actual
    table["bias"] = total["signed"] / actual
    table["coverage_80"] = total["in_80"] / total["known"]
    table["coverage_95"] = total["in_95"] / total["known"]
    table["width_80"] = total["width"] / actual
    several = table["origins"] > 1
    table["calibrated_80"] = (total["calibrated_in_80"] / total["known"]).where(several)
    table["calibrated_95"] = (total["calibrated_in_95"] / total["known"]).where(several)
    still = by["node"].nunique() - table["series"]
    table["note"] = [
        f"{count:,} nodes never moved and are left out of scaled scores" if count else ""
        for count in still
    ]
    return table.reset_index()


def _with_skill(table: pd.DataFrame) -> pd.DataFrame:
    by = [*_KEY, "horizon"]
    flat = table.loc[table["model"] == YARDSTICK].set_index(by)["scrps"]
    key = pd.MultiIndex.from_frame(table[by])
    against = flat.reindex(key).to_numpy() if len(flat) else np.full(len(table), np.nan)
    known = np.where(against > 0, against, np.nan)
    return table.assign(skill_vs_hold_flat=1 - table["scrps"].to_numpy() / known)
