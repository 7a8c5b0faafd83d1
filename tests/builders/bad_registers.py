"""A register of homes damaged at random, and what was planted by line.

`damaged_register` draws faults by a seed, at most one a row, so that each can be
looked for by its line, its rule and what became of the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

PLACES = {
    "E08000001": (371_950, 408_212, "BL3 6BG"),
    "E10000016": (575_900, 155_700, "ME14 1XX"),
    "E06000052": (182_500, 44_800, "TR1 1AB"),
    "E08000021": (424_800, 564_500, "NE1 8QH"),
}
"""A point and postcode of Bolton, Kent, Cornwall and Newcastle upon Tyne."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault at a line: the rule that finds it, and whether the row can still be used."""

    row: int
    rule: str
    used: bool


def a_register(rng: np.random.Generator, *, rows: int = 60) -> pd.DataFrame:
    """A register of text without a fault: homes of three kinds in four authorities."""
    authority = rng.choice(sorted(PLACES), size=rows)
    kind = rng.choice(["foster", "childrens_home", "supported"], size=rows)
    approved = rng.integers(1, 6, size=rows)
    return pd.DataFrame(
        {
            "home_id": [f"H{at}" for at in range(rows)],
            "urn": [f"SC{at:06d}" for at in range(rows)],
            "sector": "private",
            "placement_type": kind,
            "local_authority": authority,
            "postcode": [PLACES[code][2] for code in authority],
            "easting": [str(PLACES[code][0]) for code in authority],
            "northing": [str(PLACES[code][1]) for code in authority],
            "places_approved": approved.astype(str),
            "places_available": np.maximum(approved - 1, 0).astype(str),
            "age_min": "5",
            "age_max": "17",
            "sex": "any",
            "ofsted_rating": "good",
            "weekly_cost_gbp": "4500",
            "opened": "2020-04-01",
            "closed": "",
        },
        dtype="str",
    )


def damaged_register(seed: int, *, rows: int = 60) -> tuple[pd.DataFrame, list[Planted]]:
    """A register with a fault in about a third of its rows, and the list of them."""
    rng = np.random.default_rng(seed)
    register = a_register(rng, rows=rows)
    hit = np.sort(rng.choice(np.arange(1, rows), size=rows // 3, replace=False))
    planted = []
    for at in hit:
        rule, used, harm = FAULTS[rng.integers(len(FAULTS))]
        harm(register, int(at), rng)
        planted.append(Planted(int(at) + 2, rule, used))
    return register, planted


def _cell(column: str, *values: str) -> Callable[[pd.DataFrame, int, np.random.Generator], None]:
    def harm(register: pd.DataFrame, at: int, rng: np.random.Generator) -> None:
        register.loc[at, column] = values[rng.integers(len(values))]

    return harm


def _cells(**given: str) -> Callable[[pd.DataFrame, int, np.random.Generator], None]:
    def harm(register: pd.DataFrame, at: int, rng: np.random.Generator) -> None:
        for column, value in given.items():
            register.loc[at, column] = value

    return harm


def _same_reference(register: pd.DataFrame, at: int, rng: np.random.Generator) -> None:
    # Row 0 is never damaged, so the reference there stands.
    register.loc[at, "home_id"] = register.loc[0, "home_id"]


def _entered_twice(register: pd.DataFrame, at: int, rng: np.random.Generator) -> None:
    same = ["urn", "local_authority", "postcode", "easting", "northing"]
    register.loc[[0, at], "placement_type"] = "childrens_home"
    register.loc[at, same] = register.loc[0, same]


def _swapped(register: pd.DataFrame, at: int, rng: np.random.Generator) -> None:
    east, north, postcode = PLACES["E10000016"]
    register.loc[at, ["local_authority", "postcode"]] = ["E10000016", postcode]
    register.loc[at, ["easting", "northing"]] = [str(north), str(east)]


FAULTS = (
    ("places-negative", True, _cell("places_approved", "-1", "-40")),
    ("places-negative", True, _cell("places_available", "-1", "-2.5")),
    ("places-available-above-approved", True, _cells(places_approved="2", places_available="9")),
    ("places-missing", False, _cells(places_approved="", places_available="")),
    ("number-unreadable", True, _cell("places_approved", "four", "4 beds", "1e999")),
    ("code-unknown", False, _cell("placement_type", "hotel", "Resi", "??", "Mrs A Smith")),
    ("code-missing", False, _cells(placement_type="")),
    ("closed-before-opened", False, _cells(opened="2024-05-01", closed="2023-05-01")),
    ("date-unreadable", True, _cell("opened", "31/02/2024", "soon", "2024-13-01")),
    ("reference-repeated", False, _same_reference),
    ("reference-missing", False, _cells(home_id="")),
    ("home-repeated", False, _entered_twice),
    ("home-outside-england", True, _cell("local_authority", "Cardiff", "W06000024", "S12000036")),
    (
        "home-outside-england",
        False,
        _cells(local_authority="Wrexham", easting="", northing="", postcode="LL11 1AY"),
    ),
    ("place-outside-england", True, _cells(easting="300000", northing="900000", postcode="")),
    ("place-not-on-grid", True, _cells(easting="-2.43", northing="53.58")),
    ("coordinates-swapped", True, _swapped),
    ("postcode-unknown", True, _cells(easting="", northing="", postcode="ZZ99 9ZZ")),
    ("place-of-authority", True, _cells(easting="", northing="", postcode="")),
    ("place-missing", False, _cells(local_authority="Atlantis", easting="", postcode="")),
    ("authority-unknown", True, _cell("local_authority", "Atlantis", "E99999999", "nan")),
    ("ages-crossed", True, _cells(age_min="15", age_max="8")),
    ("number-out-of-range", True, _cell("age_max", "170", "-3")),
    ("cost-absurd", True, _cell("weekly_cost_gbp", "318400", "50000.01")),
    ("cost-zero", True, _cells(placement_type="childrens_home", weekly_cost_gbp="0")),
    ("cost-zero", True, _cells(placement_type="foster", weekly_cost_gbp="0.00")),
    ("code-unknown", True, _cell("ofsted_rating", "excellent", "5", "met")),
    ("code-unknown", True, _cell("sector", "charitable", "X")),
)
"""Rule, whether the row is used, and the damage."""
