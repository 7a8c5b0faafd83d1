"""The Ofsted number of a placement says who lives in whose homes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.sufficiency.residents import own_residents, residents_of
from tests.builders.register import BOLTON, BURY, a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")
KINDS = ["childrens_home"]


def an_episode(child=1, **given):
    """One open episode of a child of twelve in a children's home."""
    row = {
        "child": child,
        "local_authority": BOLTON,
        "placement_type": "childrens_home",
        "sex": "M",
        "urn": "SC1",
        "decom": "2024-05-01",
        "dec": None,
        "dob": "2013-01-01",
        "respite": False,
        **given,
    }
    frame = pd.DataFrame([row])
    return frame.assign(**{day: pd.to_datetime(frame[day]) for day in ("decom", "dec", "dob")})


def test_children_in_care_on_the_day_are_counted_by_home():
    episodes = pd.concat(
        [
            an_episode(1),
            an_episode(2, urn=" sc1 ", sex="F"),
            an_episode(3, dec="2025-03-31"),
            an_episode(4, decom="2025-04-01"),
            an_episode(5, respite=True),
            an_episode(6, dob="2007-03-31"),
        ],
        ignore_index=True,
    )

    found = residents_of(episodes, as_of=AS_OF)

    assert found.pop("lives_in").isna().all()
    # Not counted: left that day, came later, short break, eighteen that day.
    assert found.to_dict("records") == [
        {
            "local_authority": BOLTON,
            "placement_type": "childrens_home",
            "urn": "SC1",
            "children": 2,
            "girls": 1,
            # In May to February the child who left and the one now grown up lived there too.
            "peak": 4,
            "before_1": 0,
            "before_2": 0,
            "before_3": 0,
        }
    ]


def test_a_child_without_a_number_is_counted_apart():
    found = residents_of(an_episode(urn=None), as_of=AS_OF)

    assert found["urn"].isna().tolist() == [True]
    assert found["children"].tolist() == [1]


def residents(**urns):
    return pd.DataFrame(
        {
            "local_authority": BOLTON,
            "placement_type": "childrens_home",
            "urn": [None if urn == "none" else urn for urn in urns],
            "children": list(urns.values()),
        }
    )


def own(found, homes):
    return own_residents(found, homes, authorities=[BOLTON, BURY], kinds=KINDS)[..., 0]


def test_children_are_counted_where_their_home_lies():
    homes = a_register(a_home("A", urn="SC1"), a_home("B", urn="SC2", local_authority=BURY))

    counted = own(residents(SC1=3, SC2=2, SC9=4), homes)

    np.testing.assert_allclose(counted, [[3, 2], [0, 0]])


def test_one_number_for_premises_in_two_authorities_is_parted_by_places():
    homes = a_register(
        a_home("A", urn="SC1", places_approved=6),
        a_home("B", urn="SC1", places_approved=2, local_authority=BURY),
    )

    np.testing.assert_allclose(own(residents(SC1=4), homes), [[3, 1], [0, 0]])


def test_a_few_children_without_a_number_live_as_the_others_do():
    homes = a_home("A", urn="SC1")

    # 9 of 10 have a number: the tenth is taken to live there too.
    assert own(residents(SC1=9, none=1), homes)[0, 0] == 10


def test_too_few_numbers_and_residents_are_not_counted_but_bounded():
    homes = a_home("A", urn="SC1")

    assert np.isnan(own(residents(SC1=2, none=8), homes)).all()
