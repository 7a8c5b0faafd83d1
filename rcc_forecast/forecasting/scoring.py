"""Errors of past forecasts as a table of scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from models.backtest import Backtest, NodeErrors
from models.forecast import FloatArray, IntArray
from models.scores import mase, rmsse
from rcc_forecast.codes import ALL
from rcc_forecast.results.forecast import Kinds

YARDSTICK = "hold_flat"
"""What every other candidate is compared with."""

_KEY = ["level", "placement_type", "age_band"]
_SUMMED = ["absolute", "signed", "actual", "width", "in_80", "in_95", "known"]
"""What is added up over series and origins before it is divided."""


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
        Of every candidate.
    labels, kinds, bucket, bucket_names, measure
        As for `scores_of`.
    chosen : str
        Marked "yes".

    Returns
    -------
    DataFrame
        A `BACKTEST` table. Rows whose type and band read "All" pool the whole
        level. A candidate that could not run has one row, which says why.
    """
    parts = [
        scores_of(
            found,
            actual=errors.actual,
            scale=errors.scale,
            square_scale=errors.square_scale,
            labels=labels,
            kinds=kinds,
            bucket=bucket,
            bucket_names=bucket_names,
        ).assign(model=model)
        for model, found in errors.models.items()
    ]
    return table_of(parts, chosen=chosen, measure=measure, left_out=errors.left_out)


def scores_of(
    found: NodeErrors,
    *,
    actual: FloatArray,
    scale: FloatArray,
    square_scale: FloatArray,
    labels: pd.DataFrame,
    kinds: Kinds,
    bucket: IntArray,
    bucket_names: list[str],
) -> pd.DataFrame:
    """Score one candidate.

    Parameters
    ----------
    found : NodeErrors
        By origin, node and lead.
    actual : ndarray, shape (n_origins, n_nodes, horizon)
        What came; NaN where it is not known.
    scale, square_scale : ndarray, shape (n_origins, n_nodes)
        In-sample errors of the seasonal naive.
    labels : DataFrame
        One row a node: placement_type and age_band.
    kinds : Kinds
        Level of each node.
    bucket : ndarray of int, shape (horizon,)
        Range of each lead, with names `bucket_names`.
    """
    scored = pd.concat(
        [
            part.assign(horizon=name)
            for name, part in _by_leads(
                found, actual, scale, square_scale, labels, kinds, bucket, bucket_names
            )
        ],
        ignore_index=True,
    )
    pooled = scored.assign(placement_type=ALL, age_band=ALL)
    finer = scored[(scored["placement_type"] != ALL) | (scored["age_band"] != ALL)]
    return pd.concat([_averaged(pooled), _averaged(finer)], ignore_index=True)


def table_of(
    parts: Iterable[pd.DataFrame], *, chosen: str, measure: str, left_out: dict[str, str]
) -> pd.DataFrame:
    """Put the scores of candidates together, each with its skill against the yardstick."""
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "measure", measure)
    table["chosen"] = np.where(table["model"] == chosen, "yes", "no")
    table = _with_skill(table)
    reasons = pd.DataFrame(
        {
            "measure": measure,
            "level": ALL,
            "placement_type": ALL,
            "age_band": ALL,
            "horizon": ALL,
            "model": list(left_out),
            "chosen": "no",
            "note": list(left_out.values()),
        }
    )
    return pd.concat([table, reasons], ignore_index=True) if len(reasons) else table


def _by_leads(
    found: NodeErrors,
    actual: FloatArray,
    scale: FloatArray,
    square_scale: FloatArray,
    labels: pd.DataFrame,
    kinds: Kinds,
    bucket: IntArray,
    names: list[str],
) -> Iterator[tuple[str, pd.DataFrame]]:
    n_origins, n_nodes, _ = actual.shape
    base = pd.DataFrame(
        {
            "level": pd.Categorical.from_codes(
                np.tile(kinds.of_node, n_origins), pd.Index(kinds.names)
            ),
            "placement_type": _tiled(labels["placement_type"], n_origins),
            "age_band": _tiled(labels["age_band"], n_origins),
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
            crps = np.nansum(found.crps[:, :, leads], axis=2) / count / scale
        columns = {
            "mase": mase(error, scale),
            "rmsse": rmsse(error, square_scale),
            "scrps": crps,
            "absolute": np.nansum(np.abs(error), axis=2),
            "signed": np.nansum(error, axis=2),
            "actual": np.nansum(np.where(known, actual[:, :, leads], np.nan), axis=2),
            "width": np.nansum(found.width[:, :, leads], axis=2),
            "in_80": np.nansum(found.in_80[:, :, leads], axis=2),
            "in_95": np.nansum(found.in_95[:, :, leads], axis=2),
            "known": count,
        }
        part = base.assign(**{key: value.ravel() for key, value in columns.items()})
        yield name, part[part["known"] > 0]


def _tiled(labels: pd.Series[str], times: int) -> pd.Categorical:
    codes, names = pd.factorize(labels)
    return pd.Categorical.from_codes(np.tile(codes, times), pd.Index(names))


def _averaged(scored: pd.DataFrame) -> pd.DataFrame:
    keys = [*_KEY, "horizon"]
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
    still = by["node"].nunique() - table["series"]
    table["note"] = [
        f"{count:,} nodes never moved and are left out of scaled scores" if count else ""
        for count in still
    ]
    return table.reset_index().astype(dict.fromkeys(_KEY, object))


def _with_skill(table: pd.DataFrame) -> pd.DataFrame:
    by = [*_KEY, "horizon"]
    flat = table.loc[table["model"] == YARDSTICK].set_index(by)["scrps"]
    key = pd.MultiIndex.from_frame(table[by])
    against = flat.reindex(key).to_numpy() if len(flat) else np.full(len(table), np.nan)
    known = np.where(against > 0, against, np.nan)
    return table.assign(skill_vs_hold_flat=1 - table["scrps"].to_numpy() / known)
