"""Past forecasts are reconciled with what was known then, and with nothing else."""

from __future__ import annotations

import numpy as np

from models.reconciliation import errors_as_columns, reconciled_as_known, reconciler_from
from models.reconciliation.least_squares import wls_structural
from tests.builders.hierarchy import a_small_hierarchy, an_english_hierarchy

SMALL = a_small_hierarchy()


def _past(hierarchy=SMALL, *, n_origins=16, horizon=12, seed=1):
    rng = np.random.default_rng(seed)
    leaves = rng.uniform(5, 40, (n_origins, hierarchy.n_leaves, horizon))
    actual = np.stack([hierarchy.added(part) for part in leaves])
    size = np.sqrt(hierarchy.leaves_under())[None, :, None]
    shared = rng.standard_normal((n_origins, 1, horizon))
    return actual + size * (rng.standard_normal(actual.shape) + shared), actual


def test_past_forecasts_add_up_and_have_no_negative_leaf():
    points, actual = _past()
    points[:, SMALL.n_totals] -= 60

    found = reconciled_as_known(points, actual, SMALL, spacing=3)

    assert max(np.abs(SMALL.gaps(part.astype(float))).max() for part in found) < 1e-4
    assert (found >= 0).all()


def test_no_past_forecast_sees_an_error_of_its_future():
    points, actual = _past()
    changed = actual.copy()
    changed[9:] += np.random.default_rng(2).normal(0, 50, changed[9:].shape)

    first, second = (
        reconciled_as_known(points, came, SMALL, spacing=3, every=3) for came in (actual, changed)
    )

    # Origin 9's first months have passed when weights are learned for origin 12.
    np.testing.assert_array_equal(first[:12], second[:12])
    assert not np.array_equal(first[12:], second[12:])


def test_without_past_errors_nodes_are_weighed_by_their_leaves():
    points, actual = _past()

    found = reconciled_as_known(points, actual, SMALL, spacing=3)

    expected = wls_structural(SMALL)(points[0]).non_negative(SMALL).nodes
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)


def test_past_errors_are_laid_out_as_columns_without_the_unknown_ones():
    errors = np.arange(2 * 3 * 11, dtype=float).reshape(2, 3, 11)
    errors[1, :, 1:] = np.nan

    columns = errors_as_columns(errors)

    # Leads 1, 3, 5, 7, 9 and 11 of the first origin; of the second, lead 1 alone.
    assert columns.shape == (3, 7)
    assert columns[:, 1].tolist() == errors[0, :, 2].tolist()
    assert columns[:, -1].tolist() == errors[1, :, 0].tolist()


def test_shared_errors_make_totals_better_than_their_own_forecasts():
    hierarchy, _ = an_english_hierarchy(authorities=18, types=3, bands=2)
    points, actual = _past(hierarchy, n_origins=24)
    reconcile = reconciler_from(actual[:20] - points[:20], hierarchy)

    error = [
        np.abs(forecast - came)[: hierarchy.n_totals].mean()
        for point, came in zip(points[20:], actual[20:], strict=True)
        for forecast in (point, reconcile(point).nodes)
    ]

    assert np.mean(error[1::2]) < 0.9 * np.mean(error[::2])
