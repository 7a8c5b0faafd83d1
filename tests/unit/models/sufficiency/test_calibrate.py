import numpy as np
from scipy.stats import norm

from models.sufficiency import at_quantiles

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])


def normal_quantiles(mean: float, sd: float) -> np.ndarray:
    return np.broadcast_to((mean + sd * norm.ppf(LEVELS))[:, None, None], (5, 2, 3)).copy()


def calibrated(paths: np.ndarray, *, sd: float = 20.0, seed: int = 3) -> np.ndarray:
    return at_quantiles(
        paths,
        levels=LEVELS,
        quantiles=normal_quantiles(100.0, sd),
        mean=np.full((2, 3), 100.0),
        rng=np.random.default_rng(seed),
    )


def test_futures_that_were_too_narrow_reach_the_quantiles_of_past_errors() -> None:
    narrow = np.random.default_rng(1).normal(90.0, 2.0, size=(400, 2, 3))

    moved = calibrated(narrow)

    found = np.quantile(moved, [0.1, 0.9], axis=0)
    np.testing.assert_allclose(found[0], 100.0 - 20.0 * 1.2816, rtol=0.02)
    np.testing.assert_allclose(found[1], 100.0 + 20.0 * 1.2816, rtol=0.02)
    np.testing.assert_allclose(moved.mean(axis=0), 100.0)


def test_a_high_future_stays_a_high_one_so_months_and_kinds_keep_their_tie() -> None:
    paths = np.random.default_rng(2).normal(50.0, 5.0, size=(200, 2, 3))
    paths[:, 1] = 2.0 * paths[:, 0]

    moved = calibrated(paths)

    np.testing.assert_array_equal(np.argsort(paths, axis=0), np.argsort(moved, axis=0))
    np.testing.assert_allclose(moved[:, 0], moved[:, 1])


def test_equal_futures_of_small_counts_do_not_move_together_by_their_numbering() -> None:
    nobody = np.zeros((400, 2, 3))

    moved = calibrated(nobody)

    tie = np.corrcoef(moved[:, 0, 0], moved[:, 1, 0])[0, 1]
    # Two independent orders of 400: a correlation beyond four standard errors would be a tie.
    assert abs(tie) < 4.0 / np.sqrt(400)


def test_no_future_has_fewer_than_no_children() -> None:
    wide = calibrated(np.random.default_rng(5).normal(size=(200, 2, 3)), sd=90.0)

    assert wide.min() >= 0.0
    np.testing.assert_allclose(wide.mean(axis=0), 100.0)


def test_the_same_seed_gives_the_same_futures() -> None:
    paths = np.zeros((50, 2, 3))

    np.testing.assert_array_equal(calibrated(paths), calibrated(paths))
