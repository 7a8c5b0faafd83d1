"""Panels of series, invented, each saying only what its test is about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.forecast import OUTSIDE, Flows, SeriesPanel
from rcc_forecast.codes import Measure
from rcc_forecast.geography import Membership, region_of
from rcc_forecast.results.demand import Break, DemandHistory
from rcc_forecast.results.findings import Findings


def a_panel(y: object, *, season: int = 12, group: object = None) -> SeriesPanel:
    """Give a panel of the values, all of one area unless told otherwise."""
    values = np.atleast_2d(np.asarray(y, dtype=float))
    area = np.zeros(len(values), dtype=np.int64) if group is None else np.asarray(group)
    return SeriesPanel(values, season, area)


def a_steady_panel(
    *, n_areas: int = 3, n_periods: int = 60, level: float = 20.0, seed: int = 1
) -> SeriesPanel:
    """Give two series an area that wander around a level with a mild season."""
    rng = np.random.default_rng(seed)
    season = 0.05 * level * np.sin(2 * np.pi * np.arange(n_periods) / 12)
    walk = rng.normal(0, 0.4, (2 * n_areas, n_periods)).cumsum(axis=1)
    y = np.maximum(level + season + walk + rng.normal(0, 1, walk.shape), 0).round()
    return SeriesPanel(y, 12, np.repeat(np.arange(n_areas), 2))


def a_population(
    *,
    n_areas: int = 3,
    n_periods: int = 61,
    children: int = 120,
    move: float = 0.02,
    leave: float = 0.03,
    seed: int = 7,
) -> SeriesPanel:
    """Give month-end stocks of three states an area with the flows that made them."""
    rng = np.random.default_rng(seed)
    transition = np.array([[1 - move - leave, move, 0], [move, 1 - move - leave, 0], [0, 0, 0.95]])
    entries = np.array([2.0, 1.5, 0.5]) * children / 120
    y = np.zeros((3 * n_areas, n_periods))
    rows = []
    for area in range(n_areas):
        now = np.array([children // 2, children // 3, children // 6])
        for t in range(n_periods):
            if t:
                out = np.array(
                    [
                        rng.multinomial(n, [*p, 1 - p.sum()])
                        for n, p in zip(now, transition, strict=True)
                    ]
                )
                come = rng.poisson(entries)
                rows += [
                    (t, 3 * area + i, OUTSIDE if j == 3 else 3 * area + j, out[i, j])
                    for i in range(3)
                    for j in range(4)
                    if i != j
                ]
                rows += [(t, OUTSIDE, 3 * area + i, come[i]) for i in range(3)]
                now = out[:, :3].sum(axis=0) + come
            y[3 * area : 3 * area + 3, t] = now
    period, origin, destination, count = np.array(rows).T
    return SeriesPanel(
        y,
        12,
        np.repeat(np.arange(n_areas), 3),
        Flows(period, origin, destination, count.astype(float)),
        state=np.tile(np.arange(3), n_areas),
    )


MANCHESTER, SALFORD, BLACKPOOL = "E08000003", "E08000006", "E06000009"
_STATES = [
    ("foster", "5-9", "other"),
    ("foster", "10-15", "other"),
    ("supported", "16-17", "uasc"),
]


def a_membership(*, joins: str = "2020-01-01", code: str = SALFORD) -> Membership:
    """Give one co-operative: Manchester from the start, and another authority that joins."""
    return Membership(
        pd.DataFrame(
            {
                "rcc": "Greater Manchester",
                "local_authority": [MANCHESTER, code],
                "from": pd.to_datetime(["2020-01-01", joins]),
                "to": pd.to_datetime([None, None]),
            }
        )
    )


def a_history(
    *,
    authorities: tuple[str, ...] = (MANCHESTER, SALFORD, BLACKPOOL),
    n_months: int = 73,
    children: int = 120,
    seed: int = 7,
    breaks: tuple[Break, ...] = (),
) -> DemandHistory:
    """Give a demand history of three kinds of children an authority, with their moves."""
    panel = a_population(n_areas=len(authorities), n_periods=n_months, children=children, seed=seed)
    leaves = pd.DataFrame(
        [(code, region_of(code), *state) for code in authorities for state in _STATES],
        columns=["local_authority", "region", "placement_type", "age_band", "population"],
    )
    moves = pd.DataFrame(
        {
            "month": panel.flows.period,
            "origin": panel.flows.origin,
            "destination": panel.flows.destination,
            "count": panel.flows.count,
        }
    )
    counts = {
        Measure.CHILDREN.value: panel.y,
        Measure.ENTRIES.value: _by_leaf(moves, "origin", "destination", panel.y.shape),
        Measure.EXITS.value: _by_leaf(moves, "destination", "origin", panel.y.shape),
    }
    months = pd.date_range("2018-03-31", periods=n_months, freq="ME")
    return DemandHistory(
        leaves=leaves,
        months=months,
        counts=counts,
        corrected=counts,
        moves=moves,
        as_of=months[-1],
        findings=Findings.none(),
        data_hash="0" * 64,
        breaks=breaks,
    )


def as_known(history: DemandHistory, n_months: int) -> DemandHistory:
    """Give a history as it was after some months, had nothing been recorded late."""

    def cut(by_measure):
        return {measure: values[:, :n_months] for measure, values in by_measure.items()}

    return replace(
        history,
        months=history.months[:n_months],
        counts=cut(history.counts),
        corrected=cut(history.corrected),
        moves=history.moves[history.moves["month"] < n_months],
        as_of=history.months[n_months - 1],
    )


def _by_leaf(moves: pd.DataFrame, outside: str, leaf: str, shape: tuple[int, int]) -> np.ndarray:
    crossing = moves[moves[outside] == OUTSIDE]
    total = np.zeros(shape)
    np.add.at(total, (crossing[leaf], crossing["month"]), crossing["count"])
    return total
