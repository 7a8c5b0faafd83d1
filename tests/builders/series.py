"""Panels of series, invented, each saying only what its test is about."""

from __future__ import annotations

import numpy as np

from models.forecast import OUTSIDE, Flows, SeriesPanel


def a_panel(y: object, *, season: int = 12, group: object = None) -> SeriesPanel:
    """Give a panel of the values, all of one area unless told otherwise."""
    values = np.atleast_2d(np.asarray(y, dtype=float))
    area = np.zeros(len(values), dtype=np.int64) if group is None else np.asarray(group)
    return SeriesPanel(values, season, area)


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
