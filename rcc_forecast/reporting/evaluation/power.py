"""What could be seen, and when: the smallest effect found, by date and by regions left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.lines import LOOKS, ROOM_FOR_NAMES
from rcc_forecast.reporting.evaluation.parts import without_blanks
from rcc_forecast.reporting.evaluation.plot import Plot, names_at_ends, plot_of
from rcc_forecast.reporting.evaluation.unit import NO_BREAK, NOT_MADE, Unit, is_missing
from rcc_forecast.reporting.evaluation.views import method_name
from rcc_forecast.reporting.figure import BAND_95, Figure, band, joined
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import day_name, number, percent

_SPENDING = "mde_spending"
_BY_PREFERENCE = ("region_permutation", "donald_lang")
_MOST_LINES = len(LOOKS)


def power_view(
    table: pd.DataFrame, *, outcome: str, unit: Unit, compared: str = "regions"
) -> TableView | None:
    """Give what could be seen by date, most regions first; None where no date could be named.

    Parameters
    ----------
    table : DataFrame
        A `POWER` table.
    outcome : str
        Which outcome.
    unit : Unit
        Of the outcome.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    rows = _of(table, outcome)
    if rows.empty:
        return None
    extra = [
        name for name in ("mde_low", _SPENDING) if name in rows.columns and rows[name].notna().any()
    ]
    heads = {"mde_low": "If shocks are smaller or larger", _SPENDING: "With every look counted"}
    view = TableView(
        caption=f"Smallest effect on {outcome} that would be found 80 times in 100, "
        f"in {unit.of_changes}",
        head=(
            "By",
            "Whole periods since delivery",
            f"{compared.capitalize()} left",
            "Inference",
            "Smallest effect found",
            *(heads[name] for name in extra),
            "Chance to find half of it",
            "Half of it, when found, is overstated",
            "Then with the wrong sign",
            "What to know",
        ),
        rows=tuple(_cells(row, unit, extra) for _, row in rows.iterrows()),
    )
    return without_blanks(view)


def power_curve(
    table: pd.DataFrame, *, outcome: str, unit: Unit, slug: str, compared: str = "regions"
) -> Figure | None:
    """Draw the smallest effect found over the periods since delivery, a line a number of regions.

    Parameters
    ----------
    table : DataFrame
        A `POWER` table.
    outcome : str
        Which outcome.
    unit : Unit
        Of the outcome.
    slug : str
        Unique in a page.
    compared : str
        What is compared, regions or authorities, in the plural.

    Returns
    -------
    Figure or None
        By permutation where it can find anything, else by region means.
    """
    rows = _judged(table, outcome)
    if rows.empty:
        return None
    ahead = int(rows["post_periods"].max())
    named = dict(zip(rows["post_periods"].astype(int), rows["period"].astype(str), strict=True))
    lefts = sorted(rows["regions_left"].astype(int).unique(), reverse=True)[:_MOST_LINES]
    plot = plot_of(
        [named.get(place + 1, "") for place in range(ahead)],
        [unit.scaled(float(value)) for value in _drawn(rows)],
        right=ROOM_FOR_NAMES - 40,
        zero=True,
    )
    return Figure(
        slug=slug,
        title=f"Smallest effect on {outcome} that would be found 80 times in 100",
        description=_told(rows[rows["regions_left"] == lefts[0]], unit, compared),
        drawing=_drawing(plot, rows, lefts, unit, compared=compared),
        width=plot.width,
        height=plot.height,
        head=("Last period since delivery", *(f"{left} {compared} left" for left in lefts)),
        rows=tuple(
            (named[place], *(_found(rows, place, left, unit) for left in lefts))
            for place in sorted(named)
        ),
        caption=f"By {method_name(rows['inference'].iloc[0])}. Lower is better: smaller effects "
        f"can be seen.{_of_band(rows, compared)}",
    )


def _drawing(
    plot: Plot, rows: pd.DataFrame, lefts: Sequence[int], unit: Unit, *, compared: str
) -> Markup:
    """Draw a named line a number of regions, and the doubt about that of the most."""
    parts = [
        plot.frame(f"Smallest effect found, {unit.of_changes}"),
        _doubt(plot, rows[rows["regions_left"] == lefts[0]], unit),
    ]
    ends = []
    for left, (stroke, dash) in zip(lefts, LOOKS, strict=False):
        own = rows[rows["regions_left"] == left]
        values = [unit.scaled(float(value)) for value in own["mde"]]
        places = [int(place) - 1 for place in own["post_periods"]]
        parts.append(plot.joining(places, values, stroke=stroke, width=2.6, dash=dash))
        ends.append((values[-1], f"{left} {compared} left", stroke))
    return joined([*parts, names_at_ends(plot, ends)])


def power_sentence(verdict: dict[str, Any], *, unit: Unit) -> str:
    """Say what can be seen by now, once delivery has begun."""
    now = verdict["detectable_effect_now"]
    if verdict["too_early"] or now is None:
        return ""
    return (
        f"With the periods there are by now, an effect of {unit.sized(now)} would be found "
        "80 times in 100."
    )


def half_sentence(table: pd.DataFrame, *, outcome: str, unit: Unit) -> str:
    """Say what becomes of an effect of half the size that can be seen, at the last date."""
    rows = _of(table, outcome)
    rows = rows[rows["power_at_half"].notna() & rows["exaggeration"].notna()]
    if rows.empty:
        return ""
    most = rows[rows["regions_left"] == rows["regions_left"].max()].sort_values("post_periods")
    last = most.iloc[-1]
    return (
        f"By {day_name(last['date'])} a true effect of {unit.sized(last['mde'] / 2)} "
        f"is found {number(100 * last['power_at_half'])} times in 100, and when "
        f"it is found it looks {number(last['exaggeration'], decimals=1)} times its size."
    )


def never_sentence(table: pd.DataFrame, *, outcome: str, compared: str = "regions") -> str:
    """Say with how few left a permutation can find nothing at all."""
    rows = _of(table, outcome)
    rows = rows[rows["inference"] == _BY_PREFERENCE[0]]
    made = rows.groupby("regions_left")["mde"].count()
    never = [int(left) for left in made.index[made == 0]]
    if not never:
        return ""
    return (
        f"With {max(never)} {compared} left or fewer, a permutation of them cannot find an effect "
        "of any size: there are too few of them to tell chance from change."
    )


def best_seen(table: pd.DataFrame, *, outcome: str) -> tuple[pd.Series[Any], pd.Series[Any]] | None:
    """Give the rows of the first and the last date, with the most regions; None without dates."""
    rows = _judged(table, outcome)
    if rows.empty:
        return None
    most = rows[rows["regions_left"] == rows["regions_left"].max()]
    return most.iloc[0], most.iloc[-1]


def power_reason(table: pd.DataFrame, *, outcome: str) -> str:
    """Say why no date could be named."""
    notes = [str(note) for note in table.loc[table["outcome"] == outcome, "note"] if note]
    return f"No date can be named: {notes[0]}." if notes else "No date can be named."


def _of(table: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return table[(table["outcome"] == outcome) & table["post_periods"].notna()]


def _judged(table: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Give the rows of the first kind of inference that can find anything, in order of dates."""
    rows = _of(table, outcome)
    rows = rows[rows["mde"].notna()]
    judged = [name for name in _BY_PREFERENCE if (rows["inference"] == name).any()]
    return rows[rows["inference"] == (judged[0] if judged else "")].sort_values("post_periods")


def _drawn(rows: pd.DataFrame) -> list[float]:
    """Give every value of the drawing: lines, and the band of the most regions."""
    most = rows[rows["regions_left"] == rows["regions_left"].max()]
    ends = [most[name] for name in ("mde_low", "mde_high") if name in rows.columns]
    return [float(value) for part in (rows["mde"], *ends) for value in part.dropna()]


def _doubt(plot: Plot, most: pd.DataFrame, unit: Unit) -> Markup:
    """Fill between the smallest effects under smaller and under larger shocks."""
    if not {"mde_low", "mde_high"} <= set(most.columns):
        return Markup("")
    known = most.dropna(subset=["mde_low", "mde_high"])
    if len(known) < 2:
        return Markup("")
    places = [plot.x.at(int(place) - 1) for place in known["post_periods"]]
    upper, lower = (
        [(at, plot.y.at(unit.scaled(float(v)))) for at, v in zip(places, known[name], strict=True)]
        for name in ("mde_high", "mde_low")
    )
    return band(upper, lower, fill=BAND_95)


def _of_band(rows: pd.DataFrame, compared: str) -> str:
    most = rows[rows["regions_left"] == rows["regions_left"].max()]
    if "mde_high" not in rows.columns or most["mde_high"].notna().sum() < 2:
        return ""
    return (
        f" The shaded band is for the most {compared}, should shocks be smaller or larger than "
        "thought."
    )


def _found(rows: pd.DataFrame, place: int, left: int, unit: Unit) -> str:
    own = rows[(rows["post_periods"] == place) & (rows["regions_left"] == left)]
    return unit.change(own["mde"].iloc[0]) if len(own) else NOT_MADE


def _told(most: pd.DataFrame, unit: Unit, compared: str) -> str:
    first, last = most.iloc[0], most.iloc[-1]
    told = (
        f"With {int(first['regions_left'])} {compared} left, {unit.sized(first['mde'])} "
        f"by {day_name(first['date'])}"
    )
    if first["date"] == last["date"]:
        return f"{told}."
    return f"{told} and {unit.change(last['mde'])} by {day_name(last['date'])}."


def _cells(row: pd.Series[Any], unit: Unit, extra: Sequence[str]) -> tuple[str, ...]:
    overstated = row["exaggeration"]
    cells = {
        "mde_low": unit.between(row.get("mde_low"), row.get("mde_high")),
        _SPENDING: unit.change(row.get(_SPENDING)),
    }
    return (
        day_name(row["date"]).replace(" ", NO_BREAK),
        number(row["post_periods"]),
        number(row["regions_left"]),
        method_name(row["inference"]),
        unit.change(row["mde"]),
        *(cells[name] for name in extra),
        _share(row["power_at_half"]),
        NOT_MADE if is_missing(overstated) else f"{number(overstated, decimals=1)} times",
        _share(row["wrong_sign"]),
        str(row["note"]).capitalize(),
    )


def _share(value: Any) -> str:
    return NOT_MADE if is_missing(value) else percent(value)
