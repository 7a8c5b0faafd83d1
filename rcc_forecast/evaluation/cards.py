"""Cards of the estimators of effects: what each compares with, and where it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from rcc_forecast.evaluation.estimating import INFERENCE

_HEAD = """
# Estimators of effects

Made by `rcc-forecast cards`, in the order of `estimates.csv`. All of them compare pathfinder
regions with the rest; none says anything about one child, one home or one authority. Published
values that they reproduce, false alarms and coverage are in [BENCHMARKS.md](../BENCHMARKS.md).
Two treated regions are two observations: `power.csv` says what that can show.
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What an estimator rests on.

    Attributes
    ----------
    compares_with, rests_on, goes_wrong, source : str
        In words, without the estimator's name.
    """

    compares_with: str
    rests_on: str
    goes_wrong: str
    source: str


CARDS: dict[str, Card] = {
    "did": Card(
        "The plain mean of regions that have not begun, each region equal; base against after.",
        "Pathfinders and the rest would have moved alike.",
        "Where trends differ before delivery: see the honest intervals and the early placebo.",
        "Donald and Lang (2007); permutation of regions",
    ),
    "synthetic_control": Card(
        "A weighted mean of regions, no weight below 0, that follows each pathfinder before.",
        "Who moved alike before would have moved alike after.",
        "Where no mixture follows the pathfinder, or one region carries it; short histories.",
        "Abadie, Diamond and Hainmueller (2010)",
    ),
    "synthetic_did": Card(
        "A weighted mean of regions and of periods before, with a level of its own.",
        "As synthetic control, up to a constant gap.",
        "Few periods before: weights are then nearly equal, and it is difference in differences.",
        "Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021)",
    ),
    "ridge_augmented": Card(
        "Synthetic control, its remaining misfit taken off by ridge regression.",
        "As synthetic control; weights may be below 0, held small by a penalty.",
        "Short histories: the penalty is chosen by leaving periods out, and intervals can be wide.",
        "Ben-Michael, Feller and Rothstein (2021)",
    ),
    "group_time": Card(
        "Units never treated (else not yet), group by group of those that began together.",
        "Groups would have moved as their controls since the last period before.",
        "One period is the base: a chance high or low there stands in every effect.",
        "Callaway and Sant'Anna (2021)",
    ),
}
"""One card an estimator."""


def estimator_cards() -> str:
    """Write the cards of every estimator of effects, as Markdown."""
    return _HEAD + "\n".join(_card(name, judged) for name, judged in INFERENCE.items())


def _card(name: str, judged: tuple[str, ...]) -> str:
    card = CARDS[name]
    return f"""
## {name}

| | |
|---|---|
| compares with | {card.compares_with} |
| rests on | {card.rests_on} |
| goes wrong | {card.goes_wrong} |
| judged by | {", ".join(judged)} |
| source | {card.source} |
"""
