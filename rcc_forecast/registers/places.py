"""Where a row of a register lies: its authority, and its point on the map.

What is told apart here: an authority by its code, number or name; coordinates
the wrong way round, in degrees or at sea; a postcode that the directory does
not have; and a home that lies outside England.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from rcc_forecast.codes import UNKNOWN_AUTHORITY
from rcc_forecast.geography import AUTHORITIES, locate_postcodes, resolve_authority, successor_of
from rcc_forecast.registers.typed import Typed, as_numbers, as_text
from rcc_forecast.results.findings import Severity

COORDINATES = ("easting", "northing")

_GRID_FROM = np.array([1_000.0, 1_000.0])
_GRID_TO = np.array([700_000.0, 1_300_000.0])
"""Corners of the British National Grid, metres; nearer to its origin there is only sea."""

_FARTHEST_IN_ENGLAND = 80_000.0
"""Metres: no place in England is farther from the middle of an authority (Land's End: 70 km)."""

_CLEARLY_NEARER = 3.0
"""Times as near to its authority, before coordinates are turned round without a postcode."""

_SURE_OF_A_POSTCODE = 5_000.0
"""Metres: coordinates that lie so near to their postcode are of that postcode."""

_WORTH_A_SECOND_LOOK = 10_000.0
"""Metres nearer to its own authority the other way round, before coordinates are doubted."""

_POSTCODE_AREAS_OUTSIDE_ENGLAND = frozenset(
    (
        *("AB", "BT", "CF", "DD", "DG", "EH", "FK", "G", "GY", "HS", "IM", "IV", "JE", "KA"),
        *("KW", "KY", "LD", "LL", "ML", "NP", "PA", "PH", "SA", "TD", "ZE"),
    )
)
"""Of Wales, Scotland, Northern Ireland and the islands; NP and TD also reach into England, and
what lies there stands in the directory of English postcodes."""

_COUNCILS_OUTSIDE_ENGLAND = frozenset(
    name.casefold()
    for name in (
        *("Blaenau Gwent", "Bridgend", "Caerphilly", "Cardiff", "Carmarthenshire", "Ceredigion"),
        *("Conwy", "Denbighshire", "Flintshire", "Gwynedd", "Isle of Anglesey", "Merthyr Tydfil"),
        *("Monmouthshire", "Neath Port Talbot", "Newport", "Pembrokeshire", "Powys", "Swansea"),
        *("Rhondda Cynon Taf", "Torfaen", "Vale of Glamorgan", "Wrexham", "Aberdeen City", "Angus"),
        *("Aberdeenshire", "Argyll and Bute", "City of Edinburgh", "Clackmannanshire", "Moray"),
        *("Dumfries and Galloway", "Dundee City", "East Ayrshire", "East Dunbartonshire", "Fife"),
        *("East Lothian", "East Renfrewshire", "Falkirk", "Glasgow City", "Highland", "Inverclyde"),
        *("Midlothian", "Na h-Eileanan Siar", "North Ayrshire", "North Lanarkshire", "Stirling"),
        *("Orkney Islands", "Perth and Kinross", "Renfrewshire", "Scottish Borders"),
        *("Shetland Islands", "South Ayrshire", "South Lanarkshire", "West Dunbartonshire"),
        *("West Lothian", "Wales", "Scotland", "Northern Ireland"),
    )
)
"""The 22 councils of Wales and 32 of Scotland (ONS register of geographic codes)."""


def as_authorities(typed: Typed) -> pd.Series:
    """Type ``local_authority``: today's ONS code, "Unknown" where nothing fits.

    Returns
    -------
    Series of bool
        Rows whose authority is one of Wales, Scotland or Northern Ireland.
    """
    text = as_text(typed.raw("local_authority"))
    names = list(text.unique())
    code = text.map({name: resolve_authority(name) for name in names})
    outside = text.map({name: _names_a_council_outside_england(name) for name in names})
    outside = outside.astype(bool)
    typed.tell(
        "authority-unknown",
        Severity.NOTED,
        code.isna() & ~outside,
        column="local_authority",
        found="not an authority of the register",
        done="counts as no home's own authority",
    )
    code = code.map(lambda name: successor_of(name), na_action="ignore")
    typed.put("local_authority", code.fillna(UNKNOWN_AUTHORITY).astype("str"))
    return outside


def _names_a_council_outside_england(text: str) -> bool:
    code = len(text) == 9 and text[0].upper() in "WSN" and text[1:].isdigit()
    return code or text.casefold().removesuffix(" council").strip() in _COUNCILS_OUTSIDE_ENGLAND


@dataclass(frozen=True, slots=True)
class Points:
    """Easting and northing of each row, missing where not known yet."""

    easting: pd.Series
    northing: pd.Series

    @property
    def lost(self) -> pd.Series:
        """Rows without a point."""
        return self.easting.isna() | self.northing.isna()

    def replaced(self, which: pd.Series, easting: pd.Series, northing: pd.Series) -> Points:
        """Put other points where `which` says so."""
        return Points(self.easting.mask(which, easting), self.northing.mask(which, northing))

    def metres(self) -> np.ndarray:
        """Give an array (n, 2), off the grid where not known."""
        both = pd.DataFrame({"easting": self.easting, "northing": self.northing})
        return both.fillna(-1.0).to_numpy(float)


def locate_children(typed: Typed) -> None:
    """Type the place of each child's family home; a row without one is refused."""
    points = _from_postcodes(typed, _coordinates(typed))
    points = _middle_for_lone_children(typed, points)
    _refuse_lost(typed, points)
    off = ~points.lost & ~_on_grid(points)
    typed.refuse("place-not-on-grid", off, column="easting", found=_NO_METRES)
    _tell_far_away(typed, points)
    _put(typed, points)


def locate_homes(typed: Typed, *, outside: pd.Series) -> None:
    """Type the place of each home; the middle of its authority stands for one not found.

    Parameters
    ----------
    typed : Typed
        With ``local_authority`` and ``postcode`` typed.
    outside : Series of bool
        Rows whose authority lies outside England (`as_authorities`).
    """
    points = _the_right_way_round(typed, _coordinates(typed))
    off = ~points.lost & ~_on_grid(points)
    typed.tell(
        "place-not-on-grid",
        Severity.REPAIRED,
        off,
        column="easting",
        found=_NO_METRES,
        done="its postcode, else the middle of its authority, is taken instead",
    )
    blank = pd.Series(np.nan, off.index)
    points = _from_postcodes(typed, points.replaced(off, blank, blank))
    outside = outside | (points.lost & _postcode_outside_england(typed))
    typed.refuse(
        "home-outside-england",
        outside & points.lost,
        column="local_authority",
        found="a home outside England, without coordinates",
    )
    typed.tell(
        "home-outside-england",
        Severity.NOTED,
        outside & ~points.lost,
        column="local_authority",
        found="a home outside England",
        done="children may live there; it counts in no English authority",
    )
    points = _middle_for_lost_homes(typed, points)
    _refuse_lost(typed, points)
    _tell_far_away(typed, points)
    _put(typed, points)


_NO_METRES = "coordinates that are not metres of the British National Grid, such as degrees"


def _coordinates(typed: Typed) -> Points:
    for name in COORDINATES:
        as_numbers(typed, name, default=None, whole=False, quiet=True)
    return Points(typed.column("easting"), typed.column("northing"))


def _put(typed: Typed, points: Points) -> None:
    typed.put("easting", points.easting)
    typed.put("northing", points.northing)


def _from_postcodes(typed: Typed, points: Points) -> Points:
    asked = points.lost & (typed.column("postcode") != "")
    if not asked.any():
        return points
    found = locate_postcodes(typed.column("postcode")[asked]).reindex(asked.index)
    return points.replaced(asked, found["easting"], found["northing"])


def _refuse_lost(typed: Typed, points: Points) -> None:
    typed.refuse(
        "place-missing",
        points.lost,
        column="postcode",
        found="neither coordinates nor a postcode of the directory",
    )


def _on_grid(points: Points) -> pd.Series:
    metres = points.metres()
    inside = (metres > _GRID_FROM).all(axis=1) & (metres < _GRID_TO).all(axis=1)
    return pd.Series(inside, points.easting.index)


def _middles() -> pd.DataFrame:
    return AUTHORITIES[list(COORDINATES)].dropna()


def _tell_far_away(typed: Typed, points: Points) -> None:
    """Tell what is far from England, or from the authority it is said to lie in."""
    away, _ = cKDTree(_middles().to_numpy(float)).query(points.metres())
    far = ~points.lost & _on_grid(points) & (away > _FARTHEST_IN_ENGLAND)
    typed.tell(
        "place-outside-england",
        Severity.NOTED,
        far,
        column="easting",
        found="a place in the sea or outside England: more than 50 miles from every authority",
        done="used as it stands",
    )


def _middle_for_lone_children(typed: Typed, points: Points) -> Points:
    """Let the authority's middle stand for the family home of an unaccompanied child."""
    authority = typed.column("local_authority")
    alone = points.lost & (typed.column("uasc") == 1) & authority.isin(AUTHORITIES.index)
    typed.tell(
        "uasc-without-family-home",
        Severity.REPAIRED,
        alone,
        column="postcode",
        found="an unaccompanied child without a family home here",
        done="distances run from the middle of the authority",
    )
    return points.replaced(alone, *_middle_of(authority))


def _middle_for_lost_homes(typed: Typed, points: Points) -> Points:
    """Let the authority's middle stand for a home whose own place is not known."""
    authority = typed.column("local_authority")
    rescued = points.lost & typed.usable & authority.isin(AUTHORITIES.index)
    done = "taken to lie in the middle of its authority: distances are rough"
    if not any(typed.says(name) for name in (*COORDINATES, "postcode")):
        typed.note(
            "place-of-authority",
            Severity.REPAIRED,
            column="postcode",
            found="neither coordinates nor postcodes",
            done=done,
            rows=int(rescued.sum()),
        )
        return points.replaced(rescued, *_middle_of(authority))
    unknown = rescued & (typed.column("postcode") != "")
    typed.tell(
        "postcode-unknown",
        Severity.REPAIRED,
        unknown,
        column="postcode",
        found="not a postcode of the English directory, and no coordinates",
        done=done,
    )
    typed.tell(
        "place-of-authority",
        Severity.REPAIRED,
        rescued & ~unknown,
        column="postcode",
        found="neither coordinates nor a postcode",
        done=done,
    )
    return points.replaced(rescued, *_middle_of(authority))


def _middle_of(authority: pd.Series) -> tuple[pd.Series, pd.Series]:
    middle = AUTHORITIES[list(COORDINATES)].reindex(authority).set_axis(authority.index)
    return middle["easting"], middle["northing"]


def _postcode_outside_england(typed: Typed) -> pd.Series:
    area = typed.column("postcode").str.upper().str.extract(r"^([A-Z]{1,2})\d", expand=False)
    return area.isin(_POSTCODE_AREAS_OUTSIDE_ENGLAND)


def _the_right_way_round(typed: Typed, points: Points) -> Points:
    """Turn coordinates round where their authority or postcode shows that they are swapped.

    Near the diagonal of the grid, as in Greater Manchester, both ways round lie
    in England: there only a postcode decides, and without one it is only noted.
    """
    middles = _middles()
    tree = cKDTree(middles.to_numpy(float))
    given = points.metres()
    turned = given[:, ::-1]
    (away, nearest), (away_turned, nearest_turned) = tree.query(given), tree.query(turned)
    authority = typed.column("local_authority")
    own = middles.reindex(authority).to_numpy(float)
    to_own, to_own_turned = _metres(given, own), _metres(turned, own)
    there = ~points.lost.to_numpy(bool)
    known = ~np.isnan(to_own)
    far, far_turned = np.where(known, to_own, away), np.where(known, to_own_turned, away_turned)
    # A family may live far from the authority that looks after its child: turned round it must
    # lie not only within reach but clearly nearer.
    fits = (far_turned <= _FARTHEST_IN_ENGLAND) & (_CLEARLY_NEARER * far_turned <= far)
    sure = there & (far > _FARTHEST_IN_ENGLAND) & fits
    at = middles.index.to_numpy()
    doubted = there & ~sure & known & (at[nearest] != authority) & (at[nearest_turned] == authority)
    by_postcode = _nearer_to_postcode_turned(typed, doubted, given, turned)
    if (sure | by_postcode).any():  # then a whole column may be swapped: look at every row
        by_postcode = _nearer_to_postcode_turned(typed, there & ~sure, given, turned)
    swapped = pd.Series(sure | by_postcode, points.easting.index)
    typed.tell(
        "coordinates-swapped",
        Severity.REPAIRED,
        swapped,
        column="easting",
        found="easting and northing the wrong way round",
        done="turned round",
    )
    unsure = doubted & ~by_postcode & (to_own - to_own_turned > _WORTH_A_SECOND_LOOK)
    unsure &= (typed.column("postcode") == "").to_numpy(bool)
    typed.tell(
        "coordinates-doubtful",
        Severity.NOTED,
        pd.Series(unsure, swapped.index),
        column="easting",
        found="nearer to its own authority with easting and northing the other way round",
        done="used as they stand; a postcode would decide",
    )
    return points.replaced(swapped, points.northing, points.easting)


def _nearer_to_postcode_turned(
    typed: Typed, doubted: np.ndarray, given: np.ndarray, turned: np.ndarray
) -> np.ndarray:
    postcode = typed.column("postcode")
    asked = pd.Series(doubted, postcode.index) & (postcode != "")
    if not asked.any():
        return np.zeros(len(doubted), dtype=bool)
    found = locate_postcodes(postcode[asked]).reindex(asked.index)
    there = found[list(COORDINATES)].to_numpy(float)
    before, after = _metres(given, there), _metres(turned, there)
    return np.asarray((after < _SURE_OF_A_POSTCODE) & (2 * after < before))


def _metres(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(np.hypot(*(one - other).T))
