"""Stock and flow learns rates from moves over child-months, and steps them forward."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import NoFlowsError
from models.forecast import OUTSIDE, Flows, SeriesPanel
from models.forecasting.markov_poisson import markov_poisson_moments
from models.forecasting.stock_flow import stock_flow, stock_flow_rates
from tests.builders.series import a_panel, a_population


def _draw(panel, *, window=36, horizon=24, n_paths=400):
    return stock_flow(
        panel, horizon=horizon, n_paths=n_paths, rng=np.random.default_rng(1), window=window
    )


def _one_area(y, rows):
    period, origin, destination, count = np.array(rows).T
    flows = Flows(period, origin, destination, count.astype(float))
    return SeriesPanel(np.asarray(y, dtype=float), 12, np.zeros(len(y), dtype=np.int64), flows)


def test_a_rate_is_moves_over_child_months():
    # 10, 8, 8 children at the starts of three months: 26 child-months, 2 moves to the other state.
    panel = _one_area([[10, 8, 8, 8], [0, 2, 2, 2]], [(1, 0, 1, 2)])

    rates = stock_flow_rates(panel, window=3)

    assert rates.transition[0, 0, 1] == pytest.approx(2 / 26)


def test_entries_are_a_monthly_mean_over_the_window():
    panel = _one_area([[4, 7, 7, 9]], [(1, OUTSIDE, 0, 3), (3, OUTSIDE, 0, 2)])

    assert stock_flow_rates(panel, window=3).entries[0, 0] == pytest.approx(5 / 3)


def test_moves_before_the_window_are_forgotten():
    panel = _one_area([[10, 5, 5, 5]], [(1, 0, OUTSIDE, 5)])

    assert stock_flow_rates(panel, window=2).transition[0, 0, 0] == 1.0


def test_an_area_with_few_children_leans_on_all_areas():
    # Area 0: 1 child-month without an exit. Area 1: 99 with 33. Together 33 in 100.
    panel = SeriesPanel(
        np.array([[1.0, 1.0], [99.0, 66.0]]),
        12,
        np.array([0, 1]),
        Flows(np.array([1]), np.array([1]), np.array([OUTSIDE]), np.array([33.0])),
        state=np.array([0, 0]),
    )

    leaving = 1 - stock_flow_rates(panel, window=1).transition[:, 0, 0]

    assert leaving[0] == pytest.approx(24 * 0.33 / (1 + 24))
    assert leaving[1] == pytest.approx((33 + 24 * 0.33) / (99 + 24))


def test_rates_of_a_known_chain_are_recovered():
    # 120 months of 1,200 children an area: rates of 2% and 3% within a tenth.
    panel = a_population(n_areas=2, n_periods=121, children=1200)

    rates = stock_flow_rates(panel, window=120)

    assert rates.transition[0, 0, 1] == pytest.approx(0.02, rel=0.1)
    assert 1 - rates.transition[0, 0].sum() == pytest.approx(0.03, rel=0.1)


def test_the_mean_of_the_futures_is_the_exact_one():
    panel = a_population()
    rates = stock_flow_rates(panel, window=36)

    drawn = _draw(panel)

    mean, _ = markov_poisson_moments(
        rates.stock, transition=rates.transition, entries=rates.entries, horizon=24
    )
    np.testing.assert_allclose(drawn.mean(), mean.reshape(-1, 24), rtol=1e-4)


def test_futures_are_never_surer_than_chance_alone():
    panel = a_population(n_areas=1, children=600)
    rates = stock_flow_rates(panel, window=36)
    _, variance = markov_poisson_moments(
        rates.stock,
        transition=rates.transition,
        entries=rates.entries,
        horizon=24,
        sets=np.ones((1, 3)),
    )

    total = _draw(panel).paths.sum(axis=1)

    # A tenth of slack for 400 draws of a variance.
    assert (total.var(axis=0) > 0.9 * variance[0, 0]).all()


def test_moving_inside_an_area_does_not_make_its_total_uncertain():
    # Everyone moves about, nobody enters or leaves: the total is known.
    rng = np.random.default_rng(2)
    y = np.zeros((2, 40))
    y[:, 0] = 50, 50
    rows = []
    for t in range(1, 40):
        out = rng.binomial(y[:, t - 1].astype(int), 0.1)
        rows += [(t, 0, 1, out[0]), (t, 1, 0, out[1])]
        y[:, t] = y[:, t - 1] - out + out[::-1]

    total = _draw(_one_area(y, rows)).paths.sum(axis=1)

    np.testing.assert_allclose(total, 100.0, atol=3.0)


def test_bad_months_are_shared_so_regions_are_not_too_sure():
    panel = a_population(n_areas=6, children=600)

    paths = _draw(panel).paths[:, :, -1].reshape(400, 6, 3).sum(axis=2)

    alone = np.sqrt((paths.std(axis=0) ** 2).sum())
    assert paths.sum(axis=1).std() > 1.05 * alone


def test_corrected_stocks_need_not_be_whole_children():
    panel = a_population()
    panel = replace(panel, y=panel.y - 0.3 * (panel.y > 1))

    drawn = _draw(panel, horizon=1)

    assert drawn.mean().sum() == pytest.approx(panel.y[:, -1].sum(), rel=0.05)


def test_stocks_without_their_moves_are_refused():
    with pytest.raises(NoFlowsError, match="stock_flow_12"):
        _draw(a_panel(np.arange(40)), window=12)
