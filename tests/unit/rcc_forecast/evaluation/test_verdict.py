"""A fall or a rise, a change ruled out, or not yet: never "no effect"."""

from __future__ import annotations

import pandas as pd
import pytest

from models.causal.base import Effect
from rcc_forecast.evaluation.estimating import Answer
from rcc_forecast.evaluation.verdict import Seen, verdict_of
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp

LOGGED = Stamp("0" * 64, 1, 1, "pre-specified on 2026-01-01")
POWER = pd.DataFrame(
    {
        "inference": "region_permutation",
        "regions_left": 14,
        "post_periods": [1, 2, 3],
        "date": ["2026-03-31", "2027-03-31", "2028-03-31"],
        "mde": [0.03, 0.025, 0.02],
    }
)


def verdict(estimate, low, high, *, stamp=LOGGED, primary="far", **changed):
    effect = Effect(estimate, low=low, high=high, p_value=3 / 91)
    answer = Answer("did", "region_permutation", effect, 1 / 91)
    given = {
        "permutation": answer,
        "donald_lang": answer,
        "begun": True,
        "post_periods": 1,
        "n_assignments": 91,
        "spending_found": None,
        "alpha_spent": 0.05,
        "is_share": True,
    }
    return verdict_of(Seen(**{**given, **changed}), POWER, stamp, primary=primary, alpha=0.05)


@pytest.mark.parametrize(
    ("interval", "word"),
    [
        ((-0.04, -0.06, -0.02), "found a fall"),
        ((0.04, 0.02, 0.06), "found a rise"),
        # The interval reaches no further than 3 points, which could have been found.
        ((0.0, -0.02, 0.025), "ruled out a change larger than 2.5 percentage points"),
        ((0.02, -0.01, 0.05), "cannot tell yet"),
    ],
)
def test_the_words_go_by_interval_and_detectable_effect(interval, word):
    assert verdict(*interval)["verdict"] == word


def test_who_cannot_tell_yet_says_when_one_could():
    said = verdict(0.022, -0.01, 0.05)

    # An effect of 2.2 points can be seen from 2028 on, when 2.0 could be.
    assert said["sentence"] == (
        "far: cannot tell yet; earliest date for an effect of 2.2 percentage points is 2028-03-31."
    )


def test_an_outcome_of_the_published_files_is_said_in_words():
    said = verdict(0.022, -0.01, 0.05, primary="over_20_miles")

    assert said["sentence"].startswith(
        "Children looked after who are placed more than 20 miles from home (over_20_miles): cannot"
    )


def test_a_run_that_was_not_logged_gets_no_verdict():
    said = verdict(-0.04, -0.06, -0.02, stamp=Stamp("0" * 64, 1, 1, EXPLORATORY))

    assert said["verdict"] is None
    assert said["sentence"].startswith("EXPLORATORY")


def test_before_delivery_it_is_too_early():
    said = verdict(*[float("nan")] * 3, begun=False, post_periods=0)

    assert said["verdict"] == "too early"
    assert "2026-03-31" in said["sentence"]


def test_over_several_looks_an_interval_alone_finds_nothing():
    assert verdict(-0.04, -0.06, -0.02, spending_found=False)["verdict"] == "cannot tell yet"


def test_it_is_said_how_often_chance_would_do_the_same():
    assert verdict(0.02, -0.01, 0.05)["as_often"] == (
        "If nothing had changed we would see a gap this big about 3 times in 91."
    )


def of_looks(looks, first, look=1):
    stamp = Stamp("0" * 64, look, looks, "pre-specified on 2026-01-01")
    return verdict(0.02, -0.01, 0.05, stamp=stamp, spending_found=False, first_possible_look=first)


def test_it_is_said_before_which_look_nothing_can_be_found():
    said = of_looks(12, 3)

    assert said["sentence"].endswith("With 12 looks nothing can be found before look 3.")
    assert said["first_possible_look"] == 3


def test_once_a_look_can_find_something_the_warning_stands_among_the_limits_alone():
    said = of_looks(12, 3, look=3)

    assert "before look 3" not in said["sentence"]
    assert "With 12 looks nothing can be found before look 3." in said["limits"]


def test_it_is_said_where_no_look_will_ever_find_anything():
    said = of_looks(4, 0)

    assert "nothing can ever be found with so few regions" in said["sentence"]
    assert said["first_possible_look"] is None


def test_over_several_looks_dates_go_by_what_spending_can_find():
    power = POWER.assign(mde_spending=[float("nan"), 0.035, 0.021])
    effect = Effect(0.022, low=-0.01, high=0.05, p_value=3 / 91)
    answer = Answer("did", "region_permutation", effect, 1 / 91)
    stamp = Stamp("0" * 64, 1, 3, "pre-specified on 2026-01-01")
    seen = Seen(answer, answer, True, 1, 91, False, 0.0125, True)

    said = verdict_of(seen, power, stamp, primary="far", alpha=0.05)

    # One look would find 2.2 points in 2028 as well; over three it takes the .021 of that year.
    assert said["earliest_date"] == "2028-03-31"
    assert said["detectable_effect_now"] == 0.035


def test_what_is_ruled_out_at_one_of_several_looks_bears_a_warning():
    stamp = Stamp("0" * 64, 3, 4, "pre-specified on 2026-01-01")

    said = verdict(0.0, -0.02, 0.025, stamp=stamp, spending_found=False)

    assert said["verdict"].startswith("ruled out")
    assert any("rests on the interval of this look alone" in each for each in said["limits"])
