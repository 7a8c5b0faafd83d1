"""Counting by hand: plain loops over raw rows, to hold the fast counts against.

Written from the rules in words and sharing no code with the program, so that
an error would have to be made twice.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise

BAND_OF_AGE = ["0"] + ["1-4"] * 4 + ["5-9"] * 5 + ["10-15"] * 6 + ["16-17"] * 2
TYPE_OF_FIRST_LETTER = {"A": "adoption", "T": "temporary", "S": "residential_other", "Z": "other"}
TYPE_OF_CODE = {
    **dict.fromkeys(("U1", "U2", "U3"), "foster_kinship"),
    **dict.fromkeys(("U4", "U5", "U6"), "foster"),
    **dict.fromkeys(("K3", "H5", "P2"), "supported"),
    **dict.fromkeys(("R1", "R2", "R3", "R5"), "residential_other"),
    "K2": "childrens_home",
    "K1": "secure_home",
    "P1": "with_parents",
    "P3": "other",
}


def age_on(day: date, born: date) -> int:
    """Give completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def type_of(place: str) -> str:
    """Give the placement type of a PLACE code."""
    return TYPE_OF_CODE.get(place) or TYPE_OF_FIRST_LETTER.get(place[:1], "other")


def stays_by_hand(rows: list[dict], filed_years: set[int], last_day: date) -> dict[str, list]:
    """Join one authority's raw rows: a list of (start, end or None, place) a child."""
    newest: dict[tuple[str, date], dict] = {}
    seen = defaultdict(set)
    for row in sorted(rows, key=lambda r: r["year"]):
        newest[row["child"], row["decom"]] = row
        seen[row["child"]].add(row["year"])
    of_child = defaultdict(list)
    for row in newest.values():
        if row["decom"] > last_day:
            continue
        end = row["dec"] if row["dec"] is not None and row["dec"] <= last_day else None
        of_child[row["child"]].append(
            {"start": row["decom"], "end": end, "year": row["year"], "row": row}
        )
    joined = {}
    for child, stays in of_child.items():
        lasting = [s for s in stays if s["end"] is None or s["end"] > s["start"]]
        stays = sorted(lasting or stays, key=lambda s: s["start"])
        kept, ends = [], set()
        for stay in stays:
            if stay["end"] is not None and stay["end"] in ends:
                continue
            ends.add(stay["end"])
            kept.append(stay)
        for stay in kept:
            following = stay["year"] + 1
            if stay["end"] is None and following in filed_years and following not in seen[child]:
                stay["end"] = date(stay["year"], 4, 1)
        for stay, after in pairwise(kept):
            if stay["end"] is None or stay["end"] > after["start"]:
                stay["end"] = after["start"]
        joined[child] = kept
    return joined


def children_by_hand(
    stays: dict[str, list], born: dict[str, date], day: date
) -> dict[tuple[str, str], int]:
    """Count children in care at the end of a day, by placement type and age band."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for child, of_child in stays.items():
        age = age_on(day, born[child])
        for stay in of_child:
            there = stay["start"] <= day and (stay["end"] is None or stay["end"] > day)
            if there and age < 18 and stay["row"]["ls"] not in ("V3", "V4"):
                counts[type_of(stay["row"]["place"]), BAND_OF_AGE[max(age, 0)]] += 1
    return counts
