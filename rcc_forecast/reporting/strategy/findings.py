"""What the tables say, in five to ten plain sentences: where, when, how sure, at what cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.accuracy import accuracy_sentence
from rcc_forecast.reporting.strategy.evidence import (
    Evidence,
    between,
    first_where_most,
    known,
    numbers,
    shown,
    value,
)
from rcc_forecast.reporting.words import (
    counted,
    day_name,
    kind_title,
    listed,
    month_name,
    number,
    percent,
    pounds,
)
from rcc_forecast.sufficiency import PLANNED, PLANNED_TYPES

_PLANNED_KINDS = [kind.value for kind in PLANNED_TYPES]
_PARTS = {
    "children": "the number of children",
    "kind": "the kinds of placement they live in",
    "sector": "who provides them",
    "price": "prices",
    "contracts": "block contracts",
}


def findings_in_words(evidence: Evidence) -> list[str]:
    """Give the findings, most needed first; a subject without a table has no sentence."""
    subjects: tuple[Callable[[Evidence], str], ...] = (
        _demand,
        _shortages,
        _first_shortage,
        _red_all_the_same,
        _spare,
        _not_what_is_registered,
        _living_in_another_kind,
        _what_would_close_it,
        _cost,
        _budget,
        _after_care,
        _how_sure,
        _cannot_tell,
    )
    return [sentence for subject in subjects if (sentence := subject(evidence))]


def in_pounds(amount: Any) -> str:
    """£1,234; a minus stands before the sign."""
    return pounds(amount).replace("£−", "−£")


def millions(amount: Any) -> str:
    """£12.3 million; under a million, to the nearest thousand."""
    if abs(float(amount)) < 1e6:
        return in_pounds(_to_thousands(amount))
    return f"{_in_millions(amount)} million"


def short_millions(amount: Any) -> str:
    """£12.3m, for tables."""
    if abs(float(amount)) < 1e6:
        return in_pounds(_to_thousands(amount))
    return f"{_in_millions(amount)}m"


def _to_thousands(amount: Any) -> float:
    return round(float(amount), -3) if abs(float(amount)) >= 1e4 else float(amount)


def _in_millions(amount: Any) -> str:
    return f"£{number(float(amount) / 1e6, decimals=1)}".replace("£−", "−£")


def kind_words(kind: Any) -> str:
    """Name a kind inside a sentence."""
    return kind_title(str(kind)).lower()


def worst_rows(evidence: Evidence) -> pd.DataFrame:
    """Give the area's worst month of each planned kind, most likely shortage first.

    The chance is the greater of the two readings: by where children live, and
    by the kind they need. It is added as the column ``chance``, with ``missing``.
    """
    rows = evidence.own("balance")
    if rows.empty:
        return rows
    rows = rows[(rows["age_band"] == ALL) & rows["placement_type"].isin(_PLANNED_KINDS)]
    by_need = numbers(rows["p_shortfall_needed"])
    as_placed = numbers(rows["p_shortfall"])
    needed = by_need.fillna(-1.0) > as_placed.fillna(-1.0)
    rows = rows.assign(
        chance=as_placed.where(~needed, by_need),
        missing=numbers(rows["expected_shortfall"]).where(
            ~needed, numbers(rows["expected_shortfall_needed"])
        ),
        by_need=needed,
    ).dropna(subset=["chance"])
    order = ["missing", "chance", "horizon"]
    ranked = rows.assign(horizon=numbers(rows["horizon"])).sort_values(
        order, ascending=[False, False, True], kind="stable"
    )
    return ranked.drop_duplicates("placement_type").reset_index(drop=True)


def _demand(evidence: Evidence) -> str:
    rows = evidence.own("balance")
    if rows.empty:
        return ""
    every = rows[(rows["placement_type"] == ALL) & (rows["age_band"] == ALL)]
    if every.empty:
        return ""
    last = first_where_most(every, "horizon")
    now = _children_now(evidence)
    expected = f"{shown(last['demand_mean'])} are expected in {month_name(last['month'])}"
    told = f"{now}, and {expected}" if now else f"{evidence.area.name}: {expected}"
    doubt = _range_of_demand(evidence)
    return f"{told}{doubt}."


def _children_now(evidence: Evidence) -> str:
    rows = evidence.own("demand")
    if rows.empty:
        return ""
    rows = rows[
        (rows["measure"] == "children")
        & (rows["placement_type"] == ALL)
        & (rows["age_band"] == ALL)
        & (rows["population"] == ALL)
    ]
    if rows.empty:
        return ""
    now = rows.sort_values("month").iloc[-1]
    corrected = now["value_corrected"] if known(now["value_corrected"]) else now["value"]
    return (
        f"{evidence.area.name} looked after {shown(corrected)} children on {day_name(now['month'])}"
    )


def _range_of_demand(evidence: Evidence) -> str:
    rows = evidence.own("forecast")
    if rows.empty:
        return ""
    rows = rows[
        (rows["measure"] == "children")
        & (rows["placement_type"] == ALL)
        & (rows["age_band"] == ALL)
        & (rows["population"] == ALL)
    ]
    if rows.empty:
        return ""
    last = first_where_most(rows, "horizon")
    return f"; eight futures in ten lie between {number(last['q10'])} and {number(last['q90'])}"


def _shortages(evidence: Evidence) -> str:
    worst = worst_rows(evidence)
    if worst.empty:
        return ""
    short = worst[worst["chance"] >= 0.5]
    if short.empty:
        return "No kind of home is more likely than not to run short in these months."
    told = [
        f"{kind_words(row['placement_type'])} (in {percent(row['chance'])} of futures by "
        f"{month_name(row['month'])}, {counted(row['missing'], 'place', 'places')} missing on "
        f"average{', counting children by the home they need' if row['by_need'] else ''})"
        for _, row in short.iterrows()
    ]
    return f"Homes are more likely than not to run short in {listed(told)}."


def _first_shortage(evidence: Evidence) -> str:
    worst = worst_rows(evidence)
    rows = evidence.own("balance")
    short = worst[worst["chance"] >= 0.5] if len(worst) else worst
    if short.empty:
        return ""
    kind = short.iloc[0]["placement_type"]
    reading = "p_shortfall_needed" if short.iloc[0]["by_need"] else "p_shortfall"
    rows = rows[(rows["placement_type"] == kind) & (rows["age_band"] == ALL)]
    first = rows[numbers(rows[reading]) >= 0.5].sort_values("horizon").iloc[0]
    if value(first["horizon"]) <= 1:
        when = f"The shortage in {kind_words(kind)} is there already"
    else:
        when = f"A shortage in {kind_words(kind)} becomes likely from {month_name(first['month'])}"
    row = short.iloc[0]
    if row["by_need"] or not known(row["gap_q10"]):
        return f"{when}."
    return (
        f"{when}; at its worst, in {month_name(row['month'])}, eight futures in ten lie between "
        f"{_gap_words(row['gap_q10'])} and {_gap_words(row['gap_q90'])}."
    )


def _red_all_the_same(evidence: Evidence) -> str:
    """Name kinds that are rated red though a shortage is less likely than not."""
    worst = worst_rows(evidence)
    if worst.empty:
        return ""
    red = worst[(worst["rag"] == "red") & (worst["chance"] < 0.5)]
    if red.empty:
        return ""
    told = listed(
        [
            f"{kind_words(row['placement_type'])} (short in {percent(row['chance'])} of futures by "
            f"{month_name(row['month'])})"
            for _, row in red.iterrows()
        ]
    )
    return (
        f"Rated red although a shortage is less likely than not: {told}. There a missing place "
        f"costs so much more than an unused one that acting pays early."
    )


def _gap_words(gap: Any) -> str:
    places = counted(abs(value(gap)), "place", "places")
    return f"{places} missing" if value(gap) >= 0 else f"{places} to spare"


def _spare(evidence: Evidence) -> str:
    worst = worst_rows(evidence)
    if worst.empty:
        return ""
    surely = worst[(worst["chance"] <= 0.1) & (worst["rag"] == "green")]
    if surely.empty:
        return "No kind of home has places to spare in nine futures of ten."
    told = listed([kind_words(kind) for kind in surely["placement_type"]])
    return (
        f"There is enough in at least nine futures of ten, in every month ahead, in {told}: that "
        f"is where a place could be spared, or turned to another use."
    )


def _not_what_is_registered(evidence: Evidence) -> str:
    rows = evidence.own("supply")
    if rows.empty:
        return ""
    first = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).min()]
    first = first[first["placement_type"].isin(_PLANNED_KINDS)]
    approved, usable, others, closed = (
        numbers(first[name]).sum()
        for name in (
            "capacity_approved",
            "capacity_usable",
            "places_used_by_others",
            "places_closed",
        )
    )
    if not approved:
        return ""
    return (
        f"Of {number(approved)} approved places, {number(usable)} can be used for the area’s own "
        f"children: {number(others)} are used by other areas and {number(closed)} are closed to "
        f"placements. Places registered less children would show a surplus that is not there."
    )


def _living_in_another_kind(evidence: Evidence) -> str:
    rows = evidence.own("substitution")
    if rows.empty:
        return ""
    rows = rows[(rows["age_band"] == ALL) & (rows["lived_in"] != rows["needed"])]
    rows = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).min()]
    if rows.empty:
        return ""
    most = first_where_most(rows, "children_mean")
    total = numbers(rows["children_mean"]).sum()
    return (
        f"About {number(total)} children live in another kind of home than they need; the largest "
        f"group, {shown(most['children_mean'])} "
        f"({between(most['children_q10'], most['children_q90'])}), live in "
        f"{kind_words(most['lived_in'])} and need {kind_words(most['needed'])}."
    )


def _what_would_close_it(evidence: Evidence) -> str:
    rows = evidence.own("closing")
    if rows.empty:
        return ""
    # The worst gap comes first in the table.
    gap = rows.iloc[0]
    same = rows[(rows["placement_type"] == gap["placement_type"]) & (rows["month"] == gap["month"])]
    able = same[same["possible"] == "yes"]
    told = " Or: ".join(about_the_area(str(said)) for said in able["sentence"].head(2))
    if not told:
        return ""
    return f"What would close the widest gap, in {kind_words(gap['placement_type'])}: {told}"


def about_the_area(sentence: str) -> str:
    """Leave out the area and kind in front: the heading says them."""
    _, _, rest = sentence.partition(": ")
    return rest[:1].upper() + rest[1:] if rest else sentence


def _cost(evidence: Evidence) -> str:
    rows = evidence.own("spend_years")
    if rows.empty:
        return ""
    years = rows[(rows["placement_type"] == ALL) & (numbers(rows["months"]) == 12)]
    if years.empty:
        return ""
    last = years.iloc[-1]
    told = (
        f"Placements are expected to cost {shown(last['spend_mean_gbp'], millions)} in "
        f"{last['financial_year']}; eight futures in ten lie between "
        f"{shown(last['spend_q10_gbp'], millions)} and {shown(last['spend_q90_gbp'], millions)}"
    )
    return f"{told}.{_why_it_changes(evidence)}"


def _why_it_changes(evidence: Evidence) -> str:
    rows = evidence.own("spend_change")
    if rows.empty:
        return ""
    last = rows[numbers(rows["horizon"]) == numbers(rows["horizon"]).max()].set_index("part")
    amounts = numbers(last["change_mean"])
    if amounts.get("change") is None or amounts.drop("change").isna().all():
        return ""
    most = str(amounts.drop("change").abs().idxmax())
    total, part = float(amounts["change"]), float(amounts[most])
    way = "more" if total >= 0 else "less"
    by = "adding" if part >= 0 else "taking away"
    return (
        f" A week in {month_name(last['month'].iloc[0])} is expected to cost "
        f"{millions(abs(total))} {way} than today; most of what moves it is {_PARTS[most]}, "
        f"{by} {millions(abs(part))}."
    )


def _budget(evidence: Evidence) -> str:
    rows = evidence.table("budget")
    if rows is None:
        return ""
    row = rows.iloc[0]
    if value(row["p_overspend"]) < 0.005:
        return f"The budget for {row['financial_year']} holds in every future drawn, or nearly."
    return (
        f"The budget for {row['financial_year']} is overspent in "
        f"{shown(row['p_overspend'], percent)} of futures; the mean over all of them is "
        f"{shown(row['expected_overspend_gbp'], millions)} over."
    )


def _after_care(evidence: Evidence) -> str:
    rows = evidence.own("after_care")
    if rows.empty:
        return ""
    horizon = numbers(rows["horizon"])
    ends = {
        (str(row["measure"]), when): row
        for when, at in (("now", horizon.min()), ("then", horizon.max()))
        for _, row in rows[horizon == at].iterrows()
    }
    put = [ends.get(("staying_put", when)) for when in ("now", "then")]
    held = ends.get(("foster_places_held", "then"))
    if put[0] is None or put[1] is None or held is None:
        return ""
    return (
        f"{shown(put[1]['mean'])} young people of 18 to 20 are expected to be staying put in "
        f"{month_name(put[1]['month'])} ({shown(put[0]['mean'])} today), which keeps "
        f"{shown(held['mean'])} foster places filled that no count of children shows."
    )


def _how_sure(evidence: Evidence) -> str:
    told = []
    backtest = evidence.table("backtest")
    if backtest is not None:
        told.append(accuracy_sentence(backtest, evidence.judged_area))
    trust = evidence.table("reliability")
    if trust is not None:
        whole = trust[(trust["lead"] == ALL) & (trust["decile"] == ALL)]
        planned = whole[whole["placement_type"] == PLANNED]
        if len(planned):
            row = planned.iloc[0]
            told.append(
                f"Of past chances of a shortage, {shown(row['said'], percent)} was said on "
                f"average and {shown(row['happened'], percent)} came. {row['note']}"
            )
    return " ".join(told)


def _cannot_tell(evidence: Evidence) -> str:
    told = []
    needs = evidence.table("needs")
    if needs is not None:
        silent = needs[needs["horizon"].isna() & needs["note"].astype("str").str.len().gt(0)]
        words = list(dict.fromkeys(str(note) for note in silent["note"]))
        told += words[:2]
    balance = evidence.own("balance")
    if len(balance):
        grey = balance[
            (balance["rag"] == "grey")
            & balance["placement_type"].isin(_PLANNED_KINDS)
            & (balance["age_band"] == ALL)
        ]
        kinds = list(dict.fromkeys(kind_words(kind) for kind in grey["placement_type"]))
        if kinds:
            told.append(f"The evidence is not enough to rate {listed(kinds)} in every month.")
    told.append(
        "What the returns have never seen, such as a new policy or a closed route, is in no "
        "future drawn."
    )
    return f"What we cannot tell: {' '.join(told)}"
