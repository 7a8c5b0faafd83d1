"""What would close a gap: each lever alone, checked by pulling it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from models.forecasting.cohort import pulled
from models.forecasting.cohort.levers import DurationsLever, EntriesLever
from models.sufficiency.shortfall import ROUNDINGS
from rcc_forecast.codes import ALL
from rcc_forecast.forecasting import forecast_demand, stepped_under
from rcc_forecast.results.futures import AreaFutures, area_futures
from rcc_forecast.sufficiency.carers import CarersForecast
from rcc_forecast.sufficiency.closing import Behind, closing
from tests.builders.engines import handed_out, the_engine
from tests.builders.fostering import foster_homes
from tests.builders.futures import a_balance
from tests.builders.histories import a_membership

REGION = "North West"


@lru_cache(maxsize=1)
def the_futures() -> AreaFutures:
    """Of three authorities."""
    return area_futures(handed_out(the_engine()), membership=a_membership(), seed=0)


def foster_children(futures, *, month=12):
    """Foster children of the region in every future."""
    region = next(a for a in futures.areas if a.region == REGION and a.local_authority == ALL)
    drawn = futures.children(region)[:, futures.kinds.index("foster")].astype(float)
    return drawn.sum(axis=1)[:, month - 1]


def share_short(children, places):
    """Share of futures with more children than places, as the balance rounds them."""
    return np.mean([np.floor(children + u) >= places + 0.5 for u in ROUNDINGS])


def free_homes(share):
    """Free foster places for a share of the children that the region expects, for any age."""
    number = int(foster_children(the_futures()).mean() * share)
    codes = the_futures().authorities["local_authority"].tolist()
    return foster_homes(
        number,
        local_authority=list(np.resize(codes, number)),
        places_approved=1,
        places_available=1,
        age_min=0,
        age_max=17,
    )


@dataclass(frozen=True)
class Gap:
    """Closing rows of the region's foster homes in the last month, and what they rest on."""

    rows: pd.DataFrame
    homes: pd.DataFrame
    probability: float
    target: float

    def needed(self, lever):
        return self.rows.loc[lever, "needed"]


def a_gap(share=0.98, *, cohort=True, carers=None, foster_paths=None):
    """Set the futures against homes for a share of the children, and ask what would close it."""
    futures, homes = the_futures(), free_homes(share)
    nobody = np.zeros((len(futures.authorities), len(futures.kinds)))
    how = {"homes": homes, "as_of": the_engine().history.as_of, "children_now": nobody}
    found = a_balance(futures, foster_paths=foster_paths, **how)
    frame = closing(
        found,
        Behind(futures, foster_paths=foster_paths, **how),
        cohort=the_engine().cohort.today if cohort else None,
        carers=carers,
    ).frame

    def ours(table):
        return table[
            (table["region"] == REGION)
            & (table["local_authority"] == ALL)
            & (table["placement_type"] == "foster")
            & (table["horizon"] == 12)
        ]

    table = ours(found.table)
    probability = table.loc[table["age_band"] == ALL, "p_shortfall"].iloc[0]
    target = found.red_from["foster"] * found.assumptions["amber_share"]
    return Gap(ours(frame).set_index("lever"), homes, probability, target)


def under(lever):
    """Futures with one lever pulled."""
    engine, futures = the_engine(), the_futures()
    levers = pulled(
        [lever],
        horizon=len(futures.months),
        n_areas=len(engine.history.authorities),
        n_kinds=len(futures.kinds),
    )
    base = handed_out(engine)
    changed = forecast_demand(
        engine,
        base.backtest,
        membership=a_membership(),
        futures=base.futures,
        under=stepped_under(engine.cohort.today, [levers]),
    )
    return area_futures(changed, membership=a_membership(), seed=0)


def some_carers(*, relative=1.0, places_each=1.5):
    """Carers of every authority, none of whom leaves."""
    futures = the_futures()
    n, horizon = len(futures.authorities), len(futures.months)
    return CarersForecast(
        frame=pd.DataFrame(),
        relative=np.full((len(futures.paths), n, horizon), relative),
        places_a_household=np.full(n, places_each),
        staying=np.ones((n, horizon)),
        households=np.full(n, 100.0),
    )


def test_the_places_needed_are_just_enough():
    gap = a_gap()

    needed, children = gap.needed("places"), foster_children(the_futures())

    assert gap.probability == pytest.approx(share_short(children, len(gap.homes)), abs=0.01)
    assert share_short(children, len(gap.homes) + needed) < gap.target
    assert share_short(children, len(gap.homes) + needed - 1) >= gap.target
    row = gap.rows.loc["places"]
    assert row["needed_q10"] <= needed <= row["needed_q90"]


@pytest.mark.parametrize(
    ("lever", "make"), [("fewer_entrants", EntriesLever), ("shorter_stays", DurationsLever)]
)
def test_a_lever_pulled_as_far_as_is_said_closes_the_gap(lever, make):
    gap = a_gap()

    pulled_far = foster_children(under(make(-gap.needed(lever) / 100)))

    # Futures move with the mean in nearly, not quite, the same proportion.
    after = share_short(pulled_far, len(gap.homes))
    assert gap.probability > 0.5
    assert after == pytest.approx(gap.target, abs=0.06)


def test_the_share_to_be_moved_is_said_with_the_kind_they_would_live_in():
    row = a_gap().rows.loc["move"]

    assert row["unit"] == "per cent"
    assert 0 < row["needed"] < 50
    assert "relatives or friends" in row["sentence"]


def test_recruits_are_as_many_a_month_as_bring_the_places_in_time():
    gap = a_gap(carers=some_carers())

    # Twelve months of recruits, 1.5 usable places each, nobody leaving.
    assert gap.needed("recruit") == pytest.approx(gap.needed("places") / (12 * 1.5))


def test_fewer_carers_in_every_future_ask_for_more_places():
    carers = some_carers(relative=0.9)

    fewer = a_gap(foster_paths=carers.relative)

    as_is = a_gap()
    lost = 0.1 * len(as_is.homes)
    assert fewer.needed("places") == pytest.approx(as_is.needed("places") + lost, abs=1.0)


def test_a_gap_that_no_lever_alone_can_close_is_said_to_be_one():
    rows = a_gap(0.3).rows

    assert rows.loc["fewer_entrants", "possible"] == "no"
    assert np.isnan(rows.loc["fewer_entrants", "needed"])
    assert "cannot close the gap" in rows.loc["fewer_entrants", "sentence"]
    assert rows.loc["places", "possible"] == "yes"


def test_where_there_is_room_nothing_is_asked():
    assert a_gap(2.0).rows.empty


def test_without_rates_places_and_moves_are_all_that_is_said():
    assert set(a_gap(cohort=False).rows.index) == {"places", "move"}
