"""In the public edition nobody can narrow a withheld number of children down by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from rcc_forecast.evaluation.gaps.areas import disparity_of
from rcc_forecast.evaluation.gaps.charts import funnel_of, xmr_of
from rcc_forecast.evaluation.gaps.group_gaps import group_gaps
from rcc_forecast.evaluation.gaps.groups import read_groups
from rcc_forecast.evaluation.public.small_numbers import published_figures
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.disparity import DISPARITY
from rcc_forecast.tables.evaluation_charts import FUNNEL, XMR
from tests.builders.evaluations import a_spec, the_cells

OUTCOMES = ("far", "apart")
STAMP = Stamp("0" * 64, 1, 1, EXPLORATORY)
NARROWEST = 5.0


def _counts(
    seed: int, *, regions: int = 6, units: int = 8, size: float = 60.0, share: float = 0.06
) -> pd.DataFrame:
    """Give a panel of small authorities; outcomes share their numbers of children."""
    rng = np.random.default_rng(seed)
    rows = []
    for region in range(regions):
        for unit in range(units):
            children = int(rng.lognormal(np.log(size), 0.8)) + 1
            for outcome in OUTCOMES:
                for year in (2024, 2025, 2026):
                    having = rng.binomial(children, share)
                    code = f"U{region:02d}{unit:02d}"
                    rows.append((code, f"R{region}", str(year), outcome, having, children))
    columns = ["la_code", "region", "period", "outcome", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns)


def _by_group(panel: pd.DataFrame, seed: int, shares: Sequence[float]) -> pd.DataFrame:
    """Split every cell of a panel at random over groups."""
    rng = np.random.default_rng(seed)
    with_it = rng.multinomial(panel["numerator"].to_numpy(), shares)
    without = rng.multinomial((panel["denominator"] - panel["numerator"]).to_numpy(), shares)
    parts = [
        panel.assign(
            characteristic="ethnicity",
            group=group,
            numerator=with_it[:, place],
            denominator=with_it[:, place] + without[:, place],
        )
        for place, group in enumerate(["Asian", "Black", "Other", "White"][: len(shares)])
    ]
    return pd.concat(parts, ignore_index=True)


SPEC = a_spec(outcomes=list(OUTCOMES), treated=[{"unit": "R0", "delivery": 2025}])


def _tables(panel: pd.DataFrame, groups: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    spec, cells = SPEC, the_cells(panel, SPEC)
    disparity = disparity_of(cells, spec)
    if groups is not None:
        read = read_groups(groups, name="groups", cut_off=None, calendar=cells.calendar)
        disparity = pd.concat([disparity, group_gaps(read, cells, spec)], ignore_index=True)
    return {
        "funnel": stamped(funnel_of(cells, spec), FUNNEL, STAMP),
        "disparity": stamped(disparity, DISPARITY, STAMP),
        "xmr": stamped(xmr_of(cells, spec), XMR, STAMP),
    }


class _Attack:
    """What an outsider can work out: the least and most of each unknown number."""

    def __init__(self) -> None:
        self.names: dict[object, int] = {}
        self.sums: list[tuple[dict[int, float], float]] = []

    def unknown(self, name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def knows(self, terms: dict[int, float], total: float) -> None:
        self.sums.append((terms, total))

    def width(self, name: object) -> float:
        matrix = np.zeros((len(self.sums), len(self.names)))
        for row, (terms, _) in enumerate(self.sums):
            matrix[row, list(terms)] = list(terms.values())
        totals = [total for _, total in self.sums]
        aim = np.zeros(len(self.names))
        aim[self.names[name]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * aim, A_eq=matrix, b_eq=totals, bounds=(0, None))
            assert found.status in (0, 3), "what is known contradicts itself"  # 3: without end
            ends.append(sign * found.fun if found.status == 0 else np.inf)
        return ends[1] - ends[0] if np.isfinite(ends).all() else np.inf


def _attacked_funnel(
    before: pd.DataFrame, after: pd.DataFrame, *, regions_shown: set[str]
) -> list[float]:
    """Attack shares with every region's and the whole's true numbers in hand."""
    attack = _Attack()
    shown_sizes = {
        (code, truth)
        for code, truth, seen in zip(
            before["la_code"], before["children"], after["children"], strict=True
        )
        if not np.isnan(seen)
    }
    aims = []
    for outcome in OUTCOMES:
        own = before["outcome"] == outcome
        for _, rows in before[own].groupby("region"):
            having_sum, size_sum, having_left, size_left = {}, {}, 0.0, 0.0
            for place, row in rows.iterrows():
                children, having = row["children"], round(row["value"] * row["children"])
                size_key = ("size", row["la_code"], children)
                if not np.isnan(after.loc[place, "value"]):
                    continue
                cell = attack.unknown(("having", outcome, row["la_code"]))
                rest = attack.unknown(("rest", outcome, row["la_code"]))
                having_sum[cell] = 1.0
                having_left += having
                aims.append(("having", outcome, row["la_code"]))
                if (row["la_code"], children) in shown_sizes:
                    attack.knows({cell: 1.0, rest: 1.0}, children)
                else:
                    size = attack.unknown(size_key)
                    attack.knows({cell: 1.0, rest: 1.0, size: -1.0}, 0.0)
                    size_sum[size] = 1.0
                    size_left += children
                    aims.append(size_key)
            if having_sum and outcome in regions_shown:
                attack.knows(having_sum, having_left)
            if size_sum and regions_shown:
                attack.knows(size_sum, size_left)
    return [attack.width(aim) for aim in dict.fromkeys(aims)]


def _is_small(count: pd.Series) -> pd.Series:
    return count.between(1, 5)


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"size": 25.0, "share": 0.15},
        {"regions": 4, "units": 3, "size": 40.0},
        {"units": 10, "size": 120.0, "share": 0.5},
    ],
)
def test_no_withheld_share_of_an_authority_can_be_narrowed_down_by_subtraction(world):
    tables = _tables(_counts(903, **world))
    before = tables["funnel"]

    public = published_figures(tables)

    after = public["funnel"]
    regions_shown = set(public["xmr"]["outcome"])
    having = (before["value"] * before["children"]).round()
    small = _is_small(having) | _is_small(before["children"] - having) | (before["children"] < 10)
    assert after.loc[small, "value"].isna().all()
    assert after.loc[before["children"] < 10, "children"].isna().all()
    widths = _attacked_funnel(before, after, regions_shown=regions_shown)
    assert widths or not small.any()
    assert min(widths, default=np.inf) >= NARROWEST


def test_authorities_of_many_children_are_all_shown():
    tables = _tables(_counts(903, size=900.0, share=0.2))

    public = published_figures(tables)

    pd.testing.assert_frame_equal(public["funnel"], tables["funnel"])
    pd.testing.assert_frame_equal(public["xmr"], tables["xmr"])


def test_one_small_authority_takes_a_companion_with_it_and_no_word_tells_them_apart():
    panel = _counts(903, size=900.0, share=0.2)
    panel = panel[panel["outcome"] == "far"]
    panel.loc[panel["la_code"] == "U0203", ["numerator", "denominator"]] = (2, 40)
    tables = _tables(panel)

    after = published_figures(tables)["funnel"]

    gone = after[after["value"].isna()]
    assert set(gone["region"]) == {"R2"}
    assert "U0203" in set(gone["la_code"])
    assert len(gone) == 2
    assert set(gone["reading"]) == {"withheld"}
    assert len(set(gone["note"])) == 1


def test_regions_of_one_small_authority_are_withheld_everywhere():
    tables = _tables(_counts(903, regions=4, units=1, size=30.0))

    public = published_figures(tables)

    having = (tables["funnel"]["value"] * tables["funnel"]["children"]).round()
    small = _is_small(having)
    assert small.any()
    assert public["funnel"].loc[small, "value"].isna().all()
    assert not len(public["xmr"])


def test_a_region_of_few_children_in_any_year_is_withheld_with_a_companion():
    panel = _counts(903, size=900.0, share=0.2)
    panel = panel[panel["outcome"] == "far"]
    few = (panel["region"] == "R3") & (panel["period"] == "2024")
    panel.loc[few, "numerator"] = (panel.loc[few, "la_code"] == "U0302").astype(int)
    cells = the_cells(panel, SPEC)

    public = published_figures(_tables(panel), cells=cells)

    shown = set(public["xmr"]["region"])
    assert "R3" not in shown
    assert len(shown) == 1 + 4  # All, and four of six regions: one more went with it
    pd.testing.assert_frame_equal(published_figures(_tables(panel))["xmr"], _tables(panel)["xmr"])


def test_regions_of_many_children_are_all_shown_with_the_panel_in_hand():
    panel = _counts(903, size=900.0, share=0.2)
    tables = _tables(panel)

    public = published_figures(tables, cells=the_cells(panel, SPEC))

    for name, table in tables.items():
        pd.testing.assert_frame_equal(public[name], table)


def test_where_authorities_are_compared_nothing_is_said_of_a_few_of_them():
    tables = _tables(_counts(903, size=900.0, share=0.2))

    public = published_figures(tables, unit="authority")

    assert set(public["disparity"]["among"]) == {"All"}


def test_indices_over_withheld_authorities_are_rounded_or_withheld():
    many, few = (_tables(_counts(903, regions=r)) for r in (6, 2))

    rounded, none = (published_figures(each)["disparity"] for each in (many, few))

    rounded = rounded[rounded["among"] == "All"]
    latest = rounded[(rounded["period"] == "2026") & (rounded["measure"] == "gini")]
    assert (latest["value"] == latest["value"].round(2)).all()
    assert latest["note"].str.contains("rounded").all()
    hidden = none[(none["period"] == "2026") & (none["measure"] == "gini")]
    assert hidden["value"].isna().all()
    earlier = rounded[(rounded["period"] == "2024") & (rounded["measure"] == "gini")]
    assert (earlier["value"] != earlier["value"].round(2)).all()


def _attacked_groups(groups: pd.DataFrame, public: pd.DataFrame, treated: str) -> list[float]:
    """Attack groups with every total over groups, and over who is among, in hand."""
    sums = groups.assign(among=np.where(groups["region"] == treated, "pathfinders", "the rest"))
    sums = pd.concat([sums, groups.assign(among="All")])
    truth = sums.groupby(["outcome", "period", "group", "among"])[
        ["numerator", "denominator"]
    ].sum()
    cells = (
        public[public["between"] == "ethnicity"]
        .set_index(["outcome", "period", "group", "among", "measure"])["value"]
        .to_dict()
    )
    widths = []
    for (outcome, _), own in truth.groupby(level=["outcome", "period"]):
        attack, aims = _Attack(), []

        def terms(group: str, among: str, kind: str, own=own, attack=attack, outcome=outcome):
            """Give unknown and constant of one number."""
            key = (*own.index[0][:2], group, among)
            having, children = own.loc[key]
            share = cells.get((*key, "share"), np.nan)
            size = cells.get((*key, "children"), np.nan)
            known = not np.isnan(size) if kind == "children" else not np.isnan(share)
            # Nobody is no secret, be it that the table says 0 or has no such row.
            known |= children == 0 and (size == 0 or (*key, "children") not in cells)
            number = children if kind == "children" else having
            return ({}, number) if known else ({attack.unknown((group, among, kind)): 1.0}, 0.0)

        names = sorted(set(own.index.get_level_values("group")))
        for group in names:
            for among in ("All", "pathfinders", "the rest"):
                having, fixed = terms(group, among, "having")
                if having:
                    aims.append((group, among, "having"))
                    rest = attack.unknown((group, among, "rest"))
                    size, number = terms(group, among, "children")
                    aims += [(group, among, "children")] if size else []
                    attack.knows(
                        {**having, rest: 1.0, **{k: -v for k, v in size.items()}}, number - fixed
                    )
        for kind, column in (("having", "numerator"), ("children", "denominator")):
            for among in ("All", "pathfinders", "the rest"):
                whole = own.xs(among, level="among")[column].sum()
                parts = [terms(group, among, kind) for group in names]
                unknown = {k: v for each, _ in parts for k, v in each.items()}
                if unknown:
                    attack.knows(unknown, whole - sum(fixed for _, fixed in parts))
            for group in names:
                (a, x), (b, y), (c, z) = (
                    terms(group, among, kind) for among in ("All", "pathfinders", "the rest")
                )
                unknown = {**a, **{k: -v for k, v in (b | c).items()}}
                if unknown:
                    attack.knows(unknown, y + z - x)
        widths += [attack.width(aim) for aim in aims]
    return widths


@pytest.mark.parametrize(
    "shares", [(0.03, 0.06, 0.01, 0.9), (0.02, 0.98), (0.004, 0.016, 0.08, 0.9)]
)
def test_no_withheld_figure_of_a_group_can_be_narrowed_down_by_subtraction(shares):
    panel = _counts(903, size=60.0, share=0.2)
    groups = _by_group(panel, 903, shares)
    tables = _tables(panel, groups)

    public = published_figures(tables)["disparity"]

    before = tables["disparity"]
    share = before[(before["between"] == "ethnicity") & (before["measure"] == "share")]
    having = (share["value"] * share["children"]).round()
    small = _is_small(having) | (share["children"] < 10) | _is_small(share["children"] - having)
    assert small.any()
    assert public.loc[share.index[small], "value"].isna().all()
    assert min(_attacked_groups(groups, public, "R0")) >= NARROWEST


def test_a_withheld_group_shows_none_of_its_measures():
    panel = _counts(903, size=60.0, share=0.2)
    tables = _tables(panel, _by_group(panel, 903, (0.03, 0.06, 0.01, 0.9)))

    public = published_figures(tables)["disparity"]

    cell = ["outcome", "period", "between", "group", "among"]
    of_groups = public[public["between"] == "ethnicity"]
    no_share = of_groups[of_groups["measure"] == "share"].set_index(cell)["value"].isna()
    others = of_groups[of_groups["measure"].isin(["gap", "ratio", "gap_within_authorities"])]
    hidden = no_share.reindex(pd.MultiIndex.from_frame(others[cell])).to_numpy()
    assert hidden.any()
    assert others.loc[hidden, ["value", "low", "high"]].isna().all(axis=None)


def test_tables_by_authority_and_rows_of_authorities_as_units_stay_inside():
    tables = _tables(_counts(903))
    code = tables["funnel"]["la_code"].iloc[0]
    tables["variation"] = pd.DataFrame({"la_code": [code], "residual": [0.1]})
    tables["placebos"] = pd.DataFrame({"regions": [f"{code} + R1", "R0 + R1"], "estimate": [1, 2]})

    public = published_figures(tables)

    assert "variation" not in public
    assert public["placebos"]["regions"].tolist() == ["R0 + R1"]


def test_what_the_panel_withholds_already_stays_withheld_and_hides_nothing_more():
    panel = _counts(903, size=900.0, share=0.2)
    hidden = (panel["la_code"] == "U0203") & (panel["outcome"] == "far")
    panel["numerator"] = panel["numerator"].astype(str).where(~hidden, "c")
    tables = _tables(panel)

    public = published_figures(tables)

    pd.testing.assert_frame_equal(public["funnel"], tables["funnel"])


def test_an_evaluation_without_counts_is_published_as_it_is():
    tables = {"estimates": pd.DataFrame({"outcome": ["cost"], "estimate": [1.0]})}

    public = published_figures(tables)

    pd.testing.assert_frame_equal(public["estimates"], tables["estimates"])
