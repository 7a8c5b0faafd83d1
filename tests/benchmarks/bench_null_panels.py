"""Where nothing was done, how often is something found? And what was planted, how often is it?

    python3 run.py bench null_panels [--panels 2000] [--seed 0]

Panels of 153 authorities in 14 regions (London in five) or ten, two of them treated, eight
years before and two after, an outcome of about 20%: region shocks, authorities' own shocks and
chance in small numbers (tests/builders/null_panels.py).

Bars: false positives of the three region-level tests between 3% and 6.5%, coverage of their 95%
intervals 93.5-97.5% (at region shocks of one point, 14 regions); the authority-clustered test,
shown only as a warning, over 25%; alpha spending at most 6% over 4 and over 12 looks; effects of
the stated detectable size found in 75-85% of fresh panels; the table of detectable effects with
1,000 panels in 60 s; the skill test at most 8% for 16 origins and more at a lead of four.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models.causal.base import NEVER, FloatArray, Panel
from models.causal.difference_in_differences import did
from models.causal.donald_lang import as_if_units_were_independent, donald_lang, region_differences
from models.causal.looks import alpha_spending, found_at
from models.causal.power import (
    Design,
    detectable_by_design,
    detectable_by_look,
    draw_region_differences,
    null_draws,
)
from models.causal.randomisation import (
    Assignments,
    assignments,
    by_randomisation,
    permutation_p,
    region_mean_estimates,
    region_mean_slopes,
)
from models.causal.region_t import by_clustered_t, region_changes
from models.causal.sensitivity import EventStudy, smoothness_interval
from models.causal.shocks import Shocks, Units, estimate_shocks, event_study_covariance
from models.skill import fixed_b_test
from tests.builders.null_panels import (
    POINT,
    TREATED,
    Nature,
    null_panels,
    region_means,
    region_panel,
    some_children,
    units_of,
)

ALPHA = 0.05
SIZE, COVERAGE, WARNING, OVER_LOOKS, FOUND = (0.03, 0.065), (0.935, 0.975), 0.25, 0.06, (0.75, 0.85)
SETTINGS = {
    "region shocks 1.0 point, 14 regions": Nature(),
    "region shocks 1.0 point, 10 regions": Nature(n_regions=10),
    "no region shocks, 14 regions": Nature(region_sd=0.0),
    "region shocks 2.0 points, 14 regions": Nature(region_sd=2.0 * POINT),
    "region shocks 1.0 point with heavy tails (t3), 14 regions": Nature(tails=3.0),
    "region shocks 1.0 point and trends of 0.3 a year, 14 regions": Nature(trend_sd=0.3 * POINT),
}


def main(given: list[str]) -> None:
    """Run every part and print it with its bar."""
    asked = arguments(given)
    rng = np.random.default_rng(asked.seed)
    for number, (title, nature) in enumerate(SETTINGS.items()):
        tests(title, nature, asked.panels, rng, is_judged=number == 0)
    looks(asked.panels, rng)
    planted(asked.panels, rng)
    planted_over_looks(asked.panels, rng)
    curve(rng)
    learned(asked.learned, rng)
    bent_trends(asked.learned, rng)
    skill(asked.panels, rng)


def arguments(given: list[str]) -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--panels", type=int, default=2_000)
    parser.add_argument("--learned", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(given)


def tests(
    title: str, nature: Nature, n_panels: int, rng: np.random.Generator, *, is_judged: bool
) -> None:
    """Print false positives and coverage of every test."""
    began = time.process_time()
    p_values, held = judged(nature, n_panels, rng)
    took = time.process_time() - began
    print(f"\n{title}: {n_panels} panels, {took:.0f} s")
    for name, p in p_values.items():
        found = (p <= ALPHA).mean()
        bar = ""
        if is_judged and name in held:
            bar = verdict(SIZE[0] <= found <= SIZE[1])
        elif is_judged and name == "authority-clustered t":
            bar = verdict(found > WARNING)
        print(f"  {name}: false positives {found:.3f} (error {error(found, n_panels):.3f}){bar}")
    for name, inside in held.items():
        share = inside.mean()
        bar = verdict(COVERAGE[0] <= share <= COVERAGE[1]) if is_judged else ""
        print(f"  {name}: coverage {share:.3f}{bar}")


def judged(
    nature: Nature, n_panels: int, rng: np.random.Generator, *, effect: float = 0.0
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """P-values of no effect by test, and whether intervals hold the planted effect."""
    base, post = np.arange(nature.n_before), nature.n_before + np.arange(nature.n_after)
    region = nature.region
    chosen = assignments(TREATED, candidates=np.arange(nature.n_regions))
    inside = np.flatnonzero(np.isin(region, TREATED))
    outside = np.flatnonzero(~np.isin(region, TREATED))
    names = ("Donald-Lang", "permutation of regions", "permutation, t")
    p_values: dict[str, list[float]] = {name: [] for name in (*names, "authority-clustered t")}
    treated_from = np.where(np.isin(region, TREATED), nature.n_before, NEVER)
    held: dict[str, list[bool]] = {name: [] for name in names}
    for y in null_panels(nature, n_panels=n_panels, rng=rng):
        y[np.ix_(inside, post)] += effect
        panel = region_panel(region_means(y, region), start=nature.n_before)
        differences, treated, donors = region_differences(panel, base=base, post=post)
        by_t = donald_lang(differences, treated=treated, donors=donors)
        by_pairs = by_randomisation(did, panel, chosen, base=base, post=post, linear=True).effect
        change = y[:, post].mean(axis=1) - y[:, base].mean(axis=1)
        changes = region_changes(
            Panel(y, treated_from, np.ones(region.size)),
            region,
            n_regions=nature.n_regions,
            treated=TREATED,
            base=base,
            post=post,
        )
        by_size, _ = by_clustered_t(changes, chosen)
        naive = as_if_units_were_independent(change, treated=inside, donors=outside)
        found = (by_t.p_value, by_pairs.p_value, by_size.p_value, naive.p_value)
        for name, p in zip(p_values, found, strict=True):
            p_values[name].append(p)
        for name, judgement in zip(names, (by_t, by_pairs, by_size), strict=True):
            held[name].append(judgement.low <= effect <= judgement.high)
    return (
        {name: np.array(p) for name, p in p_values.items()},
        {name: np.array(inside, dtype=float) for name, inside in held.items()},
    )


def looks(n_panels: int, rng: np.random.Generator) -> None:
    """Print false positives over several looks."""
    annual = replace(Nature(), n_after=4)
    # Quarters: shocks as large, and as persistent from year to year.
    quarterly = replace(
        Nature(), n_before=32, n_after=12, region_persistence=0.7**0.25, unit_persistence=0.5**0.25
    )
    for title, nature in (("4 annual looks", annual), ("12 quarterly looks", quarterly)):
        found = over_looks(nature, n_panels, rng)
        naive = found.pop("naive")
        for spending, share in found.items():
            print(
                f"\n{title}, {spending} spending: false positives {share:.3f} (naive {naive:.3f})"
                f"{verdict(share <= OVER_LOOKS)}"
            )


def over_looks(nature: Nature, n_panels: int, rng: np.random.Generator) -> dict[str, float]:
    """Share of panels in which some look found something, by rule."""
    n_looks = nature.n_after
    fractions = np.arange(1, n_looks + 1) / n_looks
    chosen = assignments(TREATED, candidates=np.arange(nature.n_regions))
    found = {"linear": 0, "obrien_fleming": 0, "naive": 0}
    for y in (
        null_panels(nature, n_panels=n_panels, rng=rng)
        if n_panels <= 500
        else _in_parts(nature, n_panels, rng)
    ):
        means = region_means(y, nature.region)
        before = means[:, : nature.n_before].mean(axis=1)
        since = np.cumsum(means[:, nature.n_before :], axis=1) / np.arange(1, n_looks + 1)
        statistics = region_mean_estimates((since - before[:, None]).T, chosen.rows)
        for spending in ("linear", "obrien_fleming"):
            found[spending] += alpha_spending(
                statistics,
                observed=chosen.observed,
                fractions=fractions,
                alpha=ALPHA,
                spending=spending,
            ).found
        found["naive"] += any(permutation_p(s, chosen.observed) <= ALPHA for s in statistics)
    return {name: number / n_panels for name, number in found.items()}


def _in_parts(nature: Nature, n_panels: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    for batch in _batches(nature, n_panels, rng):
        yield from batch


def _batches(nature: Nature, n_panels: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    for first in range(0, n_panels, 250):
        yield null_panels(nature, n_panels=min(250, n_panels - first), rng=rng)


def planted(n_panels: int, rng: np.random.Generator) -> None:
    """Plant the detectable effect in fresh panels and count how often it is found."""
    print()
    for nature in (Nature(n_after=1), Nature(), Nature(n_after=3), Nature(n_regions=10)):
        for inference, effect, share in found_at_detectable(nature, n_panels, rng):
            print(
                f"{nature.n_regions} regions, {nature.n_after} years, {inference}: detectable "
                f"{effect / POINT:.2f} points; found in {share:.3f} of fresh panels"
                f"{verdict(FOUND[0] <= share <= FOUND[1])}"
            )


def found_at_detectable(
    nature: Nature, n_panels: int, rng: np.random.Generator
) -> list[tuple[str, float, float]]:
    """Detectable effect by the stated shocks, and its share found, by each test."""
    stated = detectable_by_design(
        nature.shocks, units_of(nature), [design_of(nature)], n_panels=4_000, rng=rng
    )
    names = {"donald_lang": "Donald-Lang", "region_permutation": "permutation of regions"}
    results = []
    for each in stated:
        p_values, _ = judged(nature, n_panels, rng, effect=-each.effect)
        share = float((p_values[names[each.inference]] <= ALPHA).mean())
        results.append((each.inference, each.effect, share))
    return results


def planted_over_looks(n_panels: int, rng: np.random.Generator) -> None:
    """Plant the effect stated for several looks and count how often it is found by then."""
    nature = replace(Nature(), n_after=4)
    fractions = np.arange(1, 5) / 4
    designs = [replace(design_of(nature), n_after=years) for years in (1, 2, 3, 4)]
    chosen = assignments(TREATED, candidates=np.arange(nature.n_regions))
    drawn = draw_region_differences(
        nature.shocks, units_of(nature), designs, n_panels=1_000, rng=rng
    )
    stated = detectable_by_look(drawn, designs[0], chosen=chosen, fractions=fractions)
    slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=nature.n_regions)
    nulls = np.concatenate(
        [looked_at(y, nature, chosen) for y in _batches(nature, n_panels, rng)],
        axis=1,
    )
    for look, effect in enumerate(stated):
        at = found_at(nulls - effect * slopes, observed=chosen.observed, fractions=fractions)
        share = float(((at >= 0) & (at <= look)).mean())
        print(
            f"4 annual looks, by look {look + 1}: detectable {effect / POINT:.2f} points; found in "
            f"{share:.3f} of fresh panels{verdict(FOUND[0] <= share <= FOUND[1])}"
        )


def looked_at(y: FloatArray, nature: Nature, chosen: Assignments) -> FloatArray:
    """Give the estimate of every assignment at every look, (n_looks, n_panels, n_assignments)."""
    means = region_means(y, nature.region)
    before = means[..., : nature.n_before].mean(axis=-1)
    years = np.arange(1, nature.n_after + 1)
    since = np.cumsum(means[..., nature.n_before :], axis=-1) / years
    return np.stack(
        [region_mean_estimates(since[..., year - 1] - before, chosen.rows) for year in years]
    )


def design_of(nature: Nature) -> Design:
    """The design that the simulated panels have."""
    donors = np.arange(TREATED.size, nature.n_regions)
    return Design(TREATED, donors, nature.n_before, nature.n_after)


def curve(rng: np.random.Generator) -> None:
    """Print detectable effects by date and number of regions left, and how long they took."""
    nature = Nature()
    units, years, left = units_of(nature), (1, 2, 3, 5), (14, 10, 8, 6)
    designs = [
        Design(TREATED, np.arange(2, regions), nature.n_before, year)
        for regions in left
        for year in years
    ]
    began = time.perf_counter()
    found = detectable_by_design(nature.shocks, units, designs, n_panels=1_000, rng=rng)
    took = time.perf_counter() - began
    print(f"\ndetectable effects, points, Donald-Lang / permutation, after {years} years:")
    for place, regions in enumerate(left):
        row = found[place * 2 * len(years) : (place + 1) * 2 * len(years)]
        pairs = zip(row[::2], row[1::2], strict=True)
        print(
            f"  {regions} regions: "
            + ", ".join(
                f"{one.effect / POINT:.2f} / {other.effect / POINT:.2f}" for one, other in pairs
            )
        )
    print(f"  {len(designs)} designs, 1,000 panels: {took:.2f} s{verdict(took <= 60)}")
    for effect in (1, 2, 3):
        design = Design(TREATED, np.arange(2, 14), 8, 3)
        drawn = draw_region_differences(nature.shocks, units, [design], n_panels=4_000, rng=rng)
        draws = null_draws(drawn[0], design)
        power = draws.power(effect * POINT, "donald_lang")
        exaggeration, wrong = draws.when_significant(effect * POINT, "donald_lang")
        print(
            f"  3 years, true effect {effect}: power {power:.2f}, "
            f"mean size when significant {exaggeration * effect:.2f}, wrong sign {wrong:.1%}"
        )


def learned(n_worlds: int, rng: np.random.Generator) -> None:
    """Learn shocks from eight years of single panels, and say what is detectable from them."""
    nature = Nature()
    true = detectable_by_design(
        nature.shocks, units_of(nature), [design_of(nature)], n_panels=4_000, rng=rng
    )[0].effect
    found: list[tuple[Shocks, float]] = []
    began = time.process_time()
    for _ in range(n_worlds):
        children = some_children((nature.region.size,), rng)
        units = units_of(nature, children)
        history = null_panels(nature, n_panels=1, rng=rng, children=children)[0]
        shocks = estimate_shocks(history[:, : nature.n_before], units)
        stated = detectable_by_design(shocks, units, [design_of(nature)], n_panels=1_000, rng=rng)[
            0
        ].effect
        found.append((shocks, stated))
    took = (time.process_time() - began) / max(n_worlds, 1)
    print(f"\nshocks learned from eight years of one panel, {n_worlds} times ({took:.2f} s each)")
    for name in Shocks.__dataclass_fields__:
        values = np.array([getattr(shocks, name) for shocks, _ in found])
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
        print(
            f"  {name}: true {getattr(nature.shocks, name):.3f}, {low:.3f} {middle:.3f} {high:.3f}"
        )
    low, middle, high = np.quantile([stated / POINT for _, stated in found], [0.1, 0.5, 0.9])
    print(f"  detectable: true {true / POINT:.2f} points, {low:.2f} {middle:.2f} {high:.2f}")


def bent_trends(n_panels: int, rng: np.random.Generator) -> None:
    """Print how often smoothness intervals hold the truth where trends do not differ."""
    for smoothness, share in smoothness_coverage((0.0, 0.001), 3 * n_panels, rng).items():
        print(
            f"\nsmoothness interval, M = {smoothness}: coverage {share:.3f}, {3 * n_panels} panels"
        )


def smoothness_coverage(
    bounds: tuple[float, ...], n_panels: int, rng: np.random.Generator
) -> dict[float, float]:
    """Share of 95% smoothness intervals that hold 0, the covariance learned before the start."""
    nature = replace(Nature(), n_after=3)
    regions = Units(np.arange(14), np.zeros(14), np.ones(14))
    donors = np.arange(2, 14)
    held: dict[float, list[bool]] = {bound: [] for bound in bounds}
    for y in null_panels(nature, n_panels=n_panels, rng=rng):
        means = region_means(y, nature.region)
        covariance = event_study_covariance(
            estimate_shocks(means[:, :8], regions),
            regions,
            treated=TREATED,
            donors=donors,
            n_before=7,
            n_after=3,
        )
        gap = means[TREATED].mean(axis=0) - means[donors].mean(axis=0)
        gap = gap - gap[7]
        for bound, inside in held.items():
            found = smoothness_interval(EventStudy(gap[:7], gap[8:], covariance), smoothness=bound)
            inside.append(found.low <= 0.0 <= found.high)
    return {bound: float(np.mean(inside)) for bound, inside in held.items()}


def skill(n_panels: int, rng: np.random.Generator) -> None:
    """Print false positives of the test of equal skill, areas alike by .4."""
    print()
    for n, overlap in ((8, 1), (16, 4), (24, 4), (40, 4), (24, 6), (32, 8), (60, 12), (80, 12)):
        share = equal_skill_found(n, overlap, 3 * n_panels, rng)
        print(f"equal skill, {n} origins, overlap {overlap}: {share:.3f}{verdict(share <= 0.08)}")


def equal_skill_found(n: int, overlap: int, runs: int, rng: np.random.Generator) -> float:
    """Share of tests at 5% that find a difference in skill where there is none."""
    found = 0
    for _ in range(runs):
        shared = rng.standard_normal((1, n + overlap - 1))
        own = rng.standard_normal((10, n + overlap - 1))
        fresh = np.sqrt(0.4) * shared + np.sqrt(0.6) * own
        running = np.cumsum(np.pad(fresh, ((0, 0), (1, 0))), axis=1)
        found += (
            fixed_b_test(running[:, overlap:] - running[:, :-overlap], overlap=overlap).p_value
            <= 0.05
        )
    return found / runs


def error(share: float, n: int) -> float:
    """Simulation error of a share."""
    return float(np.sqrt(share * (1 - share) / n))


def verdict(is_met: bool) -> str:
    """Say whether a bar is met."""
    return " [met]" if is_met else " [MISSED]"


if __name__ == "__main__":
    main(sys.argv[1:])
