"""Scores of the benchmarks of worlds, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.worlds.judging import Answer, Question, averaged, scores_of, wilson


def a_question() -> Question:
    """Two authorities of 10 and 30 children, and one that never changed."""
    return Question(
        nodes=pd.DataFrame(
            {
                "level": ["authority", "authority", "authority"],
                "local_authority": ["A", "B", "C"],
                "placement_type": ["All", "All", "All"],
            }
        ),
        history=np.zeros((3, 24)),
        actual=np.array([[10.0, 10.0], [30.0, 30.0], [5.0, 5.0]]),
        scale=np.array([2.0, 5.0, np.nan]),
    )


def test_errors_are_scaled_node_by_node_and_pooled_for_the_wape():
    answer = Answer(mean=np.array([[12.0, 10.0], [25.0, 30.0], [50.0, 50.0]]))

    scores = scores_of(a_question(), answer)

    # 2 too many of 10 and 5 too few of 30: 2 / 2 and 5 / 5; the still node is left out.
    assert scores["nodes"].tolist() == [2, 2]
    assert scores["scaled"].tolist() == [1.0, 0.0]
    assert scores["absolute"].tolist() == [7.0, 0.0]
    assert scores["signed"].tolist() == [-3.0, 0.0]
    assert scores["actual"].tolist() == [40.0, 40.0]


def test_coverage_is_the_share_of_nodes_inside():
    mean = np.full((3, 2), 20.0)
    ends = np.stack([mean - 11, mean + 5, mean - 12, mean + 12])

    scores = scores_of(a_question(), Answer(mean, ends))

    assert scores["in_80"].tolist() == [0.5, 0.5]  # 9 to 25 holds 10 and not 30
    assert scores["in_95"].tolist() == [1.0, 1.0]  # 8 to 32 holds both


def test_worlds_are_averaged_and_a_method_s_bias_has_a_standard_error():
    one = scores_of(a_question(), Answer(np.array([[11.0, 11.0], [33.0, 33.0], [5.0, 5.0]])))
    other = scores_of(a_question(), Answer(np.array([[9.0, 9.0], [27.0, 27.0], [5.0, 5.0]])))
    both = pd.concat([one.assign(world="1"), other.assign(world="2")], ignore_index=True).assign(
        method="m", origin=60, in_80=1.0, in_95=1.0, width_95=0.0
    )

    row = averaged(both, (1, 2)).iloc[0]

    assert row["cases"] == 2
    assert row["wape"] == pytest.approx(0.1)
    assert row["bias"] == pytest.approx(0.0)
    assert row["bias_error"] == pytest.approx(0.1)  # +10% and -10%: sd .141, / sqrt(2)


def test_the_interval_of_a_share_is_wilson_s():
    # z = 1.96: the middle is (0.8 + 3.84/20) / (1 + 3.84/10) = 0.717, and half the length
    # 1.96 / 1.384 * sqrt(0.8 * 0.2 / 10 + 3.84 / 400) = 0.227.
    low, high = wilson(0.8, 10)

    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_a_share_of_all_cases_has_no_interval_beyond_one():
    assert wilson(1.0, 5)[1] == pytest.approx(1.0)
