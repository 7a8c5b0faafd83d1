"""From the answer as things are to the scenario's: what each block adds, future by future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution import MOST_EXACT, fair_shares, shares_of_spread
from models.forecast import FloatArray
from rcc_forecast.results.scenario import Answers
from rcc_forecast.scenarios import Assumption, Scenario, assumptions_of, drawn_values
from rcc_forecast.tables.scenario import SCENARIO_DRAWS, WATERFALL
from rcc_forecast.what_ifs.answers import Question, question
from rcc_forecast.what_ifs.fit import Fitted

AS_IS, SCENARIO = "as is", "scenario"
"""Names of the first and the last row of each waterfall."""

_EXACT = "Shapley value over every set of blocks"
_DRAWN = "Shapley value over drawn orders of the blocks"
_ROUNDING = 1e-8
_ORDERS = 2
"""Names the chance of drawn orders beside other chance of a run."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What moved a scenario's answers, and whose doubt widens them.

    Attributes
    ----------
    before, after : Answers
        As things are, and under the scenario.
    steps : DataFrame
        A `WATERFALL` table.
    draws : DataFrame
        A `SCENARIO_DRAWS` table; without rows where no assumption is an interval.
    """

    before: Answers
    after: Answers
    steps: pd.DataFrame
    draws: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by the name of its file, without suffix."""
        return {"waterfall": self.steps, "scenario_draws": self.draws}


def waterfall(
    fit: Fitted,
    homes: pd.DataFrame,
    scenario: Scenario,
    *,
    months: Sequence[int] | None = None,
    cohort: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
) -> Waterfall:
    """Say which assumption of a scenario moved each answer by how much.

    Parameters
    ----------
    fit : Fitted
        The region as things are.
    homes : DataFrame
        A `HOMES` table.
    scenario : Scenario
        Whose blocks are shared out to; blocks that move no answer have no row.
    months : sequence of int, optional
        Months ahead; each twelfth and the last when absent.
    cohort, costs : DataFrame, optional
        As for `answers`.

    Returns
    -------
    Waterfall
        In each future, what blocks add sums to the scenario's answer less the
        one as things are, and so do the means.
    """
    asked = question(fit, homes, scenario, months=months, cohort=cohort, costs=costs)
    before = asked.answers(frozenset())
    after = asked.answers(frozenset(asked.blocks))
    moved = _moved(asked)
    assumptions = [found for found in assumptions_of(scenario) if found.block in asked.blocks]
    values = drawn_values(assumptions, n_paths=len(after.futures), seed=fit.config.seed)
    shares = _shares(asked, assumptions, values, moved, after)
    return Waterfall(
        before=before,
        after=after,
        steps=_steps(asked, before, after, moved, _by_block(asked, assumptions, shares)),
        draws=_draws(asked, assumptions, values, moved, after, shares),
    )


def _moved(asked: Question) -> FloatArray:
    """Share out to each block what it adds, shape (n_blocks, n_paths, n_rows)."""
    blocks = asked.blocks
    found = fair_shares(
        len(blocks),
        lambda made: asked.futures(frozenset(blocks[i] for i in made)),
        rng=np.random.default_rng([asked.fit.config.seed, _ORDERS]),
    )
    # What is left of sums that cancel is no contribution.
    return np.where(np.abs(found) < _ROUNDING, 0.0, found)


def _shares(
    asked: Question,
    assumptions: Sequence[Assumption],
    values: FloatArray,
    moved: FloatArray,
    after: Answers,
) -> FloatArray:
    """Share the variance of the answers out, from what each block adds: (n_assumptions, n_rows)."""
    found = np.zeros((len(assumptions), after.futures.shape[1]))
    for place, block in enumerate(asked.blocks):
        own = [i for i, assumption in enumerate(assumptions) if assumption.block == block]
        if own:
            found[own] = shares_of_spread(values[:, own], moved[place], whole=after.futures)
    return found


def _by_block(asked: Question, assumptions: Sequence[Assumption], shares: FloatArray) -> FloatArray:
    """Sum the shares of a block's intervals, shape (n_blocks, n_rows)."""
    found = np.zeros((len(asked.blocks), shares.shape[1]))
    for assumption, share in zip(assumptions, shares, strict=True):
        found[asked.blocks.index(assumption.block)] += share
    return np.minimum(found, 1.0)


def _steps(
    asked: Question, before: Answers, after: Answers, moved: FloatArray, shares: FloatArray
) -> pd.DataFrame:
    ends = np.full((1, shares.shape[1]), np.nan)
    values = [before.futures, *moved, after.futures]
    means = np.stack([each.mean(axis=0) for each in values])
    so_far = np.cumsum(means[:-1], axis=0)
    low, high = (np.stack([np.quantile(each, q, axis=0) for each in values]) for q in (0.1, 0.9))
    n_steps, n_rows = means.shape
    rows = before.rows.loc[before.rows.index.repeat(n_steps)].reset_index(drop=True)
    method = _EXACT if len(asked.blocks) <= MOST_EXACT else _DRAWN
    return WATERFALL.check(
        rows.assign(
            step=np.tile(np.arange(n_steps), n_rows),
            block=np.tile(np.array([AS_IS, *asked.blocks, SCENARIO], dtype=object), n_rows),
            mean=means.T.ravel(),
            q10=low.T.ravel(),
            q90=high.T.ravel(),
            after=np.concatenate([so_far, means[-1:]]).T.ravel(),
            share_of_spread=np.concatenate([ends, shares, ends]).T.ravel(),
            method=method,
        )
    )


def _draws(
    asked: Question,
    assumptions: Sequence[Assumption],
    values: FloatArray,
    moved: FloatArray,
    after: Answers,
    shares: FloatArray,
) -> pd.DataFrame:
    parts = []
    for assumption, drawn, share in zip(assumptions, values.T, shares, strict=True):
        adds = moved[asked.blocks.index(assumption.block)]
        low = drawn <= np.median(drawn)
        low &= ~low.all()
        parts.append(
            after.rows.assign(
                assumption=assumption.name,
                low=assumption.low,
                high=assumption.high,
                drawn_mean=drawn.mean(),
                adds_low=adds[low].mean(axis=0) if low.any() else np.nan,
                adds_high=adds[~low].mean(axis=0),
                share_of_spread=share,
            )
        )
    if not parts:
        empty = pd.DataFrame({name: pd.Series(dtype="object") for name in SCENARIO_DRAWS.names})
        return SCENARIO_DRAWS.check(empty)
    return SCENARIO_DRAWS.check(pd.concat(parts, ignore_index=True))
