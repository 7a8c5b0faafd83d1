"""A what-if on demand does what its words say, where they say, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnknownNameError
from rcc_forecast.forecasting import stepped_under
from rcc_forecast.scenarios import demand_levers, parse_scenario
from tests.builders.engines import HORIZON, handed_out, the_engine
from tests.builders.histories import MANCHESTER, SALFORD

NODE = ["region", "local_authority", "placement_type", "age_band", "population", "rcc"]
# The history ends in March 2024: April is month 1.
FROM = "2024-08-31"


def levers(**given):
    history = the_engine().history
    return demand_levers(
        parse_scenario(given),
        authorities=history.authorities,
        last_month=history.months[-1],
        horizon=HORIZON,
    )


def under(**given) -> pd.DataFrame:
    """The forecast table under a scenario given as TOML would give it."""
    engine = the_engine()
    return handed_out(engine, under=stepped_under(engine.cohort.today, [levers(**given)])).table()


def ratio(table: pd.DataFrame, plain: pd.DataFrame, measure: str) -> pd.DataFrame:
    """How many times the plain forecast, by node (rows) and month ahead (columns)."""
    wide = [
        each[each["measure"] == measure].pivot_table(index=NODE, columns="horizon", values="mean")
        for each in (table, plain)
    ]
    return (wide[0] / wide[1]).where(wide[1] > 1e-3)


def total(table: pd.DataFrame, measure: str = "children", **where: str) -> pd.Series:
    """Means by month ahead of one node; England in total where nothing is said."""
    node = dict.fromkeys(NODE, ALL) | {"rcc": "", "measure": measure} | where
    rows = table[(table[list(node)] == pd.Series(node)).all(axis=1)]
    return rows.set_index("horizon")["mean"]


@pytest.fixture(scope="module")
def plain():
    return handed_out(the_engine()).table()


@pytest.fixture(scope="module")
def more_entries():
    return under(entries={"change_pct": 10, "from": FROM})


@pytest.mark.parametrize(
    "given",
    [
        {"entries": {"change_pct": 0}},
        {"entries": {"uasc_change_pct": 0, "local_authority": MANCHESTER}},
        {"exits": {"change_pct": 0, "age_band": "16-17"}},
        {"durations": {"change_pct": 0, "placement_type": "foster", "ramp_months": 6}},
        {"moves": {"from_type": "childrens_home", "to_type": "foster", "change_pct": 0}},
    ],
)
def test_a_lever_of_size_nought_changes_nothing_exactly(given, plain):
    pd.testing.assert_frame_equal(under(**given), plain, check_exact=True)


def test_a_tenth_more_entries_are_a_tenth_more_at_every_level_from_their_month_on(
    more_entries, plain
):
    changed = ratio(more_entries, plain, "entries")

    expected = np.where(changed.columns < 5, 1.0, 1.1)[None].repeat(len(changed), axis=0)
    known = changed.notna().to_numpy()
    assert known.mean() > 0.5
    np.testing.assert_allclose(changed.to_numpy()[known], expected[known], rtol=1e-5)
    assert (changed.loc[:, :4].dropna() == 1).all(axis=None)


def test_more_entrants_are_more_children_and_later_more_exits_never_before(more_entries, plain):
    children = total(more_entries) - total(plain)
    exits = total(more_entries, "exits") - total(plain, "exits")

    assert (children.loc[:4] == 0).all()
    assert (children.loc[5:] > 0).all()
    assert children.is_monotonic_increasing
    assert (exits.loc[:4] == 0).all()
    assert exits.loc[HORIZON] > 0


def test_under_a_scenario_totals_still_add_up(more_entries):
    table = more_entries[more_entries["measure"] == "children"]
    whole = table[(table["age_band"] == ALL) & (table["population"] == ALL)]
    area = ["region", "local_authority", "rcc", "horizon"]

    parts = whole[whole["placement_type"] != ALL].groupby(area)["mean"].sum()
    totals = whole[whole["placement_type"] == ALL].set_index(area)["mean"]

    np.testing.assert_allclose(parts, totals.reindex(parts.index), atol=1e-6)
    authorities = totals[totals.index.get_level_values("local_authority") != ALL]
    np.testing.assert_allclose(authorities.groupby("horizon").sum(), total(more_entries), atol=1e-6)


def test_a_change_for_uasc_acts_on_uasc_alone(plain):
    table = under(entries={"uasc_change_pct": 50})

    other, uasc = (
        total(table, population=kind) - total(plain, population=kind) for kind in ("other", "uasc")
    )
    np.testing.assert_allclose(other, 0, atol=1e-3)
    assert (uasc > 0).all()
    # No unaccompanied child came under the age of ten, so no entries there change.
    young = total(table, "entries", age_band="5-9") - total(plain, "entries", age_band="5-9")
    np.testing.assert_allclose(young, 0, atol=1e-9)


def test_a_lever_for_one_authority_leaves_the_others_as_they_are(plain):
    table = under(exits={"change_pct": 20, "local_authority": SALFORD})

    here, there = (
        total(table, region="North West", local_authority=code, rcc=rcc)
        - total(plain, region="North West", local_authority=code, rcc=rcc)
        for code, rcc in ((SALFORD, "Greater Manchester"), (MANCHESTER, "Greater Manchester"))
    )
    assert (here < 0).all()
    np.testing.assert_allclose(there, 0, atol=1e-9)


def test_longer_stays_keep_more_children(plain):
    table = under(durations={"change_pct": 25})

    assert (total(table) > total(plain)).all()
    assert total(table, "exits").loc[1] < total(plain, "exits").loc[1]


def test_moves_to_foster_care_take_children_out_of_homes_and_none_out_of_care(plain):
    step_down = {"from_type": "childrens_home", "to_type": "foster", "change_pct": 200}

    table = under(moves=step_down)

    homes, foster = (
        total(table, placement_type=kind) - total(plain, placement_type=kind)
        for kind in ("childrens_home", "foster")
    )
    assert homes.loc[HORIZON] < 0 < foster.loc[HORIZON]
    np.testing.assert_allclose(total(table).loc[1], total(plain).loc[1], atol=1e-3)


def test_a_ramp_grows_to_its_full_size():
    multiplier = levers(entries={"change_pct": 12, "ramp_months": 4, "from": FROM}).entries

    by_month = multiplier.reshape(HORIZON, -1)[:, 0]
    np.testing.assert_allclose(by_month[:9], [1, 1, 1, 1, 1.03, 1.06, 1.09, 1.12, 1.12])


def test_a_lever_ends_with_its_last_month():
    multiplier = levers(entries={"change_pct": 12, "to": "2024-06-30"}).entries

    assert multiplier.reshape(HORIZON, -1)[:, 0].round(6).tolist() == [1.12] * 3 + [1.0] * 9


def test_an_authority_that_filed_nothing_is_refused():
    with pytest.raises(UnknownNameError, match="authority among the returns"):
        levers(entries={"change_pct": 10, "local_authority": "E08000035"})
