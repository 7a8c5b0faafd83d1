"""At every node the lines of an explanation add up to its change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models.forecasting.cohort import expected, explain
from models.forecasting.cohort.explain import SIGNED_FLOWS
from tests.builders.cohort import N_KINDS, some_children, some_entries, some_rates

H = 24


def _nodes():
    """All children, each area, and each area's type 2."""
    cells = np.arange(3 * N_KINDS * 5 * 2).reshape(3, N_KINDS, 5, 2)
    chosen = [cells, *cells, *(area[2] for area in cells)]
    totals = np.zeros((len(chosen), cells.size))
    for node, members in enumerate(chosen):
        totals[node, members.ravel()] = 1.0
    return sparse.csr_array(totals)


def _explained():
    forecast = expected(some_rates(), some_children(), some_entries(), horizon=H)
    return explain(forecast, _nodes())


def test_today_and_entrants_line_by_line_make_up_the_change():
    found = _explained()

    change = found.since_start().sum(axis=(0, 1))

    np.testing.assert_allclose(change, found.stock - found.start[:, None], atol=1e-9)


def test_areas_add_up_to_all_line_by_line():
    flows = _explained().flows

    np.testing.assert_allclose(flows[:, :, 1:4].sum(axis=2), flows[:, :, 0], atol=1e-9)


def test_todays_children_never_enter_again():
    found = _explained()

    entries = [name for name, _ in SIGNED_FLOWS].index("entries")
    assert (found.flows[0, entries] == 0).all()
    assert (found.flows[1, entries, 0] > 0).all()


def test_an_explanation_needs_the_two_apart():
    together = expected(some_rates(), some_children(), some_entries(), horizon=H, apart=False)

    with pytest.raises(ValueError, match="apart"):
        explain(together, _nodes())
