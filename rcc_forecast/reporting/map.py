"""Where shortages are likely: indicative outlines, shaded, patterned and labelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.reporting.figure import INK, Figure, joined, text
from rcc_forecast.reporting.outlines import outlines
from rcc_forecast.reporting.words import percent

_CLASSES = (
    (0.2, "under 20%", "#f3f2f1", ""),
    (0.5, "20% to 49%", "#cfe0f0", "dots"),
    (0.8, "50% to 79%", "#7fa8d1", "lines"),
    (1.01, "80% and over", "#1d4f91", "cross"),
)
"""Upper end, words, colour, pattern: shade and pattern rise together, so either is enough."""

_PATTERNS = {
    "dots": '<circle cx="3" cy="3" r="1" fill="#0b0c0c"/>',
    "lines": '<path d="M0 6L6 0" stroke="#0b0c0c" stroke-width="1"/>',
    "cross": '<path d="M0 6L6 0M0 0L6 6" stroke="#ffffff" stroke-width="1"/>',
}

_LABELLED = 25
"""Authorities up to which each bears its figure; more would lie over one another."""

_MOST_OF_ENGLAND = 100
"""Authorities from which London is a few dots, and the west of the drawing is sea."""

_WIDTH, _KEY_HEIGHT = 400, 96


def shortfall_map(rows: pd.DataFrame, *, slug: str, title: str) -> Figure:
    """Draw the probability of a shortage by authority.

    Parameters
    ----------
    rows : DataFrame
        One row an authority: local_authority, local_authority_name, p_shortfall, rag.
    slug, title : str
        As in `Figure`.

    Returns
    -------
    Figure
        Shaded outlines with a key; every authority stands in the table.
    """
    known = outlines()
    rows = rows.sort_values("p_shortfall", ascending=False, kind="stable")
    drawn_rows = rows.loc[rows["local_authority"].isin(list(known))]
    codes = drawn_rows["local_authority"].tolist()
    ground = _ground(codes, width=_WIDTH)
    parts = [_pattern_definitions(slug)]
    parts += _shapes(drawn_rows, ground, slug=slug)
    if len(codes) <= _LABELLED:
        parts += [_label(row, ground) for _, row in drawn_rows.iterrows()]
    elif len(codes) >= _MOST_OF_ENGLAND:
        parts += _inset(drawn_rows, slug=slug)
    parts.append(_key(slug, top=ground.height + 14))
    short = rows.loc[rows["p_shortfall"] >= 0.5]
    return Figure(
        slug=slug,
        title=title,
        description=(
            f"In {len(short)} of {len(rows)} authorities a shortage of homes inside the "
            f"authority is more likely than not."
        ),
        drawing=joined(parts),
        width=_WIDTH,
        height=ground.height + _KEY_HEIGHT,
        head=("Authority", "Short in", "Rating"),
        rows=tuple(
            (str(row["local_authority_name"]), percent(row["p_shortfall"]), str(row["rag"]))
            for _, row in rows.iterrows()
        ),
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """From kilometres to places in the drawing: the corner north-west, and the scale."""

    west: float
    north: float
    scale: float
    left: float
    top: float
    height: int

    def at(self, east: float, north: float) -> tuple[float, float]:
        x = self.left + (east - self.west) * self.scale
        return round(x, 1), round(self.top + (self.north - north) * self.scale, 1)


def _ground(codes: list[str], *, width: int, left: float = 0.0, top: float = 4.0) -> _Ground:
    """Fit some authorities into a width; no higher than four thirds of it."""
    known = outlines()
    corners = np.array([corner for code in codes for ring in known[code] for corner in ring])
    if not len(corners):
        return _Ground(0.0, 0.0, 1.0, left, top, 0)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    scale = float(width / max(east - west, 0.75 * (north - south)))
    height = int((north - south) * scale + 2 * top)
    return _Ground(float(west), float(north), scale, left, top, height)


def _shapes(rows: pd.DataFrame, ground: _Ground, *, slug: str) -> list[Markup]:
    known, thin = outlines(), len(rows) > _LABELLED
    drawn: list[Markup] = []
    for code, share in zip(rows["local_authority"], rows["p_shortfall"], strict=True):
        rings = [[ground.at(*corner) for corner in ring] for ring in known[code]]
        drawn += _shape(rings, float(share), slug=slug, stroke=0.5 if thin else 1.0)
    return drawn


def _inset(rows: pd.DataFrame, *, slug: str) -> list[Markup]:
    """Draw London once more, three times as large, in the Irish Sea."""
    region = AUTHORITIES["region"].reindex(rows["local_authority"])
    boroughs = rows.loc[(region == "London").to_numpy()]
    ground = _ground(boroughs["local_authority"].tolist(), width=130, top=180.0)
    return [text(0, 172, "London, enlarged"), *_shapes(boroughs, ground, slug=slug)]


def _shape(
    rings: list[list[tuple[float, float]]], share: float, *, slug: str, stroke: float = 1.0
) -> list[Markup]:
    path = " ".join("M" + " ".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)
    _, _, colour, pattern = _class_of(share)
    fills = [colour, *([f"url(#{slug}-{pattern})"] if pattern else [])]
    return [
        Markup(
            '<path d="{d}" fill="{f}" fill-rule="evenodd" stroke="{s}" stroke-width="{w}"/>'
        ).format(d=path, f=fill, s=INK, w=stroke)
        for fill in fills
    ]


def _class_of(share: float) -> tuple[float, str, str, str]:
    return next((entry for entry in _CLASSES if share < entry[0]), _CLASSES[-1])


def _label(row: pd.Series, ground: _Ground) -> Markup:
    at = AUTHORITIES.loc[row["local_authority"], ["easting", "northing"]].astype(float) / 1_000.0
    x, y = ground.at(float(at["easting"]), float(at["northing"]))
    return Markup(
        '<text x="{x}" y="{y}" text-anchor="middle" font-size="13" font-weight="700" fill="{f}" '
        'stroke="#ffffff" stroke-width="4" paint-order="stroke">{w}</text>'
    ).format(x=x, y=y + 5, f=INK, w=percent(row["p_shortfall"]))


def _pattern_definitions(slug: str) -> Markup:
    return Markup("<defs>{}</defs>").format(
        joined(
            Markup(
                '<pattern id="{s}-{n}" width="6" height="6" patternUnits="userSpaceOnUse">{i}'
                "</pattern>"
            ).format(s=slug, n=name, i=Markup(inside))  # noqa: S704 - constants of this file
            for name, inside in _PATTERNS.items()
        )
    )


def _key(slug: str, *, top: int) -> Markup:
    parts = [text(0, top + 4, "Share of futures that are short of homes")]
    for i, (_, words, _, _) in enumerate(_CLASSES):
        x, y = 200 * (i % 2), top + 14 + 30 * (i // 2)
        box = [(float(x + dx), float(y + dy)) for dx, dy in ((0, 0), (30, 0), (30, 20), (0, 20))]
        parts += _shape([box], _CLASSES[i][0] - 0.05, slug=slug)
        parts.append(text(x + 38, y + 15, words))
    return joined(parts)
