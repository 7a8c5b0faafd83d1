"""The balance, what would close a gap and what-ifs count homes in one way, by the same chance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from models.sufficiency.closing import Competition
from rcc_forecast.codes import ALL
from rcc_forecast.results.areas import Area
from rcc_forecast.sufficiency import Behind, carers_forecast
from rcc_forecast.sufficiency.supplies import supply_setting
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.what_ifs import answers
from tests.builders.futures import a_balance
from tests.builders.register import a_home, a_register
from tests.builders.what_ifs import a_scenario, its_homes, the_region

KEYS = ["region", "local_authority", "placement_type", "horizon", "rcc"]


@lru_cache(maxsize=1)
def its_carers():
    fit = the_region()
    return carers_forecast(
        fit.futures,
        homes=its_homes(),
        as_of=fit.prepared.history.as_of,
        residents=fit.residents,
        seed=fit.config.seed,
    ).relative


def behind():
    fit = the_region()
    return Behind(
        fit.futures,
        its_homes(),
        fit.prepared.history.as_of,
        fit.children_now,
        residents=fit.residents,
        foster_paths=its_carers(),
    )


@lru_cache(maxsize=1)
def its_balance():
    at = behind()
    found = a_balance(
        at.futures,
        homes=at.homes,
        as_of=at.as_of,
        children_now=at.children_now,
        residents=at.residents,
        foster_paths=at.foster_paths,
    ).table
    return found[found["age_band"] == ALL]


def the_setting(homes=None):
    at = behind()
    return supply_setting(
        at.futures,
        homes=its_homes() if homes is None else homes,
        as_of=at.as_of,
        children_now=at.children_now,
        residents=at.residents,
    )


def of_region(areas) -> Area:
    return next(a for a in areas if a.region != ALL and a.local_authority == ALL)


def test_a_what_if_that_changes_nothing_says_what_the_balance_says():
    found = answers(the_region(), its_homes(), months=[6, 12])

    drawn = found.futures
    told = found.rows.assign(
        told=drawn.mean(axis=0),
        low=np.quantile(drawn, 0.1, axis=0),
        high=np.quantile(drawn, 0.9, axis=0),
        often=(drawn >= 0.5).mean(axis=0),
    )
    both = told.merge(its_balance().drop(columns="measure"), on=KEYS)
    gap, missing = (both[both["measure"] == name] for name in ("gap", "shortfall"))
    assert len(gap) == len(missing) > 10
    np.testing.assert_allclose(gap["told"], gap["gap_mean"], atol=1e-6)
    np.testing.assert_allclose(gap["low"], gap["gap_q10"], atol=1e-3)
    np.testing.assert_allclose(gap["high"], gap["gap_q90"], atol=1e-3)
    np.testing.assert_allclose(missing["told"], missing["expected_shortfall"], atol=1e-6)
    # Answers are means of four roundings of a future; the balance counts each of them.
    np.testing.assert_allclose(missing["often"], missing["p_shortfall"], atol=0.08)


def test_what_would_close_a_gap_starts_from_the_probability_of_the_balance():
    at, area = behind(), of_region(the_region().futures.areas)
    children = at.futures.children(area).astype(np.float64)
    supply = at.supplies().of_area(area, children)
    table = its_balance()
    rows = table[(table["region"] == area.region) & (table["local_authority"] == ALL)]

    for name in ("foster", "childrens_home"):
        kind = at.futures.kinds.index(name)
        wanted = rows[(rows["placement_type"] == name) & (rows["horizon"] == 12)]
        found = Competition(
            children=children[:, kind, :, 11],
            touching=supply.touching[:, kind, 11],
            scale=supply.scale[:, kind, 11],
        )
        assert found.probability() == pytest.approx(wanted["p_shortfall"].iloc[0], abs=1e-9)


def test_months_asked_alone_are_the_months_of_the_whole():
    futures, months = the_region().futures, np.array([5, 11])
    area = of_region(futures.areas)
    some = Area(
        area.region,
        area.local_authority,
        tuple(area.rcc[month] for month in months),
        area.members[:, months],
    )
    children = futures.children(area)

    whole = the_setting().of(its_homes()).of_area(area, children)
    part = the_setting().at(months).of(its_homes()).of_area(some, children[..., months])

    np.testing.assert_allclose(part.scale, whole.scale[..., months], rtol=1e-12)
    np.testing.assert_allclose(part.usable, whole.usable[:, months], rtol=1e-12)
    np.testing.assert_allclose(part.touching, whole.touching[..., months], rtol=1e-12)


def test_chance_is_drawn_from_the_register_as_things_are():
    more = HOMES.check(a_register(its_homes(), *(a_home(f"NEW{i}") for i in range(40))))
    at = behind()
    how = {"as_of": at.as_of, "children_now": at.children_now, "residents": at.residents}

    told = a_balance(at.futures, homes=more, before=its_homes(), **how)
    asked = the_setting().of(more)
    area = of_region(at.futures.areas)

    supply = asked.of_area(area, at.futures.children(area))
    rows = told.supply[(told.supply["region"] == area.region) & (told.supply["rcc"] == area.rcc[0])]
    rows = rows[(rows["local_authority"] == ALL) & (rows["placement_type"] == "childrens_home")]
    kind = at.futures.kinds.index("childrens_home")
    np.testing.assert_allclose(rows["capacity_usable"], supply.usable[kind], rtol=1e-12)


def test_homes_that_a_what_if_opens_help_in_every_future():
    day = the_region().prepared.history.as_of + pd.DateOffset(days=20)
    opened = a_scenario(
        homes={
            "add": [
                {
                    "placement_type": "childrens_home",
                    "local_authority": its_homes()["local_authority"].iloc[0],
                    "number": 4,
                    "places": 3,
                    "opens": day.strftime("%Y-%m-%d"),
                }
            ]
        }
    )

    before, after = (answers(the_region(), its_homes(), asked) for asked in (None, opened))

    at = (before.rows["measure"] == "gap") & (before.rows["placement_type"] == "childrens_home")
    at &= before.rows["local_authority"] == ALL
    change = (after.futures - before.futures)[:, np.flatnonzero(at)]
    assert change.mean() < -1.0
    assert (change < 0.0).mean() > 0.95


def test_without_a_past_places_are_counted_as_the_register_stands():
    at = behind()

    setting = supply_setting(
        at.futures, homes=its_homes(), as_of=at.as_of, children_now=at.children_now
    )

    assert setting.doubt is None
    assert setting.closures is None
    assert isinstance(setting.months, pd.DatetimeIndex)
