"""What was planted: true parameters, true counts, and every fault.

A forecast made from the returns can be judged against these; the returns
themselves show less, since ends are recorded late.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.codes import AGE_BAND_STARTS, AgeBand
from rcc_forecast.geography import name_of
from rcc_forecast.synthetic import care, entries, filing, homes, placements
from rcc_forecast.synthetic.days import Days, completed_years, return_end, return_start

MARK = "SYNTHETIC: made by rcc-forecast synthesise. No row is of a person, and no home exists."


def tell_truth(
    *,
    arguments: dict[str, object],
    people: pd.DataFrame,
    stays: pd.DataFrame,
    episodes: pd.DataFrame,
    codes: list[str],
    first_return: int,
    last_return: int,
    faulty_rows: list[dict[str, object]],
    faulty_files: list[dict[str, object]],
) -> dict[str, object]:
    """Gather everything that a judge of a forecast would want to know.

    Returns
    -------
    dict
        In words that JSON knows; keys are explained in the README beside it.
    """
    last = return_end(last_return)
    month_starts = _month_starts(first_return, last_return)
    own = people["own"].to_numpy()[stays["person"].to_numpy()]
    uasc = people["uasc"].to_numpy()[stays["person"].to_numpy()] == 1
    unknown = (episodes["end"] <= last) & (episodes["end_known"] > last + filing.FILED_AFTER_DAYS)
    return {
        "synthetic": MARK,
        "arguments": arguments,
        "parameters": _parameters(),
        "months": [str(day)[:10] for day in (month_starts[1:] - 1).astype("datetime64[D]")],
        "entries_by_age_band": _by_band(stays, people, "start", month_starts),
        "exits_by_age_band": _by_band(stays, people, "end", month_starts),
        "entries_uasc": _counts(stays["start"].to_numpy()[uasc], month_starts),
        "entries_by_authority": {
            code: _counts(stays["start"].to_numpy()[own == number], month_starts)
            for number, code in enumerate(codes)
        },
        "children_by_authority": {
            code: _stock(stays[own == number], month_starts) for number, code in enumerate(codes)
        },
        "children_by_type": _stock_by_type(episodes, month_starts),
        "ends_not_yet_recorded": {
            "of_placements_and_statuses": int(unknown.sum()),
            "of_care": int((unknown & episodes["final"]).sum()),
            "of_care_in_the_newest_12_months": int(
                (unknown & episodes["final"] & (episodes["end"] >= return_start(last_return))).sum()
            ),
            "ends_of_care_in_the_newest_12_months": int(
                (
                    episodes["final"]
                    & (episodes["status"] != "V4")
                    & episodes["end"].between(return_start(last_return), last)
                ).sum()
            ),
        },
        "authorities": {code: name_of(code) for code in codes},
        "faulty_files": faulty_files,
        "faulty_rows": faulty_rows,
    }


def _parameters() -> dict[str, object]:
    return {
        "yearly_dispersion_of_entries": entries.YEARLY_DISPERSION,
        "season_of_entries": entries.SEASON.tolist(),
        "season_of_arrivals": entries.UASC_SEASON.tolist(),
        "wave_of_arrivals_by_return": {str(y): w for y, w in entries.UASC_WAVE.items()},
        "covid": "entries x0.78 April-June 2020, x0.91 to June 2021; 30% of ends wait",
        "supported_break": {
            "day": str(np.datetime64(placements.SUPPORTED_BREAK, "D")),
            "share_unregistered": placements.UNREGISTERED_SHARE,
            "mean_days_unregistered": placements.UNREGISTERED_DAYS,
        },
        "foster_trend_a_year": placements.FOSTER_TREND,
        "childrens_home_trend_a_year": placements.CHILDRENS_HOME_TREND,
        "back_in_care_share": care.BACK_IN_CARE,
        "late_recording": {
            "share": filing.LATE_SHARE,
            "median_days": filing.LATE_MEDIAN_DAYS,
            "sigma": filing.LATE_SIGMA,
            "filed_days_after_31_march": filing.FILED_AFTER_DAYS,
        },
        "fostering_places_not_available": homes.NOT_AVAILABLE,
        "places_used_by_the_area": {
            placements.TYPES[kind]: share for kind, share in homes.USED_BY_OWN.items()
        },
    }


def _month_starts(first_return: int, last_return: int) -> Days:
    months = np.arange((first_return - 1971) * 12 + 3, (last_return - 1970) * 12 + 4)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _counts(days: Days, month_starts: Days) -> list[int]:
    at = np.searchsorted(month_starts, days, side="right") - 1
    inside = (at >= 0) & (days < month_starts[-1])
    return [int(n) for n in np.bincount(at[inside], minlength=len(month_starts) - 1)]


def _by_band(
    stays: pd.DataFrame, people: pd.DataFrame, which: str, month_starts: Days
) -> dict[str, list[int]]:
    days = stays[which].to_numpy()
    born = people["born"].to_numpy()[stays["person"].to_numpy()]
    # Who leaves on the eighteenth birthday leaves the last band.
    age = completed_years(born, np.maximum(days - (which == "end"), born))
    band = np.searchsorted(AGE_BAND_STARTS[1:], age, side="right")
    return {
        name.value: _counts(days[band == number], month_starts)
        for number, name in enumerate(AgeBand)
    }


def _stock(stays: pd.DataFrame, month_starts: Days) -> list[int]:
    ends = month_starts[1:] - 1
    started = np.searchsorted(np.sort(stays["start"].to_numpy()), ends, side="right")
    ended = np.searchsorted(np.sort(stays["end"].to_numpy()), ends, side="right")
    return [int(n) for n in started - ended]


def _stock_by_type(episodes: pd.DataFrame, month_starts: Days) -> dict[str, list[int]]:
    counted = episodes[~episodes["status"].isin(["V3", "V4"])]
    return {
        name: _stock(counted[counted["kind"] == kind], month_starts)
        for kind, name in enumerate(placements.TYPES)
    }
