"""The chapter on homes: what there is, what will be needed, the gap, what would close it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.accuracy import accuracy_sentence
from rcc_forecast.reporting.charts import balance_chart, fan_chart
from rcc_forecast.reporting.sections import Rating, RatingTable
from rcc_forecast.reporting.strategy import parts
from rcc_forecast.reporting.strategy.charts import Step, steps_chart
from rcc_forecast.reporting.strategy.evidence import (
    Evidence,
    between,
    milestones,
    numbers,
    shown,
    value,
)
from rcc_forecast.reporting.strategy.findings import (
    about_the_area,
    in_pounds,
    kind_words,
    worst_rows,
)
from rcc_forecast.reporting.strategy.parts import Part, Section
from rcc_forecast.reporting.words import (
    kind_title,
    month_name,
    number,
    percent,
    short_month,
)
from rcc_forecast.sufficiency import PLANNED, PLANNED_TYPES

_PLANNED_KINDS = [kind.value for kind in PLANNED_TYPES]
_STEPS = (
    ("capacity_approved", "Approved", 1.0, True),
    ("places_closed", "Closed to placements", -1.0, False),
    ("places_used_by_others", "Used by other areas", -1.0, False),
    ("places_unsuited", "Free but unsuited", -1.0, False),
    ("places_to_come", "Carers to come, net", 1.0, False),
    ("capacity_usable", "Usable", 1.0, True),
)


def supply_section(evidence: Evidence) -> Section:
    """Tell what there is: from approved to usable, and foster carers."""
    return Section("supply", "What there is", (*_steps(evidence), *_carers(evidence)))


def demand_section(evidence: Evidence) -> Section:
    """Tell what will be needed: children, with their range, and what moves the number."""
    return Section(
        "demand",
        "What will be needed",
        (*_demand_drawn(evidence), *_demand_by_kind(evidence), *_explained(evidence)),
    )


def gap_section(evidence: Evidence) -> Section:
    """Tell the gap by kind, draw the worst of it, and give ratings by authority."""
    return Section(
        "gap", "The gap", (*_gap_by_kind(evidence), *_worst_drawn(evidence), *_ratings(evidence))
    )


def closing_section(evidence: Evidence) -> Section:
    """Tell what would have to be true for the gap to close."""
    rows = evidence.own("closing")
    if rows.empty:
        told = parts.not_made(
            "there is no table of what would close a gap in this edition, or no gap to close."
        )
        return Section("closing", "What would close the gap", (told,))
    found: list[Part] = [
        parts.words(
            "Each sentence changes one thing alone and leaves all else as expected. In practice a "
            "strategy does several at once, each of them less: try them together as a scenario."
        )
    ]
    for kind, of_kind in rows.groupby("placement_type", sort=False):
        worst = of_kind[of_kind["month"] == of_kind["month"].iloc[0]]
        found += [
            parts.heading(kind_title(str(kind))),
            parts.bullets(about_the_area(str(said)) for said in worst["sentence"]),
        ]
    return Section("closing", "What would close the gap", tuple(found))


def _steps(evidence: Evidence) -> list[Part]:
    rows = evidence.own("supply")
    if rows.empty:
        return [parts.not_made("the steps of supply are not part of this edition.")]
    first = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).min()]
    first = first[first["placement_type"].isin(_PLANNED_KINDS)]
    total = {name: float(numbers(first[name]).sum()) for name, *_ in _STEPS}
    month = month_name(first["month"].iloc[0])
    drawn = steps_chart(
        [
            Step(said, sign * total[name], is_level=is_level)
            for name, said, sign, is_level in _STEPS
        ],
        slug="supply-steps",
        title=f"From places approved to places usable, {month}",
        description=(
            f"{number(total['capacity_approved'])} places are approved and "
            f"{number(total['capacity_usable'])} usable."
        ),
        unit="Places",
        caption="All planned kinds; filled bars are levels, hatched bars are taken away.",
    )
    head = ("Kind of placement", *(said for _, said, *_ in _STEPS), "Own children elsewhere")
    table = parts.table(
        f"Places by kind, {month}",
        head,
        [
            (
                kind_title(str(row["placement_type"])),
                *(shown(row[name]) for name, *_ in _STEPS),
                shown(row["living_elsewhere"]),
            )
            for _, row in first.iterrows()
        ],
    )
    sources = _sources_of_steps(first)
    return [
        parts.words(
            "A place is usable when one of the area’s own children lives in it, or when it is free "
            "and suits children who are expected."
        ),
        parts.figure(drawn),
        table,
        parts.heading("Where each step comes from"),
        parts.bullets(sources),
    ]


def _sources_of_steps(first: pd.DataFrame) -> list[str]:
    named = {
        "approved_source": "Approved",
        "closed_source": "Closed to placements",
        "others_source": "Used by other areas",
        "suited_source": "Free but unsuited",
        "flow_source": "Carers to come",
    }
    found = []
    for column, step in named.items():
        by_source = first.groupby(column, sort=False)["placement_type"].agg(list)
        found += [
            f"{step}: {source} ({', '.join(kind_words(kind) for kind in kinds)})."
            for source, kinds in by_source.items()
        ]
    return found


def _carers(evidence: Evidence) -> list[Part]:
    rows = evidence.own("carers")
    if rows.empty:
        return [parts.not_made("no forecast of foster carers was made.")]
    names = {
        "households": "Households",
        "approved": "Places approved",
        "filled": "Filled",
        "vacant": "Vacant",
        "not_available": "Not available",
        "recruited": "Households recruited in the month",
        "left": "Households that left in the month",
    }
    horizon = numbers(rows["horizon"])
    ahead = milestones(rows)
    shown_months = pd.concat([rows[horizon == horizon.min()], ahead]).drop_duplicates("month")[
        "month"
    ]
    cells = {(row["measure"], row["month"]): row for _, row in rows.iterrows()}
    return [
        parts.heading("Foster carers"),
        parts.words(
            "Carers other than relatives and friends: recruited, leaving, and how their places "
            "are used. Below each expected figure stands the range of eight futures in ten."
        ),
        parts.table(
            "Foster carers today and ahead",
            ("What is counted", *(month_name(month) for month in shown_months)),
            [
                (
                    said,
                    *(
                        _with_range(cells.get((measure, month)), decimals=0)
                        for month in shown_months
                    ),
                )
                for measure, said in names.items()
                if (rows["measure"] == measure).any()
            ],
        ),
    ]


def _with_range(row: Any, *, decimals: int) -> str:
    if row is None:
        return "–"
    told = shown(row["mean"], decimals=decimals)
    doubt = between(row["q10"], row["q90"], decimals=decimals)
    return told if doubt == told else f"{told} ({doubt})"


def _demand_drawn(evidence: Evidence) -> list[Part]:
    past, ahead = (_children(evidence.own(name)) for name in ("demand", "forecast"))
    if past.empty or ahead.empty or evidence.is_public:
        return []
    drawn = fan_chart(
        past[past["placement_type"] == ALL].sort_values("month"),
        ahead[ahead["placement_type"] == ALL].sort_values("month"),
        slug="strategy-demand",
        title=f"Children looked after, {evidence.area.name}",
        caption=accuracy_sentence(evidence.table("backtest"), evidence.judged_area),
    )
    return [
        parts.words(
            "The black line is what was recorded, corrected for what is still to be recorded. The "
            "dashed line is the forecast; the darker band ought to hold the outcome eight times in "
            "ten, the lighter nineteen times in twenty."
        ),
        parts.figure(drawn),
    ]


def _children(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    return table[
        (table["measure"] == "children") & (table["age_band"] == ALL) & (table["population"] == ALL)
    ]


def _demand_by_kind(evidence: Evidence) -> list[Part]:
    rows = evidence.own("balance")
    if rows.empty:
        return [parts.not_made("demand was not set against a register of homes.")]
    rows = milestones(rows[(rows["age_band"] == ALL) & (rows["placement_type"] != PLANNED)])
    months = list(dict.fromkeys(rows["month"]))
    cells = {
        (row["placement_type"], row["month"]): row["demand_mean"] for _, row in rows.iterrows()
    }
    ranges = _ranges_ahead(evidence)
    kinds = [kind for kind in dict.fromkeys(rows["placement_type"]) if kind != ALL]
    return [
        parts.table(
            "Children expected by kind of placement",
            ("Kind of placement", *(month_name(month) for month in months)),
            [
                (
                    "All children" if kind == ALL else kind_title(str(kind)),
                    *(
                        shown(cells.get((kind, month))) + ranges.get((kind, month), "")
                        for month in months
                    ),
                )
                for kind in [*kinds, ALL]
            ],
        )
    ]


def _ranges_ahead(evidence: Evidence) -> dict[tuple[Any, Any], str]:
    ahead = _children(evidence.own("forecast"))
    if ahead.empty or evidence.is_public:
        return {}
    days = pd.to_datetime(ahead["month"]).dt.strftime("%Y-%m-%d")
    return {
        (kind, day): f" ({between(low, high)})"
        for kind, day, low, high in zip(
            ahead["placement_type"], days, ahead["q10"], ahead["q90"], strict=True
        )
    }


def _explained(evidence: Evidence) -> list[Part]:
    """Tell what moves the number of children, year by year; rows add up."""
    table = evidence.table("explanation")
    if table is None or evidence.is_public:
        return []
    # Summed over authorities: the area is what all of them share.
    rows = table[
        (table["local_authority"] != ALL)
        & (table["placement_type"] == ALL)
        & (table["age_band"] == ALL)
        & (table["population"] == ALL)
    ]
    flows = ["entries", "exits", "aged_out", "adjustment"]
    by_month = rows.groupby("horizon")[["before", *flows, "mean"]].sum().sort_index()
    years = [by_month[at : at + 12] for at in range(0, len(by_month), 12)]
    days = rows.groupby("horizon")["month"].first()
    return [
        parts.heading("What moves the number of children"),
        parts.table(
            "Children at the start of each twelve months, what is added and taken away",
            (
                "Twelve months to",
                "Children before",
                "Enter care",
                "Leave before 18",
                "Turn 18",
                "Put to the model’s count",
                "Children after",
            ),
            [
                (
                    month_name(days.loc[year.index[-1]]),
                    number(year["before"].iloc[0]),
                    f"+{number(year['entries'].sum())}",
                    number(-year["exits"].sum()),
                    number(-year["aged_out"].sum()),
                    _plus(year["adjustment"].sum()),
                    number(year["mean"].iloc[-1]),
                )
                for year in years
            ],
        ),
        parts.words(
            "Put to the model’s count: the forecast handed out combines several models, and "
            "differs by this much from the one that follows children month by month."
        ),
    ]


def _plus(amount: float) -> str:
    told = number(amount)
    return f"+{told}" if amount >= 0.5 else told


def _gap_by_kind(evidence: Evidence) -> list[Part]:
    rows = evidence.own("balance")
    if rows.empty:
        return [parts.not_made("demand was not set against a register of homes.")]
    rows = rows[(rows["age_band"] == ALL) & (rows["placement_type"] != ALL)]
    last = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).max()]
    last = last[last["rag"] != "grey"]
    if last.empty:
        return [parts.not_made("no kind of home has a capacity that demand can be set against.")]
    by_need = bool(numbers(last["p_shortfall_needed"]).notna().any())
    found = [
        parts.words(
            "Below zero, places are spare; above zero they are missing. A place of one kind cannot "
            "stand in for another: in the row of all planned kinds a future is short when any kind "
            "is, and spare places are not set off."
        ),
        parts.table(
            f"Children, places and gap, {month_name(last['month'].iloc[0])}",
            (
                "Kind of placement",
                "Children expected",
                "Usable places",
                "Gap (80% of futures between)",
                "Short in",
                "Places missing on average",
                *(("Short in, by the kind needed",) if by_need else ()),
                "Rating",
                "Cost a week",
            ),
            [_gap_cells(row, by_need=by_need) for _, row in last.iterrows()],
        ),
        parts.heading("Why each rating"),
        parts.bullets(
            f"{kind_title(str(row['placement_type']))}: {shown_words(row['rag_reason'])}"
            for _, row in last.iterrows()
        ),
    ]
    if by_need:
        found.append(
            parts.words(
                "By the kind needed, children are counted by the kind of home that suits them, "
                "wherever they live now; the rating goes by the worse of the two readings."
            )
        )
    return found


def shown_words(cell: Any) -> str:
    """Give words of a table; one word where they are withheld."""
    told = str(cell)
    return "withheld, since the figures are." if told == "c" else told


def _gap_cells(row: pd.Series[Any], *, by_need: bool) -> tuple[str, ...]:
    return (
        kind_title(str(row["placement_type"])),
        shown(row["demand_mean"]),
        shown(row["capacity_usable"]),
        f"{shown(row['gap_mean'])} ({between(row['gap_q10'], row['gap_q90'])})",
        shown(row["p_shortfall"], percent),
        shown(row["expected_shortfall"]),
        *((shown(row["p_shortfall_needed"], percent),) if by_need else ()),
        _rag_word(row["rag"]),
        shown(row["weekly_cost_mean"], in_pounds),
    )


def _rag_word(rag: Any) -> str:
    return "Withheld" if str(rag) == "c" else str(rag).capitalize()


def _worst_drawn(evidence: Evidence) -> list[Part]:
    worst = worst_rows(evidence)
    if worst.empty or evidence.is_public:
        return []
    # The drawing counts children where they live, so it is of the worst kind by that reading.
    placed = worst[~worst["by_need"]]
    kind = (placed if len(placed) else worst).iloc[0]["placement_type"]
    rows = evidence.own("balance")
    rows = rows[(rows["placement_type"] == kind) & (rows["age_band"] == ALL)]
    rows = rows.dropna(subset=["capacity_usable", "gap_q10", "gap_q90"])
    if rows.empty:
        return []
    return [
        parts.figure(
            balance_chart(
                rows.sort_values("horizon"),
                slug="strategy-worst",
                title=f"{kind_title(str(kind))}: children and usable places",
                caption="The scale does not begin at zero.",
                size=(520, 290),
            )
        )
    ]


def _ratings(evidence: Evidence) -> list[Part]:
    table = evidence.table("balance")
    if table is None:
        return []
    rows = table[
        (table["age_band"] == ALL)
        & (table["local_authority"] != ALL)
        & table["placement_type"].isin(_PLANNED_KINDS)
    ]
    rated = rows[rows["rag"] != "grey"]
    if rated.empty:
        return []
    order = ["missing", "chance", "at"]
    ranked = rated.assign(
        missing=_worse(rated, "expected_shortfall"),
        chance=_worse(rated, "p_shortfall"),
        at=numbers(rated["horizon"]),
    ).sort_values(order, ascending=[False, False, True], kind="stable")
    worst = ranked.drop_duplicates(["local_authority", "placement_type"])
    cells = {
        (str(row["local_authority_name"]), str(row["placement_type"])): _rating(row)
        for _, row in worst.iterrows()
    }
    none = Rating("grey", "", "No capacity is meant or known, or the evidence is not enough.")
    kinds = [kind for kind in _PLANNED_KINDS if (worst["placement_type"] == kind).any()]
    names = sorted(worst["local_authority_name"].astype("str").unique())
    return [
        parts.heading("Ratings by authority"),
        parts.words(
            "Each cell is the worst month ahead inside the authority: its rating in a word, the "
            "share of futures that are short, and when. Authorities place across their borders, so "
            "a shortage inside one can be met by its neighbours."
        ),
        parts.ratings(
            RatingTable(
                kinds=tuple(kind_title(kind) for kind in kinds),
                rows=tuple(
                    (name, tuple(cells.get((name, kind), none) for kind in kinds)) for name in names
                ),
            )
        ),
    ]


def _worse(rows: pd.DataFrame, column: str) -> pd.Series[float]:
    """Give the greater of the two readings: as placed, and by the kind needed."""
    readings = [numbers(rows[column]), numbers(rows[f"{column}_needed"])]
    return pd.concat(readings, axis=1).max(axis=1)


def _rating(row: pd.Series[Any]) -> Rating:
    if str(row["rag"]) == "c":
        return Rating("grey", "Withheld", shown_words("c"))
    chance = percent(row["chance"]) if value(row["chance"]) == value(row["chance"]) else "withheld"
    told = f"{chance}, {short_month(row['month'])}"
    return Rating(str(row["rag"]), told, shown_words(row["rag_reason"]))
