"""The rates of a cohort forecast: what happens to a child in a month, by cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from models.forecast import FloatArray, IntArray
from models.forecasting.cohort.ages import CLASS_EDGES, N_CLASSES


class Clock(Enum):
    """Which time the rates go by: the data choose by likelihood, once for all areas."""

    IN_CARE = "time in care"
    IN_PLACEMENT = "time in placement"


@dataclass(frozen=True, slots=True)
class Rates:
    """Monthly rates as they stood at one origin, shrunk from England to region to area.

    Attributes
    ----------
    origin : int
        Columns seen.
    clock : Clock
        What the classes of time measure: a move starts the clock of
        `Clock.IN_PLACEMENT` anew.
    exit : ndarray, shape (n_areas, 2, n_groups, n_kinds, n_classes)
        Chance of leaving care within the month, by stream, age group at its
        start, placement type and time class. Turning 18 is not in it.
    move : ndarray, shape (n_areas, 2, n_groups, n_kinds, n_kinds)
        Chance that a child who stays in care has another type at the month's
        end; the diagonal is 0.
    move_by_class : ndarray, shape (2, n_kinds, n_classes)
        Multiplier of `move` by time class; 1 on average over child-months.
    up : ndarray, shape (2, n_groups, n_classes)
        Chance that a child who stays, and does not start the clock anew, is
        in the next time class at the month's end.
    arrival_mix : ndarray, shape (n_areas, 2, n_groups, n_kinds)
        Placement types of those who arrive; sums to 1 over types.
    arrival_age : ndarray, shape (2, 216)
        Months of age of those who arrive; sums to 1 within a band.
    within_month : ndarray, shape (2, n_bands)
        Share of entries that have left again by the month's end.
    region : ndarray of int, shape (n_areas,)
        Region of each area.
    exit_level_sd : ndarray, shape (n_regions, 2)
        Monthly spread of the walk of the log level of a region's exits.
    exit_level_error : ndarray, shape (n_regions, 2)
        Standard error of today's log level of a region's exits.
    exit_factor_error : ndarray, shape (n_areas, 2)
        Standard error of an area's own log exit factor.
    """

    origin: int
    clock: Clock
    exit: FloatArray
    move: FloatArray
    move_by_class: FloatArray
    up: FloatArray
    arrival_mix: FloatArray
    arrival_age: FloatArray
    within_month: FloatArray
    region: IntArray
    exit_level_sd: FloatArray
    exit_level_error: FloatArray
    exit_factor_error: FloatArray

    @property
    def n_areas(self) -> int:
        """Number of areas."""
        return int(self.exit.shape[0])

    @property
    def n_kinds(self) -> int:
        """Number of placement types."""
        return int(self.exit.shape[3])


def even_ageing() -> FloatArray:
    """Give `up` as it is when children lie evenly within a class: 1 / length, shape (n_classes,).

    Nobody leaves the last class.
    """
    up = np.zeros(N_CLASSES)
    up[:-1] = 1.0 / np.diff(CLASS_EDGES)
    return up
