"""Returns brought to the packages' groups count the same children as the packages do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.demand import monthly_demand
from rcc_forecast.returns import read_returns_from
from tests.benchmarks.bench_peers import (
    AUTHORITY,
    CELL,
    TYPE_FILED_ANEW,
    filed,
    filed_anew,
    known_at,
    on_grid,
    split,
    true_cells,
)
from tests.benchmarks.worlds.filing import of_authority, returns_of
from tests.benchmarks.worlds.lives import lives_of
from tests.benchmarks.worlds.nature import AUTHORITIES, Family

CUTOFF = pd.Timestamp("2022-03-31")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    files = returns_of(lives_of(Family.MARKOV, seed=5, stock=1_500))
    root = tmp_path_factory.mktemp("returns")
    for name, data in of_authority(files, AUTHORITIES[0]).items():
        path = root / name.split("/", 1)[1]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return root


def test_what_is_filed_anew_counts_as_the_truth_does(folder):
    episodes, header = filed(folder)
    known = known_at(episodes, CUTOFF)
    # Two months from 31 January is the cutoff; from 28 February one month would be 28 March.
    truth = true_cells(known, header, pd.Timestamp("2022-01-31"), 2).set_index(CELL)["actual"]

    files = filed_anew(known, header, CUTOFF, groups=True)
    journeys = link_episodes(read_returns_from(files, authority=AUTHORITY), as_of=CUTOFF)
    history = monthly_demand(journeys, as_of=CUTOFF)

    leaves = history.leaves.assign(
        horizon_months=2,
        placement_type=history.leaves["placement_type"].map(TYPE_FILED_ANEW),
        age_bin=history.leaves["age_band"].replace({"16-17": "16+"}),
        count=history.counts["children"][:, -1],
    )
    assert leaves.loc[leaves["placement_type"].isna(), "count"].sum() == 0
    mine = leaves.groupby(CELL)["count"].sum()
    at_the_cutoff = truth.xs(2, drop_level=False)
    assert at_the_cutoff.sum() > 30
    assert (mine.reindex(at_the_cutoff.index) == at_the_cutoff).all()


def test_nothing_after_the_cutoff_is_known(folder):
    episodes, _ = filed(folder)

    known = known_at(episodes, CUTOFF)

    assert known["DECOM"].max() <= CUTOFF
    assert not (known["DEC"] > CUTOFF).any()
    assert (episodes["DEC"] > CUTOFF).any()


def test_a_type_across_groups_is_split_by_who_is_in_which_today():
    # Three children in R1 (residential) and one in R3 (other): three quarters and one.
    episodes = pd.DataFrame(
        {
            "dec": [pd.NaT] * 4,
            "respite": [False] * 4,
            "place": ["R1", "R1", "R1", "R3"],
            "placement_type": ["residential_other"] * 4,
        }
    )
    prepared = SimpleNamespace(journeys=SimpleNamespace(episodes=episodes))
    cells = pd.DataFrame(
        {
            "horizon_months": [1, 1],
            "placement_type": ["residential_other", "childrens_home"],
            "age_bin": ["10-15", "10-15"],
            "predicted": [4.0, 10.0],
        }
    )

    by_group = split(cells, prepared).set_index("placement_type")["predicted"]

    assert by_group.to_dict() == {"OTHER": 1.0, "RESIDENTIAL": 13.0}


def test_a_cell_that_a_forecast_lacks_is_nought():
    truth = pd.DataFrame(
        {
            "horizon_months": [1, 1],
            "placement_type": ["OTHER", "FOSTERING"],
            "age_bin": ["0", "0"],
            "actual": [1, 2],
        }
    )

    grid = on_grid(truth, truth.tail(1).assign(predicted=2.5).drop(columns="actual"))

    assert grid["predicted"].tolist() == [0.0, 2.5]
