"""Outlines are indicative, yet every authority has one, and neighbours share their border."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.reporting.map import shortfall_map
from rcc_forecast.reporting.outlines import _joints, _rings, _simplified, outlines


def test_every_authority_of_today_has_an_outline():
    assert sorted(outlines()) == sorted(AUTHORITIES.index)
    assert all(len(ring) >= 3 for rings in outlines().values() for ring in rings)


def test_an_outline_lies_round_the_centre_of_its_authority():
    for code, rings in outlines().items():
        corners = np.array([corner for ring in rings for corner in ring])
        centre = AUTHORITIES.loc[code, ["easting", "northing"]].astype(float) / 1_000.0

        assert (corners.min(axis=0) <= centre.to_numpy()).all()
        assert (corners.max(axis=0) >= centre.to_numpy()).all()


def test_a_square_is_walked_round_once_and_simplified_to_its_corners():
    inside = np.zeros((5, 5), dtype=bool)
    inside[1:4, 1:4] = True

    (ring,) = _rings(inside)

    assert len(ring) == 12
    assert sorted(_simplified(ring, set())) == [(1, 1), (1, 4), (4, 1), (4, 4)]


def test_two_parts_that_touch_at_a_corner_keep_their_own_rings():
    inside = np.eye(2, dtype=bool)

    rings = _rings(inside)

    assert sorted(len(ring) for ring in rings) == [4, 4]


def test_neighbours_share_the_same_simplified_border():
    owner = np.zeros((12, 12), dtype=np.int64)
    for row, edge in enumerate([3, 4, 3, 5, 6, 6, 7, 5, 4, 4, 6, 5]):
        owner[row, edge:] = 1
    joints = _joints(owner)

    west, east = (_simplified(_rings(owner == i)[0], joints) for i in (0, 1))

    inner = [corner for corner in west if 0 < corner[0] < 12 and 0 < corner[1] < 12]
    assert inner
    assert set(inner) <= set(east)


def test_an_authority_without_an_outline_still_stands_in_the_table():
    rows = pd.DataFrame(
        {
            "local_authority": ["E08000001", "E99999999"],
            "local_authority_name": ["Bolton", "Elsewhere"],
            "p_shortfall": [0.3, 0.9],
            "rag": ["amber", "red"],
        }
    )

    drawn = shortfall_map(rows, slug="m", title="Title")

    assert drawn.rows == (("Elsewhere", "90%", "red"), ("Bolton", "30%", "amber"))
    assert drawn.description.startswith("In 1 of 2 authorities")
