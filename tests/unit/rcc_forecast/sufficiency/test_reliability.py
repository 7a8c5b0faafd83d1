"""Were shortages called as often as they came? Past forecasts answer, each judged by the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.conformal import Likeness, learned_errors
from rcc_forecast.codes import ALL
from rcc_forecast.sufficiency.reliability import LEADS, reliability, usable_today
from tests.builders.engines import the_engine

KINDS = ["foster", "childrens_home", "supported", "with_parents"]
SPACING, HORIZON = 3, 24


@dataclass(frozen=True)
class World:
    """Children of forty authorities by kind who wander at random, forecast as they stood."""

    past: SimpleNamespace
    usable: pd.Series


def a_world(*, seed=0, n_authorities=40, n_origins=20, too_sure=1.0):
    """Forecasts say what is true, or with `too_sure` are given errors that many times smaller."""
    rng = np.random.default_rng(seed)
    n_nodes = n_authorities * len(KINDS)
    months = 36 + SPACING * n_origins
    start = rng.uniform(40, 200, n_nodes)[:, None]
    walk = np.cumsum(rng.normal(0, 0.1, (n_nodes, months)), axis=1) * np.sqrt(start)
    y = np.round(np.maximum(start + walk, 1.0))
    origins = months - SPACING * np.arange(n_origins, 0, -1)
    point = np.stack([np.repeat(y[:, [seen - 1]], HORIZON, axis=1) for seen in origins])
    beyond = np.concatenate([y, np.full((n_nodes, HORIZON), np.nan)], axis=1)
    actual = np.stack([beyond[:, seen : seen + HORIZON] for seen in origins])
    likeness = Likeness(np.zeros(n_nodes, dtype=np.int64), np.array([False]), np.array([-1]))
    errors = learned_errors(
        point, point + (actual - point) / too_sure, likeness=likeness, spacing=SPACING
    )
    frame = pd.DataFrame(
        {
            "level": "authority/type",
            "local_authority": np.repeat([f"A{i}" for i in range(n_authorities)], len(KINDS)),
            "placement_type": np.tile(KINDS, n_authorities),
        }
    )
    rolled = SimpleNamespace(
        origins=origins,
        past={"combination": point.astype(np.float32)},
        actual=actual,
        spacing=SPACING,
    )
    past = SimpleNamespace(nodes=SimpleNamespace(frame=frame), y=y, rolled=rolled, errors=errors)
    keys = pd.MultiIndex.from_frame(frame[["local_authority", "placement_type"]])
    usable = pd.Series(y[:, -1] * rng.uniform(0.9, 1.1, n_nodes), index=keys)
    return World(past, usable)


def whole(found, kind="planned", lead=ALL, decile=ALL):
    """One row of the table."""
    table = found.frame
    row = table[
        (table["placement_type"] == kind) & (table["lead"] == lead) & (table["decile"] == decile)
    ]
    assert len(row) == 1
    return row.iloc[0]


def test_honest_forecasts_are_reliable_in_every_tenth():
    world = a_world()

    found = reliability(world.past, usable=world.usable)

    tenths = found.frame[(found.frame["lead"] == ALL) & (found.frame["decile"] != ALL)]
    tenths = tenths[(tenths["placement_type"] == "planned") & (tenths["n"] >= 100)]
    assert len(tenths) == 10
    assert (tenths["said"] - tenths["happened"]).abs().max() < 0.05
    assert found.reliable.all()


def test_forecasts_that_are_too_sure_are_told_so():
    world = a_world(too_sure=5.0)

    found = reliability(world.past, usable=world.usable)

    assert not found.reliable["foster"]
    assert "more than chance explains" in whole(found, "foster")["note"]


def test_a_rating_holds_unless_what_is_shown_wrong_would_change_its_colour():
    world = a_world(n_authorities=3)
    base = reliability(world.past, usable=world.usable)
    nothing, low, middle, high = 0.0, 0.0, 0.2, 0.3
    found = replace(base, shown=pd.DataFrame([[nothing, low, middle, high]], index=["foster"]))
    kinds = pd.Series(["foster", "foster", "foster", "with_parents"])
    said = pd.Series([0.1, 0.4, 0.6, 0.4])

    holds = found.holds(kinds, said, amber=0.2, red=0.5)

    # 0.4 is 0.6 in truth, and red; 0.6 is 0.9, and as red as before.
    assert holds.tolist() == [True, False, True, True]


def test_children_who_came_are_set_against_those_expected():
    world = a_world(n_authorities=5)
    world.past.rolled.past["combination"] = world.past.rolled.past["combination"] / 2

    found = reliability(world.past, usable=world.usable)

    assert whole(found)["came_over_expected"] == pytest.approx(2.0, abs=0.1)


def test_kinds_that_are_not_planned_are_not_judged():
    world = a_world(n_authorities=10)

    found = reliability(world.past, usable=world.usable)

    assert "with_parents" not in found.reliable.index
    assert "with_parents" not in set(found.frame["placement_type"])


def test_cells_without_known_places_are_left_out():
    world = a_world(n_authorities=10)
    some = world.usable.copy()
    some[some.index.get_level_values("placement_type") == "supported"] = np.nan

    found = reliability(world.past, usable=some)

    assert whole(found, "supported")["n"] == 0
    assert whole(found, "supported")["reliable"] == "unknown"
    assert whole(found, "foster")["n"] > 0


def test_cases_of_all_leads_and_kinds_add_up():
    world = a_world(n_authorities=10)

    found = reliability(world.past, usable=world.usable)

    leads = sum(whole(found, lead=str(lead))["n"] for lead in LEADS)
    kinds = sum(whole(found, kind)["n"] for kind in ("foster", "childrens_home", "supported"))
    tenths = sum(whole(found, decile=str(number))["n"] for number in range(1, 11))
    assert whole(found)["n"] == leads == kinds == tenths


def test_without_a_past_forecast_nothing_is_claimed():
    world = a_world(n_authorities=3)
    world.past.errors = None

    found = reliability(world.past, usable=world.usable)

    assert set(found.frame["reliable"]) == {"unknown"}
    # Nothing is shown wrong, so nothing is held against the kind.
    assert found.reliable.all()


def test_the_engines_own_past_can_be_judged():
    engine = the_engine()
    authorities = engine.history.authorities
    keys = pd.MultiIndex.from_product([authorities, ["foster", "childrens_home"]])

    found = reliability(engine.measures["children"], usable=pd.Series(5.0, index=keys))

    assert whole(found, "foster")["n"] > 0
    assert 0.0 <= whole(found)["said"] <= 1.0


def test_usable_places_today_are_those_of_authorities_in_the_first_month():
    balance = pd.DataFrame(
        {
            "local_authority": ["A1", "A1", ALL],
            "placement_type": ["foster"] * 3,
            "age_band": [ALL] * 3,
            "horizon": [1, 2, 1],
            "capacity_usable": [7.0, 8.0, 9.0],
        }
    )

    found = usable_today(balance)

    assert found.to_dict() == {("A1", "foster"): pytest.approx(7.0)}
