"""Each child is followed from month end to month end, with its age, stay and what came next."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.forecasting.cohort.population import ADULT, LEFT, UNKNOWN
from rcc_forecast.codes import PlacementType
from rcc_forecast.demand import monthly_demand
from tests.builders.episodes import an_episode, filed_yearly, journeys_of
from tests.builders.histories import a_history

YEARS = range(2018, 2021)
KINDS = [kind.value for kind in PlacementType]
# Months are numbered from March 2017, the first that the return of 2018 can show.


def followed(*episodes, as_of=None):
    """Rows of one child, by month."""
    history = monthly_demand(journeys_of(filed_yearly(*episodes, years=YEARS)), as_of=as_of)
    rows = history.population.rows
    names = ("month", "stream", "age", "kind", "in_care", "in_placement", "follows", "weight")
    return pd.DataFrame({name: np.asarray(getattr(rows, name)) for name in names})


def test_a_child_has_a_row_for_every_month_end_in_care():
    rows = followed(an_episode(decom="2018-01-10", dec="2018-04-15"))

    # Ends of January, February and March 2018.
    assert rows["month"].tolist() == [10, 11, 12]
    assert rows["in_care"].tolist() == [0, 1, 2]
    assert (rows["weight"] == 1).all()


def test_what_follows_is_the_kind_a_month_later_or_that_the_child_left():
    rows = followed(
        an_episode(decom="2018-01-10", dec="2018-03-05", place="U4", rec="X1"),
        an_episode(decom="2018-03-05", dec="2018-04-15", place="K2", rne="P"),
    )

    foster, home = KINDS.index("foster"), KINDS.index("childrens_home")
    assert rows["kind"].tolist() == [foster, foster, home]
    assert rows["follows"].tolist() == [foster, home, LEFT]
    assert rows["in_care"].tolist() == [0, 1, 2]
    assert rows["in_placement"].tolist() == [0, 1, 0]


def test_a_move_within_a_kind_of_placement_does_not_begin_a_new_one():
    rows = followed(
        an_episode(decom="2018-01-10", dec="2018-02-05", place="U4", rec="X1"),
        an_episode(decom="2018-02-05", dec="2018-04-15", place="U5", rne="P"),
    )

    assert rows["in_placement"].tolist() == [0, 1, 2]


def test_a_child_who_comes_back_begins_anew():
    rows = followed(
        an_episode(decom="2018-01-10", dec="2018-02-15"),
        an_episode(decom="2018-04-10", dec="2018-05-15"),
    )

    assert rows["month"].tolist() == [10, 13]
    assert rows["follows"].tolist() == [LEFT, LEFT]
    assert rows["in_care"].tolist() == [0, 0]


def test_a_stay_that_began_before_the_first_month_is_as_long_as_its_record_says():
    rows = followed(an_episode(decom="2016-12-10", dec="2017-05-15"))

    # In care from December 2016: three months at the end of March 2017.
    assert rows["month"].tolist() == [0, 1]
    assert rows["in_care"].tolist() == [3, 4]


def test_what_follows_the_last_month_is_not_known():
    rows = followed(an_episode(decom="2020-01-10"))

    assert rows["follows"].tolist()[-1] == UNKNOWN
    assert (rows["follows"].iloc[:-1] == KINDS.index("foster")).all()


def test_age_is_in_whole_months_and_a_young_person_of_18_goes_of_age():
    rows = followed(an_episode(decom="2018-01-10", dob="2000-06-20"))

    # 17 years and 7 months at the end of January 2018; 18 on 20 June.
    assert rows["age"].tolist() == [211, 212, 213, 214, 215]
    assert rows["follows"].tolist()[-1] == ADULT


def test_a_birth_on_29_february_is_17_still_on_the_last_day_before_1_march():
    rows = followed(an_episode(decom="2018-01-10", dob="2000-02-29"))

    # Turns 18 on 1 March 2018: counted at the end of February, as of 215 months.
    assert rows["month"].tolist() == [10, 11]
    assert rows["age"].tolist() == [215, 215]
    assert rows["follows"].tolist()[-1] == ADULT


def test_unaccompanied_children_are_a_stream_of_their_own():
    rows = followed(an_episode(decom="2018-01-10", dec="2018-03-15", uasc_status="1"))

    assert set(rows["stream"]) == {1}


def test_children_followed_are_the_children_counted():
    history = a_history()
    rows = history.population.rows

    by_month = np.bincount(rows.month, weights=rows.weight, minlength=len(history.months))

    np.testing.assert_allclose(by_month, history.corrected["children"].sum(axis=0), atol=1e-5)


def test_entries_of_the_first_month_which_no_return_shows_are_a_usual_month():
    population = a_history().population

    whole = population.entries.sum(axis=(1, 2, 3))
    assert whole[0] == pytest.approx(whole[1:13].mean())


def test_breaks_of_the_record_are_handed_on_by_month():
    breaks = a_history().population.breaks

    # The history begins in March 2018: April 2020 is month 25, October 2023 month 67.
    assert [known.start for known in breaks] == [25, 67]
    assert breaks[0].end == 25 + 15
