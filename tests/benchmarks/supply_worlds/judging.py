"""Said against came: are probabilities true, are shortages red, are false surpluses seen through?

A cell is an authority or the region, a kind of home and a month ahead. Cells of one world share
its chances, so all doubt is told by drawing whole worlds anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.benchmarks.supply_worlds.nature import CAPPED, BoolArray
from tests.benchmarks.supply_worlds.truth import REGION
from tests.benchmarks.worlds.nature import FloatArray

LEADS = (6, 12, 24, 36)
DECILES = 10
FEWEST = 30
"""Cells that a decile needs before it is judged."""

WITHIN = 0.05
RED_HOLD = 0.8
SPEND_BAR = (0.75, 0.85)

_DRAWS = 400
_SURPLUS = 0.2
"""Probability of shortage under which a surplus is being told."""

READINGS = ("placed", "needed")
"""Children where they live, and children by the kind they need."""

COUNTED, SUITED = "missing", "unhoused"
"""Short: more children than usable beds; and a child for whom no bed fits age, sex and need."""

SAID = {"placed": "p_shortfall", "needed": "p_shortfall_needed"}
_KEPT = ["demand_mean", "capacity_approved", "capacity_usable", "gap_mean", "gap_q10", "gap_q90"]


def cells_of(balance: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Set a balance beside what came.

    Parameters
    ----------
    balance : DataFrame
        A `BALANCE` table; the rows of the world's only region stand for it.
    truth : DataFrame
        ``cells`` of a `Truth`.

    Returns
    -------
    DataFrame
        Rows of the truth with the balance's figures and rating, missing where it has none.
    """
    whole = balance["local_authority"] == "All"
    rows = balance[
        (balance["region"] != "All")
        & (balance["population"] == "All")
        & balance["placement_type"].isin(CAPPED)
    ].assign(local_authority=balance["local_authority"].mask(whole, REGION))
    said = [name for name in (*_KEPT, *SAID.values()) if name in rows]
    keys = ["local_authority", "placement_type", "age_band", "horizon"]
    return truth.merge(rows[[*keys, *said, "rag"]], on=keys, how="left")


def short(cells: pd.DataFrame, reading: str, meaning: str = COUNTED) -> BoolArray:
    """Say which cells came to be short, in one of the two meanings."""
    return np.asarray(cells[f"{meaning}_{reading}"] > 0)


def rated(cells: pd.DataFrame) -> pd.DataFrame:
    """Give the cells that the balance rates."""
    return cells[cells["rag"].notna() & (cells["rag"] != "grey")]


@dataclass(frozen=True, slots=True)
class Decile:
    """Probabilities of about the same size, and what came of them."""

    cells: int
    worlds: int
    said: float
    came: float
    low: float
    high: float

    @property
    def is_judged(self) -> bool:
        """Whether there are cells enough."""
        return self.cells >= FEWEST

    @property
    def is_true(self) -> bool:
        """Whether what was said is within `WITHIN` of what came."""
        return abs(self.said - self.came) <= WITHIN

    def words(self) -> str:
        """Say it in short: said>came(cells), with a question mark where there are too few."""
        mark = "" if self.is_judged else "?"
        return f"{self.said:.2f}>{self.came:.2f}{mark}({self.cells})"

    @property
    def is_within_doubt(self) -> bool:
        """Whether it would be so were another set of worlds drawn, nine times in ten."""
        return self.low - WITHIN <= self.said <= self.high + WITHIN


def reliability(
    cells: pd.DataFrame, reading: str, meaning: str = COUNTED, *, seed: int = 0
) -> list[Decile]:
    """Give the deciles of said probability, empty ones left out."""
    known = rated(cells)
    said, came = known[SAID[reading]].to_numpy(), short(known, reading, meaning)
    of = np.minimum((said * DECILES).astype(int), DECILES - 1)
    found = []
    for number in range(DECILES):
        rows = np.flatnonzero(of == number)
        if len(rows):
            worlds = known["world"].to_numpy()[rows]
            low, high = _doubt(came[rows].astype(float), worlds, seed)
            found.append(
                Decile(
                    cells=len(rows),
                    worlds=len(np.unique(worlds)),
                    said=float(said[rows].mean()),
                    came=float(came[rows].mean()),
                    low=low,
                    high=high,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Rating:
    """How well colours tell what came."""

    shortages: int
    in_red: float
    in_red_or_amber: float
    red_true: float
    amber_true: float
    green_true: float
    missing_in_red: float
    shares: dict[str, float]


def rating(cells: pd.DataFrame, reading: str, meaning: str = COUNTED) -> Rating:
    """Give the share of shortages that were red, and of each colour's cells that came short."""
    known = rated(cells)
    came, rag = short(known, reading, meaning), known["rag"].to_numpy()
    missing = known[f"{meaning}_{reading}"].to_numpy()

    def share(of: BoolArray, among: BoolArray) -> float:
        return float(of[among].mean()) if among.any() else float("nan")

    return Rating(
        shortages=int(came.sum()),
        in_red=share(rag == "red", came),
        in_red_or_amber=share(np.isin(rag, ["red", "amber"]), came),
        red_true=share(came, rag == "red"),
        amber_true=share(came, rag == "amber"),
        green_true=share(came, rag == "green"),
        missing_in_red=float(missing[rag == "red"].sum() / max(missing.sum(), 1e-9)),
        shares={colour: float((rag == colour).mean()) for colour in ("red", "amber", "green")},
    )


@dataclass(frozen=True, slots=True)
class Trap:
    """Cells that are short although more places are registered than there are children."""

    cells: int
    told_surplus: float
    said: float
    in_red: float


def trap(cells: pd.DataFrame, reading: str, meaning: str = COUNTED) -> Trap:
    """Look at cells where registered places less children say surplus, and beds were short.

    Every such cell is a false surplus to whoever subtracts; ours is one where it
    says that a shortage is less likely than `_SURPLUS` and gives no warning colour.
    """
    known = rated(cells)
    is_short = short(known, reading, meaning)
    hidden = known[is_short & (known["capacity_approved"] >= known["demand_mean"])]
    said = hidden[SAID[reading]]
    fallen = (said < _SURPLUS) & (hidden["rag"] == "green")
    return Trap(
        cells=len(hidden),
        told_surplus=float(fallen.mean()),
        said=float(said.mean()),
        in_red=float((hidden["rag"] == "red").mean()),
    )


def coverage(rows: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Give how often the spend lay inside its 80% interval.

    Parameters
    ----------
    rows : DataFrame
        ``world, level, lead, actual, mean, q10, q90``.

    Returns
    -------
    DataFrame
        By level and lead: cases, inside with its doubt, below, above, bias, width.
    """
    told = []
    for (level, lead), part in rows.groupby(["level", "lead"], sort=False):
        inside = part["actual"].between(part["q10"], part["q90"]).to_numpy(float)
        low, high = _doubt(inside, part["world"].to_numpy(), seed)
        told.append(
            {
                "level": level,
                "lead": lead,
                "cases": len(part),
                "inside": inside.mean(),
                "low": low,
                "high": high,
                "below": (part["actual"] < part["q10"]).mean(),
                "above": (part["actual"] > part["q90"]).mean(),
                "bias": part["mean"].sum() / part["actual"].sum() - 1,
                "width": (part["q90"] - part["q10"]).sum() / part["actual"].sum(),
            }
        )
    return pd.DataFrame(told)


def _doubt(values: FloatArray, worlds: np.ndarray, seed: int) -> tuple[float, float]:
    """Give the 90% interval of a mean when worlds are drawn anew."""
    names, of = np.unique(worlds, return_inverse=True)
    total = np.bincount(of, values, minlength=len(names))
    count = np.bincount(of, minlength=len(names)).astype(float)
    drawn = np.random.default_rng(seed).integers(len(names), size=(_DRAWS, len(names)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)
