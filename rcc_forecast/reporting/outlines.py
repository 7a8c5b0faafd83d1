"""Indicative outlines of the authorities, made once from where postcodes lie.

No boundary file needs to be bought or fetched: each square kilometre belongs to
the authority of its nearest postcode. The outlines show where an authority
is; they never decide whether a home lies inside it.

``python -m rcc_forecast.reporting.outlines`` makes ``outlines.json`` anew.
Contains OS data © Crown copyright and database right; Royal Mail data © Royal
Mail copyright and database right; National Statistics data © Crown copyright
and database right. Open Government Licence v3.0.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage, signal
from scipy.spatial import cKDTree

from models.forecast import FloatArray, IntArray
from rcc_forecast.geography import AUTHORITIES, postcodes_of_authorities

Ring = list[tuple[int, int]]
"""Corners of a closed line, kilometres east and north; the last is not repeated."""

ATTRIBUTION = (
    "Indicative outlines from the ONS Postcode Directory (November 2025). Contains OS data "
    "© Crown copyright and database right, Royal Mail data © Royal Mail copyright and database "
    "right, and National Statistics data © Crown copyright and database right. "
    "Open Government Licence v3.0."
)

_CELL_METRES = 1_000.0
_THINNED_METRES = 50.0
_NEAR_POSTCODE_METRES = 1_200.0
"""A cell is land when a postcode is this near."""

_SECTOR_KILOMETRES, _SECTORS_NEEDED = 14, 6
"""Or when postcodes lie in 6 of 8 compass sectors within 14 km: moors are land, bays are not."""

_SMALLEST_PART_KM2 = 3
_TOLERANCE_KM = 0.9
_SEA = -1


@lru_cache(maxsize=1)
def outlines() -> dict[str, list[Ring]]:
    """Give the outlines that ship with the program, by ONS code."""
    text = files("rcc_forecast.reporting").joinpath("outlines.json").read_text(encoding="utf-8")
    stored = json.loads(text)["outlines"]
    return {
        code: [list(zip(ring[0::2], ring[1::2], strict=True)) for ring in rings]
        for code, rings in stored.items()
    }


def make_outlines() -> dict[str, list[Ring]]:
    """Derive the outlines of all authorities from the postcode directory.

    Returns
    -------
    dict of str to list of Ring
        By ONS code; holes are rings of their own (even-odd filling). Borders
        that two authorities share are the same line.
    """
    codes = sorted(AUTHORITIES.index)
    owner, west, south = _owner_grid(codes)
    rings = {code: _rings(owner == i) for i, code in enumerate(codes)}
    joints = _joints(owner)
    return {
        code: [
            [(x + west, y + south) for x, y in simple]
            for ring in found
            if len(simple := _simplified(ring, joints)) >= 3
        ]
        for code, found in rings.items()
    }


def _owner_grid(codes: list[str]) -> tuple[IntArray, int, int]:
    """Give the authority of each cell (north, east), or `_SEA`, and the grid's corner in km."""
    places = postcodes_of_authorities(codes)
    thin = (places[["easting", "northing"]] // _THINNED_METRES).astype("int64")
    places = places.loc[~thin.assign(code=places["local_authority"]).duplicated()]
    at = places[["easting", "northing"]].to_numpy(float)
    west, south = (int(v) for v in at.min(axis=0) // _CELL_METRES - 2)
    width, height = (int(v) for v in at.max(axis=0) // _CELL_METRES + 3 - (west, south))
    east, north = np.meshgrid(np.arange(width) + west + 0.5, np.arange(height) + south + 0.5)
    centres = np.column_stack([east.ravel(), north.ravel()]) * _CELL_METRES
    distance, nearest = cKDTree(at).query(centres)
    numbers = np.asarray(pd.Index(codes).get_indexer(pd.Index(places["local_authority"])))
    owner = numbers[nearest].reshape(height, width)
    cell = (at // _CELL_METRES).astype(np.int64) - (west, south)
    settled = np.zeros((height, width), dtype=bool)
    settled[cell[:, 1], cell[:, 0]] = True
    near = (distance <= _NEAR_POSTCODE_METRES).reshape(height, width)
    owner = np.where(near | _surrounded(settled), owner, _SEA)
    return _without_specks(owner, len(codes)), west, south


def _surrounded(settled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reach = np.arange(-_SECTOR_KILOMETRES, _SECTOR_KILOMETRES + 1)
    east, north = np.meshgrid(reach, reach)
    sector = np.floor((np.arctan2(north, east) + np.pi) / (np.pi / 4)).astype(int) % 8
    within = (np.hypot(east, north) <= _SECTOR_KILOMETRES) & ((east != 0) | (north != 0))
    seen = [
        # A convolution looks the other way round; all eight are asked, so none is missed.
        signal.fftconvolve(settled.astype(float), (within & (sector == s)).astype(float), "same")
        > 0.5
        for s in range(8)
    ]
    return np.asarray(np.sum(seen, axis=0) >= _SECTORS_NEEDED)


def _without_specks(owner: IntArray, n_authorities: int) -> IntArray:
    for i in range(n_authorities):
        parts, number = ndimage.label(owner == i)
        sizes = np.bincount(parts.ravel(), minlength=number + 1)
        sizes[0] = 0
        small = (sizes < _SMALLEST_PART_KM2) & (np.arange(number + 1) != sizes.argmax())
        small[0] = False
        owner = np.where(small[parts], _SEA, owner)
    return owner


def _rings(inside: NDArray[np.bool_]) -> list[Ring]:
    """Walk round the cells with the inside on the left."""
    padded = np.pad(inside, 1)
    onward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    # Neighbour's offset north and east, then where that side of the cell begins and ends.
    sides = (
        ((-1, 0), (0, 0), (1, 0)),
        ((0, 1), (1, 0), (1, 1)),
        ((1, 0), (1, 1), (0, 1)),
        ((0, -1), (0, 1), (0, 0)),
    )
    for (dn, de), start, end in sides:
        beyond = np.roll(padded, (-dn, -de), axis=(0, 1))
        for north, east in np.argwhere(padded & ~beyond) - 1:
            first = (int(east) + start[0], int(north) + start[1])
            onward.setdefault(first, []).append((int(east) + end[0], int(north) + end[1]))
    found = []
    while onward:
        here = start_at = min(onward)
        came: tuple[int, int] | None = None
        ring: Ring = []
        while True:
            ring.append(here)
            ahead = onward[here]
            step = ahead.pop(_leftmost(here, came, ahead))
            if not ahead:
                del onward[here]
            here, came = step, here
            if here == start_at:
                break
        found.append(ring)
    return found


def _leftmost(
    here: tuple[int, int], came: tuple[int, int] | None, ahead: list[tuple[int, int]]
) -> int:
    """Where two parts touch at a corner, turn left, so that each keeps its own ring."""
    if came is None or len(ahead) == 1:
        return 0
    along = (here[0] - came[0], here[1] - came[1])
    turns = [along[0] * (y - here[1]) - along[1] * (x - here[0]) for x, y in ahead]
    return int(np.argmax(turns))


def _joints(owner: IntArray) -> set[tuple[int, int]]:
    """Corners where three or more authorities, or sea, meet: they stay where they are."""
    padded = np.pad(owner, 1, constant_values=_SEA)
    around = np.stack([padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]])
    ordered = np.sort(around, axis=0)
    distinct = 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
    crossed = (around[0] == around[3]) & (around[1] == around[2]) & (around[0] != around[1])
    return {(int(east), int(north)) for north, east in np.argwhere((distinct >= 3) | crossed)}


def _simplified(ring: Ring, joints: set[tuple[int, int]]) -> Ring:
    """Simplify between joints, each stretch alike from both its sides."""
    fixed = [i for i, corner in enumerate(ring) if corner in joints]
    if not fixed:
        fixed = [ring.index(min(ring))]
    turned = ring[fixed[0] :] + ring[: fixed[0]]
    stops = [i - fixed[0] for i in fixed] + [len(ring)]
    turned.append(turned[0])
    simple: Ring = []
    for start, end in pairwise(stops):
        simple += _simplified_stretch(turned[start : end + 1])[:-1]
    return simple


def _simplified_stretch(line: Ring) -> Ring:
    if line[0] == line[-1]:
        far = max(range(len(line)), key=lambda i: (_squared(line[0], line[i]), line[i]))
        return _simplified_stretch(line[: far + 1])[:-1] + _simplified_stretch(line[far:])
    if line[0] > line[-1]:
        return _simplified_stretch(line[::-1])[::-1]
    corners = np.array(line, dtype=float)
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        off = _distance_from_chord(corners[first : last + 1])
        worst = int(off.argmax())
        if off[worst] > _TOLERANCE_KM:
            keep[first + worst] = True
            open_parts += [(first, first + worst), (first + worst, last)]
    return [line[i] for i in np.flatnonzero(keep)]


def _distance_from_chord(corners: FloatArray) -> FloatArray:
    """How far each corner lies from the straight line between the ends (Douglas-Peucker)."""
    start, chord = corners[0], corners[-1] - corners[0]
    along = corners - start
    length = float(np.hypot(*chord))
    if length == 0.0:
        return np.asarray(np.hypot(along[:, 0], along[:, 1]))
    return np.asarray(np.abs(chord[0] * along[:, 1] - chord[1] * along[:, 0]) / length)


def _squared(a: tuple[int, int], b: tuple[int, int]) -> int:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def main(target: Path) -> None:
    """Make the outlines anew and store them."""
    content: dict[str, Any] = {
        "unit": "kilometres, OSGB36",
        "attribution": ATTRIBUTION,
        "outlines": {
            code: [[part for corner in ring for part in corner] for ring in rings]
            for code, rings in make_outlines().items()
        },
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    target.write_text(text.replace('"E', '\n"E') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("outlines.json"))
