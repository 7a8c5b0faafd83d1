"""Monthly demand as a long table, every level of the hierarchy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL, Measure
from rcc_forecast.geography import Membership, name_of
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.hierarchy import DIMENSIONS, nodes_on
from rcc_forecast.tables.demand import DEMAND

_MEASURES = [measure.value for measure in Measure]


def demand_table(history: DemandHistory, membership: Membership) -> pd.DataFrame:
    """Give the history of every node, measure and month.

    Parameters
    ----------
    history : DemandHistory
        From `monthly_demand`.
    membership : Membership
        Of co-operatives. One membership serves the whole history, so that a
        co-operative's series keeps its members.

    Returns
    -------
    DataFrame
        A `DEMAND` table, by node, measure and month; ``value`` as recorded,
        ``value_corrected`` with late recording corrected. Labels are
        categories.
    """
    nodes = nodes_on(history.leaves, membership=membership.for_history(history.as_of))
    n_nodes, n_months = len(nodes), len(history.months)
    shape = (n_nodes, len(_MEASURES), n_months)
    value, corrected = np.empty(shape, dtype=np.int64), np.empty(shape)
    for place, measure in enumerate(_MEASURES):
        value[:, place] = np.rint(nodes.summing @ history.counts[measure]).astype(np.int64)
        corrected[:, place] = nodes.summing @ history.corrected[measure]
    rows_a_node = len(_MEASURES) * n_months
    columns: dict[str, Any] = {
        name: _repeated(nodes.frame[name], rows_a_node) for name in DIMENSIONS
    }
    measures = np.tile(np.repeat(np.arange(len(_MEASURES), dtype=np.int8), n_months), n_nodes)
    months = np.tile(np.arange(n_months, dtype=np.int16), n_nodes * len(_MEASURES))
    columns |= {
        "measure": pd.Categorical.from_codes(measures, pd.Index(_MEASURES)),
        "month": pd.Categorical.from_codes(months, history.months.strftime("%Y-%m-%d")),
        "value": value.ravel(),
        "value_corrected": corrected.ravel(),
        "local_authority_name": _repeated(
            nodes.frame["local_authority"].map(_name_of_node), rows_a_node
        ),
    }
    return DEMAND.check(pd.DataFrame(columns))


def _name_of_node(code: str) -> str:
    return ALL if code == ALL else name_of(code)


def _repeated(labels: pd.Series[str], times: int) -> pd.Categorical:
    codes, names = pd.factorize(labels)
    return pd.Categorical.from_codes(np.repeat(codes.astype(np.int32), times), names)
